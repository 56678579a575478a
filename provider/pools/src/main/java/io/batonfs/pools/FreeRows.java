package io.batonfs.pools;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * The free rows of one device of a set that is open, where something may be written that nobody will read: for measuring
 * writes while the pools serve (POOL-1).
 *
 * <p><b>Why that harms nobody.</b> What is claimed are <i>stripes</i>, a unit of each device of the set, all of whose rows
 * are free: no segment has them, neither in memory nor by what a crash at any moment would leave on the devices, since
 * rows that were freed become free only by a checkpoint. So nobody reads them, neither their data nor their parity, also
 * not to mend, scrub or rebuild. When they are given to a segment, whole rows are written with their redundancy from what
 * is being written ({@link SegmentAppender}): nothing is assumed of what was there. A claim is in memory only, so a crash
 * ends it, and its rows are as free as before. A write that is under way at a crash is torn where nobody looks.
 *
 * <p><b>Who comes first.</b> A claim leaves a sixteenth of the pool's rows free, and there is none while an append finds too
 * few rows; such an append waits for what is claimed instead of failing. Nothing is claimed of a pool that takes no changes,
 * or that the device is out of or is rebuilt in.
 *
 * <p>Thread-safe; claims are for one thread each.
 */
public final class FreeRows {
    /** What a claim leaves free: as much of a pool as one part in so many. */
    static final int RESERVE_PART = 16;

    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private final BlockDevice device;
    private final int index;
    private final List<SegmentPool> pools;
    private final BooleanSupplier inPlace;

    /**
     * @param index   the device's place, from 0
     * @param pools   those of the set that are open
     * @param inPlace whether the place still is the device's
     */
    FreeRows(BlockDevice device, int index, List<SegmentPool> pools, BooleanSupplier inPlace) {
        this.device = device;
        this.index = index;
        this.pools = pools;
        this.inPlace = inPlace;
    }

    /** A range of the device that nobody else uses until this is closed. */
    public static final class Claim implements AutoCloseable {
        private final RowAllocator allocator;
        private final Run rows;
        private final long offset;
        private boolean closed;

        private Claim(RowAllocator allocator, Run rows, long offset) {
            this.allocator = allocator;
            this.rows = rows;
            this.offset = offset;
        }

        /** The first byte on the device. */
        public long offset() {
            return offset;
        }

        /** Gives the rows back; a second time it does nothing. No write to them may be under way. */
        @Override
        public void close() {
            if (!closed) {
                closed = true;
                allocator.unclaim(rows);
            }
        }
    }

    /** The device; the set closes it. */
    public BlockDevice device() {
        return device;
    }

    /** Whether the place is still the device's. */
    public boolean isInPlace() {
        return inPlace.getAsBoolean();
    }

    /** Whether a pool has the device, or is getting it: not if it has failed in all of them. */
    public boolean isInUse() {
        return pools.isEmpty() || pools.stream().map(pool -> pool.parts().members().state(index))
                .anyMatch(state -> state == MemberState.ONLINE || state == MemberState.REBUILDING);
    }

    /** Whether there is a pool that something could be claimed of: one that the device is whole in. */
    public boolean isWhole() {
        return pools.stream().anyMatch(pool -> pool.parts().members().online(index));
    }

    /**
     * Why nothing may be claimed for now within a range of the device, where it may be another time; empty if it may.
     *
     * @param lengthBytes how much would be claimed
     */
    public Optional<String> hindrance(long from, long to, int lengthBytes) {
        for (SegmentPool pool : pools) {
            PoolParts parts = pool.parts();
            if (parts.layout().dataOffset() < to && from < parts.layout().regionEnd()) {
                if (!parts.mutations().isOpen()) {
                    return Optional.of("pool " + pool.name() + " takes no changes");
                }
                if (!parts.members().online(index)) {
                    return Optional.of("device " + device.name() + " is out of pool " + pool.name() + ", or is being rebuilt "
                            + "there");
                }
                if (parts.allocator().isWanted()) {
                    return Optional.of("pool " + pool.name() + " needs all its free space for what is being written");
                }
                if (parts.allocator().isTooFull(rows(parts, lengthBytes), parts.allocator().rows() / RESERVE_PART)) {
                    return Optional.of("pool " + pool.name() + " is full but for less than a sixteenth, which it keeps; delete "
                            + "something, or add devices");
                }
                Range range = Range.of(parts, from, to);
                if (parts.allocator().isAwaited(range.first(), range.end())) {
                    return Optional.of("pool " + pool.name() + " has given rows up there that are free only when it has "
                            + "forgotten them for good, which it does as it is written to");
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Takes a range out of use.
     *
     * @param from        first byte of where it may lie
     * @param to          byte after where it may lie
     * @param lengthBytes how long it must be, a multiple of 4096, at least that
     * @param random      chooses among several
     * @return empty if there is none to spare, or the device has lost its place
     */
    public Optional<Claim> claim(long from, long to, int lengthBytes, RandomGenerator random) {
        if (!isInPlace()) {
            return Optional.empty();
        }
        List<SegmentPool> order = new ArrayList<>(pools);
        Collections.shuffle(order, new Random(random.nextLong()));
        for (SegmentPool pool : order) {
            Optional<Claim> claim = claim(pool.parts(), from, to, lengthBytes, random);
            if (claim.isPresent()) {
                return claim;
            }
        }
        return Optional.empty();
    }

    private Optional<Claim> claim(PoolParts parts, long from, long to, int lengthBytes, RandomGenerator random) {
        if (!parts.mutations().isOpen() || !parts.members().online(index)) {
            return Optional.empty();
        }
        PoolLayout layout = parts.layout();
        long unitBytes = (long) layout.unitBlocks() * BLOCK;
        Range range = Range.of(parts, from, to);
        RowAllocator allocator = parts.allocator();
        return allocator.claim(range.first(), range.end(), rows(parts, lengthBytes), range.stripeRows(),
                allocator.rows() / RESERVE_PART, random).map(rows -> {
                    long start = layout.dataOffset() + rows.start() / range.stripeRows() * unitBytes;
                    long places = (rows.rows() / range.stripeRows() * unitBytes - lengthBytes) / BLOCK + 1;
                    return new Claim(allocator, rows, start + random.nextLong(places) * BLOCK);
                });
    }

    /** The rows of the stripes that so many bytes of the device take. */
    private static int rows(PoolParts parts, int lengthBytes) {
        long unitBytes = (long) parts.layout().unitBlocks() * BLOCK;
        return (int) ((lengthBytes + unitBytes - 1) / unitBytes) * stripeRows(parts);
    }

    private static int stripeRows(PoolParts parts) {
        return Math.toIntExact(parts.layout().geometry().rows(parts.layout().unitBlocks()));
    }

    /** The rows of whole stripes that lie in a range of the device. */
    private record Range(long first, long end, int stripeRows) {
        static Range of(PoolParts parts, long from, long to) {
            PoolLayout layout = parts.layout();
            long unitBytes = (long) layout.unitBlocks() * BLOCK;
            int stripeRows = FreeRows.stripeRows(parts);
            long first = (Math.max(0, from - layout.dataOffset()) + unitBytes - 1) / unitBytes;
            long end = Math.min(Math.max(0, to - layout.dataOffset()) / unitBytes, parts.allocator().rows() / stripeRows);
            return new Range(first * stripeRows, end * stripeRows, stripeRows);
        }
    }
}
