package io.batonfs.pools.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Ranges of a device that nobody else uses for as long as it is measured. Immutable; claims need not be closed.
 *
 * @param ranges the ranges, without overlap
 */
public record FreeRanges(List<Range> ranges) implements FreeSpace {
    /**
     * What is left alone at both ends of a blank device: there who formats devices, Baton too, looks whether anybody
     * has left a mark, and a device that was measured shall still look blank.
     */
    public static final int END_BYTES = 1 << 20;

    private static final int BLOCK_BYTES = ProfileParameters.BLOCK_BYTES;

    /** Copies the list. */
    public FreeRanges {
        ranges = List.copyOf(ranges);
    }

    /**
     * A range.
     *
     * @param start first byte
     * @param end   byte after the last
     */
    public record Range(long start, long end) {
    }

    private record At(long offset) implements Claim {
        @Override
        public void close() {
            // Nothing was taken from anybody.
        }
    }

    /** All of a blank device but its ends. */
    public static FreeRanges ofBlankDevice(long sizeBytes) {
        return new FreeRanges(List.of(new Range(END_BYTES, Math.max(END_BYTES, sizeBytes - END_BYTES))));
    }

    @Override
    public Optional<Claim> claim(long from, long to, int lengthBytes, RandomGenerator random) {
        List<Range> fitting = new ArrayList<>();
        long places = 0;
        for (Range range : ranges) {
            long start = (Math.max(from, range.start()) + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
            long end = Math.min(to, range.end());
            if (end - start >= lengthBytes) {
                fitting.add(new Range(start, end));
                places += places(start, end, lengthBytes);
            }
        }
        if (places == 0) {
            return Optional.empty();
        }
        long place = random.nextLong(places);
        for (Range range : fitting) {
            long here = places(range.start(), range.end(), lengthBytes);
            if (place < here) {
                return Optional.of(new At(range.start() + place * BLOCK_BYTES));
            }
            place -= here;
        }
        throw new AssertionError("place " + place + " is beyond all ranges");
    }

    private static long places(long start, long end, int lengthBytes) {
        return (end - start - lengthBytes) / BLOCK_BYTES + 1;
    }
}
