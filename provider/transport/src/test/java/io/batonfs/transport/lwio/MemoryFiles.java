package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/**
 * Files in memory: one byte array for each resume key's number, made when first registered. Keys whose pid is not
 * {@link #GENUINE} are refused. Completions go through an executor that a test may hold back.
 */
final class MemoryFiles implements FileProvider {
    static final long GENUINE = 0x600D;
    static final long REFUSES_TO_OPEN = -1;
    static final long BREAKS_PROMISES = -2;
    static final long FAILS_TO_CLOSE = -3;
    static final int FILE_BYTES = 4 << 20;

    final Map<Long, byte[]> contents = new ConcurrentHashMap<>();
    final Map<Long, List<Long>> writeOrder = new ConcurrentHashMap<>();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger callsAfterClose = new AtomicInteger();
    final AtomicInteger durableWrites = new AtomicInteger();
    /** Reads at once are done only while it has not been replaced. */
    private static final Executor AT_ONCE = Runnable::run;

    final AtomicInteger readsAtOnce = new AtomicInteger();
    volatile Executor completions = AT_ONCE;
    /** Of forced writes, which wait for a device; null if they are as all others. */
    volatile Executor forces;
    /** Before a file is opened. */
    volatile Runnable whenOpening = () -> { };

    static ResumeKey key(long number) {
        return new ResumeKey(number, 0, GENUINE);
    }

    byte[] bytes(long number) {
        return contents.computeIfAbsent(number, unused -> new byte[FILE_BYTES]);
    }

    @Override
    public RegisteredFile register(ResumeKey key, long sessionId, boolean writeThrough, boolean checksummed)
            throws LwioException {
        if (key.pid() != GENUINE) {
            throw new LwioException(LwioStatus.ACCESS_DENIED, "not a key of ours");
        }
        whenOpening.run();
        if (key.key() == REFUSES_TO_OPEN) {
            throw new IllegalStateException("a bug while opening");
        }
        if (key.key() == BREAKS_PROMISES) {
            return new FaultyFile();
        }
        if (key.key() == FAILS_TO_CLOSE) {
            return new FaultyFile() {
                @Override
                public void close() {
                    throw new OutOfMemoryError("thrown by the test, for closing");
                }
            };
        }
        open.incrementAndGet();
        return new MemoryFile(key.key(), bytes(key.key()), writeThrough);
    }

    static int[] crcs(byte[] bytes, long offset, int length) {
        int[] crcs = new int[ChecksumPieces.count(offset, length)];
        long at = offset;
        for (int i = 0; i < crcs.length; i++) {
            long end = Math.min(offset + length, (at / ChecksumPieces.BLOCK_BYTES + 1) * ChecksumPieces.BLOCK_BYTES);
            CRC32C crc = new CRC32C();
            crc.update(bytes, (int) at, (int) (end - at));
            crcs[i] = (int) crc.getValue();
            at = end;
        }
        return crcs;
    }

    /** Throws, or completes twice, or with a wrong count, by the offset. */
    private static class FaultyFile implements RegisteredFile {

        private static void io(long offset, int length, IoResult result) {
            if (offset == 0) {
                throw new IllegalStateException("a bug in an I/O");
            }
            if (offset == 3) {
                throw new OutOfMemoryError("no memory for an I/O");
            }
            if (offset == 4) {
                throw new StackOverflowError("thrown by the test, for an I/O");
            }
            if (offset == 1) {
                result.complete(LwioStatus.SUCCESS, length - 1);
                return;
            }
            result.complete(LwioStatus.SUCCESS, length);
            result.complete(LwioStatus.DISK_FULL, 0);
        }

        @Override
        public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
            io(offset, destination.remaining(), result);
        }

        @Override
        public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
            io(offset, source.remaining(), result);
        }

        @Override
        public void close() {
            throw new IllegalStateException("a bug while closing");
        }
    }

    private final class MemoryFile implements RegisteredFile {
        private final long number;
        private final byte[] bytes;
        private final boolean writeThrough;
        private volatile boolean closed;

        MemoryFile(long number, byte[] bytes, boolean writeThrough) {
            this.number = number;
            this.bytes = bytes;
            this.writeThrough = writeThrough;
        }

        private boolean isOutside(long offset, int length, IoResult result) {
            if (closed) {
                callsAfterClose.incrementAndGet();
            }
            if (offset + length > bytes.length) {
                completions.execute(() -> result.complete(LwioStatus.END_OF_FILE, 0));
                return true;
            }
            return false;
        }

        @Override
        public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
            int length = destination.remaining();
            if (isOutside(offset, length, result)) {
                return;
            }
            completions.execute(() -> {
                destination.put(bytes, (int) offset, length);
                if (pieceCrcs != null) {
                    int[] crcs = crcs(bytes, offset, length);
                    System.arraycopy(crcs, 0, pieceCrcs, 0, crcs.length);
                }
                result.complete(LwioStatus.SUCCESS, length);
            });
        }

        @Override
        public boolean readAtOnce(long offset, ByteBuffer destination, int[] pieceCrcs) {
            int length = destination.remaining();
            if (completions != AT_ONCE || offset + length > bytes.length) {
                destination.put(0, (byte) ~destination.get(0));
                return false;
            }
            readsAtOnce.incrementAndGet();
            destination.put(bytes, (int) offset, length);
            if (pieceCrcs != null) {
                int[] crcs = crcs(bytes, offset, length);
                System.arraycopy(crcs, 0, pieceCrcs, 0, crcs.length);
            }
            return true;
        }

        @Override
        public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
            int length = source.remaining();
            writeOrder.computeIfAbsent(number, unused -> java.util.Collections.synchronizedList(new ArrayList<>()))
                    .add(offset);
            if (isOutside(offset, length, result)) {
                return;
            }
            if (writeThrough) {
                durableWrites.incrementAndGet();
            }
            Executor device = forces;
            (writeThrough && device != null ? device : completions).execute(() -> {
                source.get(bytes, (int) offset, length);
                if (pieceCrcs != null) {
                    int[] crcs = crcs(bytes, offset, length);
                    for (int i = 0; i < crcs.length; i++) {
                        if (crcs[i] != pieceCrcs[i]) {
                            result.complete(LwioStatus.DATA_ERROR, 0);
                            return;
                        }
                    }
                }
                result.complete(LwioStatus.SUCCESS, length);
            });
        }

        @Override
        public void close() {
            if (closed) {
                callsAfterClose.incrementAndGet();
            }
            closed = true;
            open.decrementAndGet();
        }
    }
}
