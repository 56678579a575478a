package io.batonfs.pools.profile;

import io.batonfs.pools.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Takes single samples. Each begins with an I/O that is not timed, which brings a spindle's head to the place: where it
 * was before is no property of the place. Its buffers are aligned for direct I/O. Used by one thread.
 */
final class Probe {
    private static final int BLOCK_BYTES = ProfileParameters.BLOCK_BYTES;
    private static final int IO_BYTES = ProfileParameters.SEQUENTIAL_IO_BYTES;

    /** A run that has little left to do may not know where the device answered. */
    private static final int ANSWER_PLACES = 8;

    private final BlockDevice device;
    private final FreeSpace free;
    private final ProfileParameters parameters;
    private final LongSupplier nanoTime;
    private final ByteBuffer incoming = aligned();
    /** Noise, since devices may compress; null if nothing is written. */
    private final ByteBuffer outgoing;
    private long writtenBlocks;
    /** Where the device answered last; its beginning before that. */
    private long answeredAt;

    Probe(BlockDevice device, FreeSpace free, ProfileParameters parameters, LongSupplier nanoTime) {
        this.device = device;
        this.free = free;
        this.parameters = parameters;
        this.nanoTime = nanoTime;
        this.outgoing = parameters.kinds().stream().anyMatch(ProbeKind::isWrite)
                ? noise(new SplittableRandom(parameters.seed())) : null;
    }

    /**
     * Takes a sample in a probe zone.
     *
     * @param start  first byte of the zone
     * @param end    byte after the zone
     * @param random chooses the place
     * @return nanoseconds, at least 1, or {@link SampleTable#NO_FREE_RANGE}
     */
    long take(ProbeKind kind, long start, long end, RandomGenerator random) throws IOException {
        return switch (kind) {
            case SEQUENTIAL_READ -> sequentialRead(start, end, random);
            case RANDOM_READ -> randomRead(start, end, random);
            case SEQUENTIAL_WRITE -> sequentialWrite(start, end, random);
            case RANDOM_WRITE -> randomWrite(start, end, random);
        };
    }

    /** Whether the device answers where it has answered before, or at one of some places all over it. */
    boolean answers() throws ClosedByInterruptException {
        boolean answers = answersAt(answeredAt);
        for (int part = 0; part < ANSWER_PLACES && !answers; part++) {
            answers = answersAt(device.sizeBytes() / BLOCK_BYTES / ANSWER_PLACES * part * BLOCK_BYTES);
        }
        return answers;
    }

    private boolean answersAt(long offset) throws ClosedByInterruptException {
        try {
            read(offset, BLOCK_BYTES);
            return true;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // Why not, whoever asks has been told at the reads before.
            return false;
        }
    }

    private long sequentialRead(long start, long end, RandomGenerator random) throws IOException {
        int length = BLOCK_BYTES + parameters.sequentialBytes();
        long at = place(start, end, length, random);
        read(at, BLOCK_BYTES);
        int ioBytes = parameters.sequentialIoBytes();
        return timed(ProbeKind.SEQUENTIAL_READ, io -> read(at + BLOCK_BYTES + (long) io * ioBytes, ioBytes));
    }

    private long randomRead(long start, long end, RandomGenerator random) throws IOException {
        long[] places = new long[parameters.randomOperations() + 1];
        for (int i = 0; i < places.length; i++) {
            places[i] = place(start, end, parameters.randomBytes(), random);
        }
        read(places[0], parameters.randomBytes());
        return timed(ProbeKind.RANDOM_READ, io -> read(places[io + 1], parameters.randomBytes()));
    }

    private long sequentialWrite(long start, long end, RandomGenerator random) throws IOException {
        int length = BLOCK_BYTES + parameters.sequentialBytes();
        Optional<FreeSpace.Claim> claimed = free.claim(start, end, length, random);
        if (claimed.isEmpty()) {
            return SampleTable.NO_FREE_RANGE;
        }
        try (FreeSpace.Claim claim = claimed.get()) {
            long at = claim.offset();
            write(at, BLOCK_BYTES);
            device.force();
            int ioBytes = parameters.sequentialIoBytes();
            long writing = timed(ProbeKind.SEQUENTIAL_WRITE,
                    io -> write(at + BLOCK_BYTES + (long) io * ioBytes, ioBytes));
            long began = nanoTime.getAsLong();
            device.force();
            return writing + nanoTime.getAsLong() - began;
        }
    }

    private long randomWrite(long start, long end, RandomGenerator random) throws IOException {
        List<FreeSpace.Claim> claims = new ArrayList<>();
        try {
            for (int i = 0; i <= parameters.randomOperations(); i++) {
                Optional<FreeSpace.Claim> claim = free.claim(start, end, parameters.randomBytes(), random);
                if (claim.isEmpty()) {
                    return SampleTable.NO_FREE_RANGE;
                }
                claims.add(claim.get());
            }
            forcedWrite(claims.get(0));
            return timed(ProbeKind.RANDOM_WRITE, io -> forcedWrite(claims.get(io + 1)));
        } finally {
            for (FreeSpace.Claim claim : claims) {
                claim.close();
            }
        }
    }

    private void forcedWrite(FreeSpace.Claim claim) throws IOException {
        write(claim.offset(), parameters.randomBytes());
        device.force();
    }

    private void read(long offset, int lengthBytes) throws IOException {
        device.read(offset, incoming.clear().limit(lengthBytes));
        answeredAt = offset;
    }

    private void write(long offset, int lengthBytes) throws IOException {
        outgoing.clear().limit(lengthBytes);
        for (int block = 0; block < lengthBytes; block += BLOCK_BYTES) {
            // No two blocks are alike, for devices that keep one of those that are.
            outgoing.putLong(block, ++writtenBlocks);
        }
        device.write(offset, outgoing);
    }

    /** An I/O of a sample, by its number from 0. */
    private interface NumberedIo {
        void go(int number) throws IOException;
    }

    /** What a sample's I/Os take if all take as long as the one in the middle: one that had to wait does not count. */
    private long timed(ProbeKind kind, NumberedIo io) throws IOException {
        double[] nanos = new double[parameters.sampleOperations(kind)];
        for (int number = 0; number < nanos.length; number++) {
            long began = nanoTime.getAsLong();
            io.go(number);
            nanos[number] = nanoTime.getAsLong() - began;
        }
        return Math.max(1, Math.round(Robust.median(nanos) * nanos.length));
    }

    private static long place(long start, long end, int lengthBytes, RandomGenerator random) {
        return start + random.nextLong((end - start - lengthBytes) / BLOCK_BYTES + 1) * BLOCK_BYTES;
    }

    private static ByteBuffer noise(RandomGenerator random) {
        ByteBuffer noise = aligned();
        while (noise.hasRemaining()) {
            noise.putLong(random.nextLong());
        }
        return noise;
    }

    private static ByteBuffer aligned() {
        return ByteBuffer.allocateDirect(IO_BYTES + BLOCK_BYTES).alignedSlice(BLOCK_BYTES).limit(IO_BYTES).slice();
    }
}
