package io.batonfs.transport.lwio;

import io.batonfs.transport.lwio.SimulatedFiles.Registration;
import io.batonfs.transport.lwio.SimulatedFiles.Submitted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A user of a simulation: connects to a server, registers files, reads and writes them, several at a time, and compares
 * all that comes back with the model. One thread; steps that block drive the simulation meanwhile.
 */
final class SimulatedUser {
    private static final int DEPTH = 8;
    private static final int MAX_FIDS = 3;
    private static final int MAX_PAUSE_NANOS = 20_000;
    private static final int RETRY_NANOS = 1_000_000;
    /** Between looks at the ends of I/O in polling mode, while nobody sleeps until there are some. */
    private static final int MAX_LOOK_NANOS = 100_000;
    /** Others may block while one sleeps, each for no longer than the bound. */
    private static final long SLEEP_MS = 8 * LwioSimulation.BOUND_NANOS / 1_000_000;
    private static final int PAGE = 4096;
    /** What is in a buffer that no request uses. */
    private static final byte[] UNUSED = new byte[SimulatedServer.IO_BYTES];
    /** What a request may end with although nobody broke a rule; besides, files fail. */
    private static final Set<LwioStatus> LOST = EnumSet.of(LwioStatus.CONNECTION_DISCONNECTED);

    static {
        Arrays.fill(UNUSED, (byte) 0x5A);
    }

    private final LwioSimulation simulation;
    private final int number;
    private final SimulatedHost host;
    private final SplittableRandom random;
    private final List<Registration> registered = new ArrayList<>();
    /** The one unused for longest comes first, so that a write that comes late is seen. */
    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
    private SimulatedServer server;
    private LwioConnection connection;
    private int outstanding;
    /** Of these, in polling mode. */
    private int polled;
    private boolean blocked;
    private boolean asleep;
    private boolean stepComes;
    private boolean lookComes;
    private int credits;
    /** Whether the connection before this one took small writes only. */
    private boolean wasSmall;
    private CompletableFuture<Integer> lastPolled;

    SimulatedUser(LwioSimulation simulation, int number, SimulatedHost host, SplittableRandom random) {
        this.simulation = simulation;
        this.number = number;
        this.host = host;
        this.random = random;
        for (int i = 0; i < 2 * DEPTH; i++) {
            ByteBuffer buffer = i % 3 == 0 ? ByteBuffer.allocate(SimulatedServer.IO_BYTES)
                    : ByteBuffer.allocateDirect(SimulatedServer.IO_BYTES);
            giveBack(buffer);
        }
    }

    @Override
    public String toString() {
        return number + " on " + host.name;
    }

    void stepSoon() {
        if (!stepComes && !simulation.isStopping()) {
            stepComes = true;
            simulation.scheduler.schedule(this::step, random.nextInt(MAX_PAUSE_NANOS), TimeUnit.NANOSECONDS);
        }
    }

    private void stepLater() {
        simulation.scheduler.schedule(this::stepSoon, random.nextInt(RETRY_NANOS), TimeUnit.NANOSECONDS);
    }

    private void step() {
        stepComes = false;
        if (blocked || simulation.isStopping()) {
            return;
        }
        if (connection == null || !connection.isOpen()) {
            if (!connect()) {
                stepLater();
                return;
            }
        } else if (outstanding < DEPTH) {
            act(random.nextInt(1000));
        }
        if (outstanding < DEPTH) {
            stepSoon();
        }
    }

    private void act(int choice) {
        if (registered.isEmpty() || choice < 20 && registered.size() < MAX_FIDS) {
            register();
        } else if (choice < 30) {
            closeFid();
        } else if (choice < 32) {
            leave();
        } else if (choice < 40) {
            cancelFid();
        } else if (choice < 60 && polled > 0) {
            sleep();
        } else if (choice < 420) {
            write();
        } else if (choice < 480) {
            writeVectored();
        } else if (choice < 520) {
            writeCollapsed();
        } else if (choice < 600) {
            readVectored();
        } else {
            read();
        }
        noteCredits();
    }

    /** Changes of credits are seen by what the connection has of them. */
    private void noteCredits() {
        int now = connection != null && connection.isOpen() ? ((ClientConnection) connection).credits() : 0;
        if (now != credits && now != 0 && credits != 0) {
            simulation.did(LwioSimulation.Deed.CREDIT_CHANGE);
        }
        credits = now;
    }

    // ---- what blocks

    private interface Blocking {
        void run() throws IOException;
    }

    /** Whether it went well; if not, for a reason that there may be. */
    private boolean block(String what, Blocking call) {
        long began = simulation.clock.nanoTime();
        long faults = faults();
        int starts = server.starts();
        boolean lost = true;
        blocked = true;
        try {
            simulation.trace.record(what, number, 0);
            call.run();
            lost = false;
        } catch (LwioException e) {
            Set<LwioStatus> allowed = simulation.isQuiet() ? EnumSet.noneOf(LwioStatus.class) : EnumSet.copyOf(LOST);
            if (what.equals("open") && !simulation.isQuiet()) {
                allowed.add(LwioStatus.INSUFFICIENT_RESOURCES);
                if (server.starts() > starts) {
                    // It has forgotten the keys that it gave out.
                    allowed.add(LwioStatus.ACCESS_DENIED);
                }
            }
            if (!allowed.contains(e.status())) {
                simulation.violated("user " + this + ": " + what + " ended with " + e.status() + ": " + e.getMessage());
            }
        } catch (IOException e) {
            if (!what.equals("open") || simulation.isQuiet()) {
                simulation.violated("user " + this + ": " + what + " ended with " + e);
            }
        } finally {
            blocked = false;
        }
        // Others may have blocked while this one did; each of them for no longer than the bound.
        if (simulation.clock.nanoTime() - began > 8 * LwioSimulation.BOUND_NANOS) {
            simulation.violated("user " + this + ": " + what + " took " + (simulation.clock.nanoTime() - began)
                    + " ns");
        }
        simulation.exchanged(faults() > faults, lost);
        stepSoon();
        return !lost;
    }

    private long faults() {
        return server == null ? 0 : simulation.network.faultsBetween(host.name, server.name);
    }

    private boolean connect() {
        registered.clear();
        connection = null;
        server = simulation.anyServer(random);
        return connectTo() && noteSize();
    }

    /** What is granted depends on who else is there at that moment. */
    private boolean noteSize() {
        int most = connection.maxWriteBytes();
        boolean small = most == SimulatedServer.SMALL_IO_BYTES;
        if (!small && most != SimulatedServer.IO_BYTES) {
            simulation.violated("user " + this + ": writes of " + most + " bytes were granted");
        }
        if (small) {
            simulation.did(LwioSimulation.Deed.SMALL_BUFFERS);
        } else if (wasSmall) {
            simulation.did(LwioSimulation.Deed.LARGE_BUFFERS_AGAIN);
        }
        wasSmall = small;
        return true;
    }

    private boolean connectTo() {
        return block("open", () -> {
            LwioClient client = host.client();
            if (client == null) {
                throw new IOException("the NIC is being changed");
            }
            UUID clientKey = new UUID(random.nextLong(), random.nextLong());
            AuthKeys.Issued issued = server.keys.issue(clientKey);
            connection = client.open(server.address(), clientKey, Guid.bytesOf(issued.serverKey()), issued.secret());
        });
    }

    private boolean register() {
        SimulatedServer at = server;
        Registration granted = at.files.grant(at.modelFiles.get(random.nextInt(at.modelFiles.size())),
                random.nextBoolean());
        return block("register", () -> {
            Set<FidFlag> flags = EnumSet.of(FidFlag.NO_INTERMEDIATE_BUFFERING);
            if (granted.checksummed) {
                flags.add(FidFlag.CHECKSUMMED);
            }
            granted.fid = connection.register(granted.key, flags);
            registered.add(granted);
        });
    }

    private void closeFid() {
        Registration closing = registered.remove(random.nextInt(registered.size()));
        block("closeFid", () -> connection.closeFid(closing.fid));
    }

    /** What waits, here or at the server, may end as cancelled; a WRITE only if the file has not seen it. */
    private void cancelFid() {
        Registration cancelled = anyRegistered();
        cancelled.cancelled = true;
        simulation.did(LwioSimulation.Deed.CANCEL);
        block("cancelFid", () -> connection.cancelFid(cancelled.fid));
    }

    private Registration anyRegistered() {
        return registered.get(random.nextInt(registered.size()));
    }

    /** In the middle of things. */
    private void leave() {
        block("close", connection::close);
    }

    // ---- what does not

    private ByteBuffer take(int length) {
        ByteBuffer buffer = buffers.removeFirst();
        if (buffer.mismatch(ByteBuffer.wrap(UNUSED)) >= 0) {
            simulation.violated("user " + this + ": a buffer was written after its request had ended");
        }
        int at = random.nextInt(buffer.capacity() - length + 1);
        return buffer.limit(at + length).position(at);
    }

    private void giveBack(ByteBuffer buffer) {
        buffer.clear().put(0, UNUSED);
        buffers.addLast(buffer);
    }

    private int anyLength() {
        int most = switch (random.nextInt(16)) {
            case 0 -> SimulatedServer.IO_BYTES;
            case 1, 2, 3 -> 5000;
            default -> 700;
        };
        return 1 + random.nextInt(most);
    }

    private int anyWriteLength() {
        return Math.min(anyLength(), connection.maxWriteBytes());
    }

    private void write() {
        byte[] bytes = new byte[anyWriteLength()];
        random.nextBytes(bytes);
        ByteBuffer source = take(bytes.length);
        source.put(source.position(), bytes);
        write("WRITE", bytes, source, (io, fid, offset, crcs) -> io.write(fid, offset, source, crcs));
    }

    /** Gathered from parts of one buffer. */
    private void writeVectored() {
        byte[] bytes = new byte[anyWriteLength()];
        random.nextBytes(bytes);
        ByteBuffer source = take(bytes.length);
        source.put(source.position(), bytes);
        List<ByteBuffer> parts = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = 1 + random.nextInt(bytes.length - at);
            parts.add(source.slice(source.position() + at, length));
            at += length;
        }
        simulation.did(LwioSimulation.Deed.VECTORED_WRITE);
        write("WRITE", bytes, source, (io, fid, offset, crcs) -> io.writeVectored(fid, offset, parts, crcs));
    }

    private void writeCollapsed() {
        byte[] page = new byte[PAGE];
        random.nextBytes(page);
        byte[] bytes = new byte[1 + random.nextInt(connection.maxWriteBytes())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = page[i % PAGE];
        }
        ByteBuffer source = take(PAGE);
        source.put(source.position(), page);
        simulation.did(LwioSimulation.Deed.COLLAPSED_WRITE);
        write("WRITE", bytes, source,
                (io, fid, offset, crcs) -> io.writeCollapsed(fid, offset, source, bytes.length, crcs));
    }

    private interface Writing {
        CompletableFuture<Integer> by(LwioIo io, int fid, long offset, int[] crcs);
    }

    /** @param source whole or as a page the bytes that the file is to get */
    private void write(String what, byte[] bytes, ByteBuffer source, Writing writing) {
        Registration to = anyRegistered();
        long offset = random.nextInt(ModelFile.BYTES - bytes.length + 1);
        Submitted submitted = new Submitted(offset, bytes);
        to.submitted.addLast(submitted);
        simulation.trace.record("write", number, offset);
        int[] crcs = to.checksummed ? SimulatedFiles.crcs(bytes, offset) : null;
        boolean inPolling = anyMode();
        byte[] sent = new byte[source.remaining()];
        source.get(source.position(), sent);
        submitted(writing.by(mode(inPolling), to.fid, offset, crcs), what, to, inPolling, status -> {
            if (status == LwioStatus.CANCELLED) {
                if (submitted.outcome != null) {
                    simulation.violated("user " + this + ": a WRITE that the file has seen was cancelled");
                }
                to.submitted.remove(submitted);
            } else if (status == LwioStatus.SUCCESS ? submitted.outcome != LwioStatus.SUCCESS
                    : status == LwioStatus.DISK_FULL && submitted.outcome != LwioStatus.DISK_FULL) {
                simulation.violated("user " + this + ": a WRITE ended with " + status + ", at the file with "
                        + submitted.outcome);
            }
            byte[] now = new byte[sent.length];
            source.get(source.position(), now);
            if (!Arrays.equals(now, sent)) {
                simulation.violated("user " + this + ": a WRITE changed its source");
            }
            giveBack(source);
        });
    }

    private void read() {
        int length = anyLength();
        ByteBuffer target = take(length);
        read(target, List.of(target), (io, fid, offset, crcs) -> io.read(fid, offset, target, crcs));
    }

    /** Into pages of one buffer, the first of them last; more than a step at the server. */
    private void readVectored() {
        int length = RdmaRegion.SECTOR_BYTES
                * (1 + random.nextInt(SimulatedServer.IO_BYTES / RdmaRegion.SECTOR_BYTES));
        int count = RdmaRegion.pagesOf(length, PAGE);
        ByteBuffer target = take(SimulatedServer.IO_BYTES);
        List<ByteBuffer> pages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pages.add(target.slice((count - 1 - i) * PAGE, Math.min(PAGE, length - i * PAGE)));
        }
        simulation.did(LwioSimulation.Deed.VECTORED_READ);
        read(target, pages, (io, fid, offset, crcs) -> io.readVectored(fid, offset, pages, crcs));
    }

    /** @param parts of the target, where the file's bytes go one after another */
    private void read(ByteBuffer target, List<ByteBuffer> parts, Writing reading) {
        Registration from = anyRegistered();
        int length = parts.stream().mapToInt(ByteBuffer::remaining).sum();
        long offset = random.nextInt(ModelFile.BYTES - length + 1);
        int[] crcs = from.checksummed ? new int[ChecksumPieces.count(offset, length)] : null;
        long began = from.file.beginRead();
        simulation.trace.record("read", number, offset);
        boolean inPolling = anyMode();
        submitted(reading.by(mode(inPolling), from.fid, offset, crcs), "READ", from, inPolling, status -> {
            if (status == LwioStatus.SUCCESS) {
                ByteBuffer all = ByteBuffer.allocate(length);
                parts.forEach(part -> all.put(part.duplicate()));
                byte[] found = all.array();
                verifyRead(from, began, offset, found, crcs, parts.size() > 1);
            }
            from.file.endRead(began);
            giveBack(target);
        });
    }

    /** @param inSteps whether it may have been read at several moments, one for each step */
    private void verifyRead(Registration from, long began, long offset, byte[] found, int[] crcs, boolean inSteps) {
        int step = inSteps ? SimulatedServer.STEP_BYTES : found.length;
        for (int at = 0; at < found.length; at += step) {
            byte[] part = Arrays.copyOfRange(found, at, Math.min(found.length, at + step));
            if (!from.file.hadSince(began, offset + at, part)) {
                simulation.violated("user " + this + ": a READ of " + found.length + " bytes at " + offset
                        + " gave bytes that were never there");
            }
        }
        if (crcs == null) {
            return;
        }
        int[] right = SimulatedFiles.crcs(found, offset);
        for (int i = 0; i < right.length; i++) {
            // A piece in two steps, written in between, is of two moments, and its checksum of the first.
            boolean torn = isInTwoSteps(offset, i, found.length, step) && from.file.changedSince(began);
            if (crcs[i] != right[i] && !torn) {
                simulation.violated("user " + this + ": the checksums of a READ are not those of its bytes");
            }
        }
    }

    private static boolean isInTwoSteps(long offset, int piece, int length, int step) {
        long block = ChecksumPieces.BLOCK_BYTES;
        long first = Math.max(0, (offset / block + piece) * block - offset);
        long last = Math.min(length, (offset / block + piece + 1) * block - offset) - 1;
        return first / step != last / step;
    }

    // ---- polling mode

    private boolean anyMode() {
        return random.nextInt(4) == 0 && !simulation.isQuiet();
    }

    private LwioIo mode(boolean inPolling) {
        return inPolling ? connection.polling() : connection;
    }

    /** As another thread of this user's that looks now and then, also while this one is blocked by something else. */
    private void lookSoon() {
        if (!lookComes) {
            lookComes = true;
            simulation.scheduler.schedule(this::look, 1 + random.nextInt(MAX_LOOK_NANOS), TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        lookComes = false;
        if (polled > 0) {
            if (!asleep && connection != null) {
                connection.poll();
            }
            lookSoon();
        }
    }

    /** Until one has ended: nobody looks meanwhile, so a wake-up that is lost is one that takes too long. */
    private void sleep() {
        CompletableFuture<Integer> one = lastPolled;
        blocked = true;
        asleep = true;
        simulation.did(LwioSimulation.Deed.SLEEP);
        try {
            if (!connection.await(one, SLEEP_MS)) {
                simulation.violated("user " + this + ": a sleeper was not woken in " + SLEEP_MS + " ms");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts here", e);
        } finally {
            asleep = false;
            blocked = false;
        }
        stepSoon();
    }

    private interface Ended {
        void with(LwioStatus status);
    }

    private void submitted(
            CompletableFuture<Integer> future, String what, Registration of, boolean inPolling, Ended ended) {
        long began = simulation.clock.nanoTime();
        long faults = faults();
        SimulatedServer at = server;
        outstanding++;
        if (inPolling) {
            polled++;
            lastPolled = future;
            lookSoon();
            simulation.did(LwioSimulation.Deed.POLLED);
        }
        future.whenComplete((bytes, thrown) -> {
            outstanding--;
            polled -= inPolling ? 1 : 0;
            LwioStatus status = thrown == null ? LwioStatus.SUCCESS
                    : thrown instanceof LwioException failure ? failure.status() : LwioStatus.INTERNAL_ERROR;
            simulation.trace.record("ended", number, status.code());
            boolean lost = LOST.contains(status);
            LwioStatus fails = what.equals("READ") ? LwioStatus.DATA_ERROR : LwioStatus.DISK_FULL;
            boolean cancelled = status == LwioStatus.CANCELLED && of.cancelled;
            if (status != LwioStatus.SUCCESS && status != fails && !cancelled && (!lost || simulation.isQuiet())) {
                simulation.violated("user " + this + ": " + what + " ended with " + thrown);
            }
            // In polling mode somebody has to look first, who may be waiting for others that block.
            long bound = inPolling ? 8 * LwioSimulation.BOUND_NANOS : LwioSimulation.BOUND_NANOS;
            if (simulation.clock.nanoTime() - began > bound) {
                simulation.violated("user " + this + ": " + what + " took " + (simulation.clock.nanoTime() - began)
                        + " ns");
            }
            ended.with(status);
            simulation.exchanged(simulation.network.faultsBetween(host.name, at.name) > faults, lost);
            stepSoon();
        });
    }

    // ---- at the end, without faults

    void checkIdle() {
        simulation.checkNone(outstanding + (blocked ? 1 : 0), "user " + this + ": exchanges that never end");
    }

    void beConnected() {
        if (connection == null || !connection.isOpen()) {
            connect();
        }
        if (registered.isEmpty() && connection != null) {
            register();
        }
    }

    /** More at once than there are credits. */
    void submitMany(boolean writes) {
        for (int i = 0; i < DEPTH && !registered.isEmpty(); i++) {
            if (writes) {
                write();
            } else {
                read();
            }
        }
    }

    void closeFilesAndLeave() {
        while (!registered.isEmpty()) {
            closeFid();
        }
        if (connection == null) {
            return;
        }
        leave();
        simulation.checkNone(connection.isOpen() ? 1 : 0, "user " + this + ": connections after closing");
    }
}
