package io.batonfs.pools.raid;

/**
 * Striping over columns of equal devices: RAID 10 with two copies, RAID 0 with one, RAID 1 with as many copies as
 * devices. Four devices, two copies, unit of two blocks:
 * <pre>
 *            column 0        column 1
 *          dev 0  dev 1    dev 2  dev 3
 *   0        0      0        2      2
 *   1        1      1        3      3
 *   2        4      4        6      6
 *   3        5      5        7      7
 * </pre>
 * A row is one block.
 *
 * @param devices    devices of the set, a multiple of {@code copies}, at most 64
 * @param copies     copies of each block
 * @param unitBlocks blocks that lie together on a device before the next column is used
 */
public record MirroredStripes(int devices, int copies, int unitBlocks) implements Geometry {
    /** Checks the ranges. */
    public MirroredStripes {
        if (copies < 1 || devices < copies || devices % copies != 0 || devices > 64) {
            throw new IllegalArgumentException(devices + " devices cannot hold " + copies + " copies of each block");
        }
        if (unitBlocks < 1) {
            throw new IllegalArgumentException("a stripe unit of " + unitBlocks + " blocks is too small");
        }
    }

    @Override
    public int rowBlocks() {
        return 1;
    }

    @Override
    public long rows(long deviceBlocks) {
        return deviceBlocks / unitBlocks * unitBlocks * columns();
    }

    @Override
    public int device(long block) {
        return device(block, 0);
    }

    /** Device that holds one of a block's copies. */
    public int device(long block, int copy) {
        return column(block) * copies + copy;
    }

    /** Which of the groups of devices that hold the same has a block. */
    int column(long block) {
        return (int) (block / unitBlocks % columns());
    }

    @Override
    public long deviceBlock(long block) {
        return block / unitBlocks / columns() * unitBlocks + block % unitBlocks;
    }

    @Override
    public int contiguous(long block) {
        return unitBlocks - (int) (block % unitBlocks);
    }

    @Override
    public boolean survives(long outMask) {
        long whole = (1L << copies) - 1;
        if (copies == 64) {
            whole = -1L;
        }
        for (int column = 0; column < columns(); column++) {
            long mask = whole << column * copies;
            if ((outMask & mask) == mask) {
                return false;
            }
        }
        return true;
    }

    private int columns() {
        return devices / copies;
    }
}
