package io.batonfs.transport.lwio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * An honest user beside hostile peers: reads and writes a file of its own in all ways, in both modes, several at a time
 * on ranges of their own, and knows what every byte has to be. Anything else than success in time is a failure. One
 * thread.
 */
final class VerifyingUser {
    private static final int PAGE = 4096;
    private static final int RANGES = 8;
    private static final int RANGE_BYTES = 8 * PAGE;
    private static final int GUARD_BYTES = 16;
    private static final byte GUARD = 0x6B;

    private final FuzzStage stage;
    private final LwioClient client;
    private final long file;
    private final SplittableRandom random;
    private final byte[] model = new byte[RANGES * RANGE_BYTES];
    private final Operation[] underWay = new Operation[RANGES];
    private LwioConnection connection;
    private int plain;
    private int checksummed;
    private long done;

    /** An I/O on a range of the file. */
    private record Operation(
            String name, CompletableFuture<Integer> future, int length, Runnable verify, long beganNanos) {
    }

    VerifyingUser(FuzzStage stage, LwioClient client, long file, SplittableRandom random) {
        this.stage = stage;
        this.client = client;
        this.file = file;
        this.random = random;
    }

    VerifyingUser connect() throws IOException {
        connection = stage.open(client);
        plain = connection.register(MemoryFiles.key(file), EnumSet.of(FidFlag.NO_INTERMEDIATE_BUFFERING));
        checksummed = connection.register(MemoryFiles.key(file),
                EnumSet.of(FidFlag.NO_INTERMEDIATE_BUFFERING, FidFlag.CHECKSUMMED));
        return this;
    }

    /** I/Os that have gone well. */
    long done() {
        return done;
    }

    /** Looks after what is under way and begins one more I/O, if a range is free. */
    void step() throws InterruptedException {
        harvest();
        int range = random.nextInt(RANGES);
        if (underWay[range] == null) {
            underWay[range] = begin(range * RANGE_BYTES);
        } else if (random.nextInt(8) == 0) {
            // Sleeps, and in polling mode asks to be woken.
            stage.check(connection.await(underWay[range].future, FuzzStage.BOUND_NANOS / 1_000_000),
                    "the honest user's " + underWay[range].name + " is not answered");
        }
    }

    /** Ends all that is under way. */
    void finish() {
        stage.until("the honest user's I/Os end", () -> {
            harvest();
            return Arrays.stream(underWay).allMatch(operation -> operation == null);
        });
    }

    void leave() throws IOException {
        finish();
        connection.closeFid(plain);
        connection.closeFid(checksummed);
        connection.close();
    }

    private void harvest() {
        connection.poll();
        stage.check(connection.isOpen(), "the honest user's connection has ended");
        for (int i = 0; i < RANGES; i++) {
            Operation operation = underWay[i];
            if (operation == null) {
                continue;
            }
            if (!operation.future.isDone()) {
                stage.check(stage.clock.nanoTime() - operation.beganNanos < FuzzStage.BOUND_NANOS,
                        "the honest user's " + operation.name + " takes too long");
                continue;
            }
            underWay[i] = null;
            Object result = operation.future.handle((bytes, thrown) -> thrown == null ? bytes : thrown).join();
            stage.check(result.equals(operation.length),
                    "the honest user's " + operation.name + " ended with " + result);
            operation.verify.run();
            done++;
        }
    }

    private Operation begin(int rangeAt) {
        int at = rangeAt + random.nextInt(PAGE);
        boolean polled = random.nextBoolean();
        boolean crcs = random.nextBoolean();
        LwioIo io = polled ? connection.polling() : connection;
        int fid = crcs ? checksummed : plain;
        long now = stage.clock.nanoTime();
        return switch (random.nextInt(6)) {
            case 0, 1 -> {
                int length = random.nextInt(random.nextBoolean() ? 600 : 3 * PAGE);
                ByteBuffer into = guarded(length);
                int[] sums = crcs ? new int[ChecksumPieces.count(at, length)] : null;
                yield new Operation("READ", io.read(fid, at, into, sums), length,
                        () -> verify(at, List.of(into), sums), now);
            }
            case 2 -> {
                int length = 512 * (1 + random.nextInt(3 * PAGE / 512));
                List<ByteBuffer> pages = new ArrayList<>();
                for (int left = length; left > 0; left -= PAGE) {
                    pages.add(guarded(Math.min(PAGE, left)));
                }
                int[] sums = crcs ? new int[ChecksumPieces.count(at, length)] : null;
                yield new Operation("VEC_READ", io.readVectored(fid, at, pages, sums), length,
                        () -> verify(at, pages, sums), now);
            }
            case 3 -> {
                byte[] bytes = bytes(random.nextInt(random.nextBoolean() ? 600 : 3 * PAGE));
                ByteBuffer from = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
                yield write("WRITE", io.write(fid, at, from, sums(crcs, bytes, at)), at, bytes, now);
            }
            case 4 -> {
                byte[] bytes = bytes(random.nextInt(3 * PAGE));
                List<ByteBuffer> parts = new ArrayList<>();
                for (int from = 0; from < bytes.length; ) {
                    int length = 1 + random.nextInt(bytes.length - from);
                    parts.add(random.nextBoolean() ? ByteBuffer.wrap(bytes.clone(), from, length)
                            : ByteBuffer.allocateDirect(length).put(0, bytes, from, length));
                    from += length;
                }
                yield write("VEC_WRITE", io.writeVectored(fid, at, parts, sums(crcs, bytes, at)), at, bytes, now);
            }
            default -> {
                byte[] page = bytes(PAGE);
                byte[] bytes = new byte[1 + random.nextInt(3 * PAGE)];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = page[i % PAGE];
                }
                yield write("collapsed VEC_WRITE", io.writeCollapsed(fid, at, ByteBuffer.wrap(page), bytes.length,
                        sums(crcs, bytes, at)), at, bytes, now);
            }
        };
    }

    private Operation write(String name, CompletableFuture<Integer> future, int at, byte[] bytes,
            long now) {
        return new Operation(name, future, bytes.length, () -> System.arraycopy(bytes, 0, model, at, bytes.length),
                now);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static int[] sums(boolean wanted, byte[] bytes, long at) {
        return wanted ? SimulatedFiles.crcs(bytes, at) : null;
    }

    private ByteBuffer guarded(int length) {
        int capacity = length + 2 * GUARD_BYTES;
        ByteBuffer buffer = random.nextBoolean() ? ByteBuffer.allocate(capacity) : ByteBuffer.allocateDirect(capacity);
        for (int i = 0; i < capacity; i++) {
            buffer.put(i, GUARD);
        }
        return buffer.limit(GUARD_BYTES + length).position(GUARD_BYTES);
    }

    private void verify(int at, List<ByteBuffer> parts, int[] sums) {
        int next = at;
        for (ByteBuffer part : parts) {
            stage.check(part.equals(ByteBuffer.wrap(model, next, part.remaining())),
                    "the honest user read wrong bytes at " + next);
            next += part.remaining();
            for (int i = 0; i < GUARD_BYTES; i++) {
                stage.check(part.duplicate().clear().get(i) == GUARD
                        && part.duplicate().clear().get(part.limit() + i) == GUARD,
                        "bytes beside the honest user's buffer were written");
            }
        }
        if (sums != null) {
            stage.check(Arrays.equals(sums, SimulatedFiles.crcs(Arrays.copyOfRange(model, at, next), at)),
                    "the honest user read wrong checksums");
        }
    }
}
