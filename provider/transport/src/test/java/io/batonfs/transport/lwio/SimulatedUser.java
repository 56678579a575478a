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
    private boolean blocked;
    private boolean stepComes;

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
        } else if (choice < 520) {
            write();
        } else {
            read();
        }
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
            granted.fid = connection.register(granted.key, false, granted.checksummed);
            registered.add(granted);
        });
    }

    private void closeFid() {
        Registration closing = registered.remove(random.nextInt(registered.size()));
        block("closeFid", () -> connection.closeFid(closing.fid));
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

    private void write() {
        Registration to = registered.get(random.nextInt(registered.size()));
        byte[] bytes = new byte[anyLength()];
        random.nextBytes(bytes);
        long offset = random.nextInt(ModelFile.BYTES - bytes.length + 1);
        ByteBuffer source = take(bytes.length);
        source.put(source.position(), bytes);
        Submitted submitted = new Submitted(offset, bytes);
        to.submitted.addLast(submitted);
        simulation.trace.record("write", number, offset);
        int[] crcs = to.checksummed ? SimulatedFiles.crcs(bytes, offset) : null;
        submitted(connection.write(to.fid, offset, source, crcs), "WRITE", status -> {
            if (status == LwioStatus.SUCCESS ? submitted.outcome != LwioStatus.SUCCESS
                    : status == LwioStatus.DISK_FULL && submitted.outcome != LwioStatus.DISK_FULL) {
                simulation.violated("user " + this + ": a WRITE ended with " + status + ", at the file with "
                        + submitted.outcome);
            }
            byte[] now = new byte[bytes.length];
            source.get(source.position(), now);
            if (!Arrays.equals(now, bytes)) {
                simulation.violated("user " + this + ": a WRITE changed its source");
            }
            giveBack(source);
        });
    }

    private void read() {
        Registration from = registered.get(random.nextInt(registered.size()));
        int length = anyLength();
        long offset = random.nextInt(ModelFile.BYTES - length + 1);
        ByteBuffer target = take(length);
        int[] crcs = from.checksummed ? new int[ChecksumPieces.count(offset, length)] : null;
        long began = from.file.beginRead();
        simulation.trace.record("read", number, offset);
        submitted(connection.read(from.fid, offset, target, crcs), "READ", status -> {
            if (status == LwioStatus.SUCCESS) {
                byte[] found = new byte[length];
                target.get(target.position(), found);
                if (!from.file.hadSince(began, offset, found)) {
                    simulation.violated("user " + this + ": a READ of " + length + " bytes at " + offset
                            + " gave bytes that were never there");
                }
                if (crcs != null && !Arrays.equals(crcs, SimulatedFiles.crcs(found, offset))) {
                    simulation.violated("user " + this + ": the checksums of a READ are not those of its bytes");
                }
            }
            from.file.endRead(began);
            giveBack(target);
        });
    }

    private interface Ended {
        void with(LwioStatus status);
    }

    private void submitted(CompletableFuture<Integer> future, String what, Ended ended) {
        long began = simulation.clock.nanoTime();
        long faults = faults();
        SimulatedServer at = server;
        outstanding++;
        future.whenComplete((bytes, thrown) -> {
            outstanding--;
            LwioStatus status = thrown == null ? LwioStatus.SUCCESS
                    : thrown instanceof LwioException failure ? failure.status() : LwioStatus.INTERNAL_ERROR;
            simulation.trace.record("ended", number, status.code());
            boolean lost = LOST.contains(status);
            LwioStatus fails = what.equals("READ") ? LwioStatus.DATA_ERROR : LwioStatus.DISK_FULL;
            if (status != LwioStatus.SUCCESS && status != fails && (!lost || simulation.isQuiet())) {
                simulation.violated("user " + this + ": " + what + " ended with " + thrown);
            }
            if (simulation.clock.nanoTime() - began > LwioSimulation.BOUND_NANOS) {
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
