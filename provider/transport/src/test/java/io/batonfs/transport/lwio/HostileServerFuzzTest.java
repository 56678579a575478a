package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Servers that answer anything at all, or nothing, to the connections of one client that has another one to an honest
 * server (LW-16). Calls end with an answer or an exception that says why, no byte beside the callers' buffers changes,
 * a buffer is left alone once its call has ended, and the honest connection does not notice. {@code -Dfuzz.seed=N}
 * repeats a run, {@code -Dfuzz.actions=N} makes it longer.
 */
@Timeout(600)
class HostileServerFuzzTest {
    static final int IO_BYTES = FuzzStage.IO_BYTES;
    private static final long ACTIONS = Long.getLong("fuzz.actions", 6_000);
    private static final long ENOUGH_FOR_EVERYTHING = 5_000;
    private static final String HOSTILE = "hostile:data";
    private static final int CONVERSATIONS = 3;
    private static final int MAX_DEEDS = 80;
    private static final int PAUSE_NANOS = 15_000;
    private static final long HONEST_FILE = 0x5EED_0000_0000_0002L;
    private static final LwioClientConfig CONFIG = new LwioClientConfig(8, IO_BYTES, IO_BYTES, 512, 30, 20);

    @Test
    void aServerHurtsOnlyItsOwnConnections() throws Exception {
        long seed = FuzzStage.seed();
        System.out.println("-Dfuzz.seed=" + seed + " -Dfuzz.actions=" + ACTIONS);
        play(seed, true);
        play(seed, false);
    }

    private static void play(long seed, boolean carriesImmediate) throws Exception {
        try (FuzzStage stage = new FuzzStage(seed, ACTIONS, carriesImmediate)) {
            new Play(stage).run();
        } catch (RuntimeException | IOException e) {
            throw new AssertionError("-Dfuzz.seed=" + seed + " -Dfuzz.actions=" + ACTIONS, e);
        }
    }

    /** One run. */
    private static final class Play {
        private final FuzzStage stage;
        private final SplittableRandom random;
        private final LwioClient client;
        private final VerifyingUser honest;
        private final Nic hostileNic;
        /** Those that a connection is being made to. */
        private final ArrayDeque<FuzzingServer> awaited = new ArrayDeque<>();
        private final List<Conversation> conversations = new ArrayList<>();
        private int lawful;
        private int ended;
        private int refused;

        Play(FuzzStage stage) throws IOException {
            this.stage = stage;
            random = stage.random.split();
            client = stage.newClient(CONFIG);
            honest = new VerifyingUser(stage, client, HONEST_FILE, random.split()).connect();
            hostileNic = stage.attach("hostile");
            hostileNic.listen(HOSTILE, request -> {
                FuzzingServer server = awaited.removeFirst();
                try {
                    request.accept(server.raw().pair);
                } catch (VerbsException e) {
                    throw new AssertionError(e);
                }
                server.begin();
            });
        }

        void run() throws Exception {
            for (long i = 0; i < ACTIONS / 2; i++) {
                while (conversations.size() < CONVERSATIONS) {
                    converse();
                }
                Conversation one = conversations.get(random.nextInt(conversations.size()));
                one.act();
                one.server.stir();
                honest.step();
                if (random.nextInt(4) > 0) {
                    stage.pass(random.nextInt(PAUSE_NANOS));
                }
                if (one.isOver()) {
                    conversations.remove(one);
                    end(one);
                }
            }
            for (Conversation one : conversations) {
                end(one);
            }
            assertTrue(ACTIONS < ENOUGH_FOR_EVERYTHING || lawful > 0 && ended > 0 && refused > 0,
                    lawful + ", " + ended + ", " + refused);
            System.out.println("  " + honest.done() + " I/Os of the honest user; " + lawful + " lawful servers, "
                    + ended + " others, " + refused + " refused at AUTH");
            honest.leave();
            client.close();
            hostileNic.close();
        }

        private void converse() throws Exception {
            FuzzingServer server = new FuzzingServer(stage, hostileNic, random.split(),
                    new int[] {0, 30, 200}[random.nextInt(3)]);
            awaited.addLast(server);
            try {
                LwioConnection connection = client.open(HOSTILE, server.clientKey, server.serverKey, server.secret);
                conversations.add(new Conversation(stage, server, connection, random.split()));
            } catch (LwioException e) {
                stage.check(!server.isLawful(), "a lawful server was refused: " + e);
                refused++;
                server.disconnect();
            }
        }

        private void end(Conversation one) throws Exception {
            lawful += one.server.isLawful() ? 1 : 0;
            ended += one.server.isLawful() ? 0 : 1;
            one.end();
            stage.checkNoErrors();
        }
    }

    /** A connection to such a server, and its user. */
    private static final class Conversation {
        private static final int GUARD_BYTES = 16;
        private static final byte GUARD = 0x6B;

        private final FuzzStage stage;
        private final FuzzingServer server;
        private final LwioConnection connection;
        private final SplittableRandom random;
        private final List<Call> calls = new ArrayList<>();
        private final List<Integer> fids = new ArrayList<>();
        private int deeds;

        /** An I/O under way, or that has ended: then with what its buffers held. */
        private record Call(String name, CompletableFuture<Integer> future, List<ByteBuffer> buffers, boolean reads) {
        }

        Conversation(FuzzStage stage, FuzzingServer server, LwioConnection connection, SplittableRandom random) {
            this.stage = stage;
            this.server = server;
            this.connection = connection;
            this.random = random;
        }

        boolean isOver() {
            return deeds > MAX_DEEDS || !connection.isOpen() && random.nextInt(5) == 0;
        }

        void act() throws Exception {
            deeds++;
            connection.poll();
            harvest();
            int choice = random.nextInt(100);
            if (fids.isEmpty() || choice < 6) {
                control("register", () -> fids.add(connection.register(MemoryFiles.key(1), random.nextInt(3) == 0
                        ? EnumSet.of(FidFlag.CHECKSUMMED) : EnumSet.of(FidFlag.NO_INTERMEDIATE_BUFFERING))));
            } else if (choice < 9) {
                control("closeFid", () -> connection.closeFid(fids.get(random.nextInt(fids.size()))));
            } else if (choice < 13) {
                control("cancelFid", () -> connection.cancelFid(fids.get(random.nextInt(fids.size()))));
            } else if (choice < 20 && !calls.isEmpty()) {
                connection.await(calls.get(random.nextInt(calls.size())).future, 1);
            } else {
                io();
            }
        }

        private interface Control {
            void run() throws LwioException;
        }

        private void control(String what, Control call) {
            try {
                call.run();
            } catch (LwioException e) {
                // A lawful server holds answers back, at times for too long.
                stage.check(!server.isLawful() || e.status() == LwioStatus.IO_TIMEOUT,
                        what + " failed at a lawful server: " + e.status() + ", " + e.getMessage());
                stage.check(e.getMessage() != null, what + " failed without a reason");
            }
        }

        private void io() {
            int fid = fids.get(random.nextInt(fids.size()));
            LwioIo io = random.nextBoolean() ? connection : connection.polling();
            long offset = random.nextInt(1 << 20);
            int[] crcs = new int[8];
            int reads = connection.maxReadBytes();
            int writes = connection.maxWriteBytes();
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    ByteBuffer into = guarded(random.nextInt(Math.min(reads, 6000) + 1));
                    calls.add(new Call("READ", io.read(fid, offset, into, crcs), List.of(into), true));
                }
                case 2 -> {
                    if (connection.maxVectoredReadBytes() >= 2 * connection.pageBytes()) {
                        List<ByteBuffer> pages = List.of(guarded(4096), guarded(512 * (1 + random.nextInt(8))));
                        calls.add(new Call("VEC_READ", io.readVectored(fid, offset, pages, crcs), pages, true));
                    }
                }
                case 3 -> {
                    ByteBuffer from = guarded(random.nextInt(Math.min(writes, 6000) + 1));
                    calls.add(new Call("WRITE", io.write(fid, offset, from, crcs), List.of(from), false));
                }
                default -> {
                    if (writes >= 5000) {
                        ByteBuffer page = guarded(4096);
                        calls.add(new Call("collapsed VEC_WRITE", io.writeCollapsed(fid, offset, page, 5000, crcs),
                                List.of(page), false));
                    }
                }
            }
        }

        private ByteBuffer guarded(int length) {
            int capacity = length + 2 * GUARD_BYTES;
            ByteBuffer buffer =
                    random.nextBoolean() ? ByteBuffer.allocate(capacity) : ByteBuffer.allocateDirect(capacity);
            for (int i = 0; i < capacity; i++) {
                buffer.put(i, GUARD);
            }
            return buffer.limit(GUARD_BYTES + length).position(GUARD_BYTES);
        }

        private void harvest() {
            calls.removeIf(call -> {
                if (!call.future.isDone()) {
                    return false;
                }
                Throwable thrown = call.future.handle((bytes, failure) -> failure).join();
                stage.check(thrown == null || thrown instanceof LwioException && thrown.getMessage() != null,
                        call.name + " ended with " + thrown);
                stage.check(thrown == null || !server.isLawful() || deeds > MAX_DEEDS
                        || ((LwioException) thrown).status() == LwioStatus.CANCELLED
                        || ((LwioException) thrown).status() == LwioStatus.INSUFFICIENT_RESOURCES,
                        call.name + " failed at a lawful server: " + thrown);
                checkGuards(call);
                if (call.reads) {
                    // From now on it is the caller's, who sees what is written to it too late.
                    wipe(call);
                    late.add(call);
                }
                return true;
            });
        }

        private final List<Call> late = new ArrayList<>();

        private static void wipe(Call call) {
            for (ByteBuffer buffer : call.buffers) {
                for (int i = buffer.position(); i < buffer.limit(); i++) {
                    buffer.put(i, GUARD);
                }
            }
        }

        private void checkGuards(Call call) {
            for (ByteBuffer buffer : call.buffers) {
                for (int i = 0; i < buffer.capacity(); i++) {
                    boolean inside = call.reads && i >= buffer.position() && i < buffer.limit();
                    stage.check(inside || buffer.duplicate().clear().get(i) == GUARD,
                            call.name + ": byte " + (i - buffer.position()) + " was written");
                }
            }
        }

        /** Lets it come to its end: then all calls have ended, and no late write has found a buffer. */
        void end() throws Exception {
            deeds = MAX_DEEDS + 1;
            if (server.isLawful() && random.nextBoolean()) {
                stage.until("a lawful server's answers have come: " + server, () -> {
                    server.answerHeld();
                    connection.poll();
                    harvest();
                    return calls.isEmpty();
                });
            } else if (server.isUnbearable()) {
                stage.until("the client ends its connection to " + server, () -> {
                    connection.poll();
                    return !connection.isOpen();
                });
            } else if (random.nextBoolean()) {
                server.disconnect();
                stage.until("the client sees the end of " + server, () -> !connection.isOpen());
            }
            connection.close();
            stage.check(calls.stream().allMatch(call -> call.future.isDone()), "calls do not end at " + server);
            harvest();
            server.disconnect();
            for (Call call : late) {
                for (ByteBuffer buffer : call.buffers) {
                    for (int i = 0; i < buffer.capacity(); i++) {
                        stage.check(buffer.duplicate().clear().get(i) == GUARD,
                                call.name + ": its buffer was written after its end");
                    }
                }
            }
        }
    }
}
