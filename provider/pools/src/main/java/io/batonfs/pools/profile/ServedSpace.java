package io.batonfs.pools.profile;

import io.batonfs.pools.FreeRows;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The free space of a device that a server uses meanwhile: rows that no segment has, see {@link FreeRows}. For the
 * profiler's thread only.
 */
public final class ServedSpace implements FreeSpace {
    private final FreeRows rows;

    /** The free rows of a device. */
    public ServedSpace(FreeRows rows) {
        this.rows = rows;
    }

    /**
     * Takes a range.
     *
     * @throws DeviceChangedException if another device has the place now
     */
    @Override
    public Optional<Claim> claim(long from, long to, int lengthBytes, RandomGenerator random)
            throws DeviceChangedException {
        if (!rows.isInPlace()) {
            throw new DeviceChangedException("device " + rows.device().name() + " has lost its place to another one while "
                    + "it was measured; measure that one");
        }
        return rows.claim(from, to, lengthBytes, random).map(Rows::new);
    }

    private record Rows(FreeRows.Claim claim) implements Claim {
        @Override
        public long offset() {
            return claim.offset();
        }

        @Override
        public void close() {
            claim.close();
        }
    }
}
