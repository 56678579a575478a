package io.batonfs.pools.raid;

/**
 * RAID 5, left-symmetric: the parity moves one device to the left with each row, and a row's data begin on the device
 * after it, so that a run of consecutive units meets every device in turn. Four devices, unit of one block:
 * <pre>
 *   row    dev 0  dev 1  dev 2  dev 3
 *   0        0      1      2      P
 *   1        4      5      P      3
 *   2        8      P      6      7
 *   3        P      9     10     11
 *   4       12     13     14      P
 * </pre>
 * A row is {@code devices - 1} units.
 *
 * @param devices    devices of the set, 3 to 64
 * @param unitBlocks blocks of a unit
 */
public record RotatingParity(int devices, int unitBlocks) implements Geometry {

    /** Checks the ranges. */
    public RotatingParity {
        if (devices < 3 || devices > 64) {
            throw new IllegalArgumentException("rotating parity needs 3 to 64 devices, not " + devices);
        }
        if (unitBlocks < 1) {
            throw new IllegalArgumentException("a stripe unit of " + unitBlocks + " blocks is too small");
        }
    }

    @Override
    public int rowBlocks() {
        return (devices - 1) * unitBlocks;
    }

    @Override
    public long rows(long deviceBlocks) {
        return deviceBlocks / unitBlocks;
    }

    /** Device that holds a row's parity. */
    public int parityDevice(long row) {
        return devices - 1 - (int) (row % devices);
    }

    /** Device that holds a row's data unit, counted from 0. */
    public int unitDevice(long row, int unit) {
        return (parityDevice(row) + 1 + unit) % devices;
    }

    @Override
    public int device(long block) {
        return unitDevice(block / rowBlocks(), (int) (block % rowBlocks()) / unitBlocks);
    }

    @Override
    public long deviceBlock(long block) {
        return block / rowBlocks() * unitBlocks + block % unitBlocks;
    }

    @Override
    public int contiguous(long block) {
        return unitBlocks - (int) (block % unitBlocks);
    }

    @Override
    public boolean survives(long outMask) {
        return Long.bitCount(outMask) <= 1;
    }
}
