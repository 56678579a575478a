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
     * @throws NotNowException        if a pool that is there needs its rows for the moment, or the device is not whole in it
     */
    @Override
    public Optional<Claim> claim(long from, long to, int lengthBytes, RandomGenerator random)
            throws DeviceChangedException, NotNowException {
        // What is in the way may come or go between two looks, but hardly twice.
        Optional<FreeRows.Claim> claim = Optional.empty();
        for (int look = 0; look < 2 && claim.isEmpty(); look++) {
            checkDevice();
            Optional<String> before = rows.hindrance(from, to, lengthBytes);
            claim = rows.claim(from, to, lengthBytes, random);
            Optional<String> hindrance = before.isPresent() ? before : rows.hindrance(from, to, lengthBytes);
            if (claim.isEmpty() && hindrance.isPresent()) {
                throw new NotNowException(hindrance.get());
            }
        }
        return claim.map(Rows::new);
    }

    /**
     * Looks whether it is still worth measuring.
     *
     * @throws DeviceChangedException if another device has the place now, or this one has failed in all pools
     */
    public void checkDevice() throws DeviceChangedException {
        if (!rows.isInPlace()) {
            throw new DeviceChangedException("device " + rows.device().name() + " has lost its place to another one while "
                    + "it was measured; measure that one");
        }
        if (!rows.isInUse()) {
            throw new DeviceChangedException("device " + rows.device().name() + " has failed while it was measured; replace "
                    + "it, or have it rebuilt, and measure it then");
        }
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
