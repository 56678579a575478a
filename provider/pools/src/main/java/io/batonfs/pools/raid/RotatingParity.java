package io.batonfs.pools.raid;

/**
 * Parity that rotates, left-symmetric, in one span of devices (RAID 5 with one parity, RAID 6 with two) or in several
 * over which rows are striped (RAID 50). The parity moves one device to the left with each row of a span, and a row's
 * data begin on the device after it, so that a run of consecutive units meets every device in turn. RAID 5, four
 * devices, unit of one block:
 * <pre>
 *   row    dev 0  dev 1  dev 2  dev 3
 *   0        0      1      2      P
 *   1        4      5      P      3
 *   2        8      P      6      7
 *   3        P      9     10     11
 *   4       12     13     14      P
 * </pre>
 * RAID 6, five devices: Q stands after P, and the data after Q, as Linux's md has it in its layout of the same name.
 * <pre>
 *   row    dev 0  dev 1  dev 2  dev 3  dev 4
 *   0        Q      0      1      2      P
 *   1        3      4      5      P      Q
 *   2        7      8      P      Q      6
 *   3       11      P      Q      9     10
 *   4        P      Q     12     13     14
 *   5        Q     15     16     17      P
 * </pre>
 * RAID 50, six devices in two spans: rows are dealt to the spans in turn, and each span is a RAID 5 of its own.
 * <pre>
 *                 span 0                         span 1
 *   row    dev 0  dev 1  dev 2    row    dev 3  dev 4  dev 5
 *   0        0      1      P      1        2      3      P
 *   2        5      P      4      3        7      P      6
 *   4        P      8      9      5        P     10     11
 *   6       12     13      P      7       14     15      P
 * </pre>
 * A row is {@link #dataUnits} units on the devices of one span. Its <i>members</i> are numbered: data units from 0, then
 * P, then Q; the number of a data unit is its power of two in Q.
 *
 * @param devices    devices of the set, a multiple of {@code spans}, at most 64
 * @param spans      groups of devices that have rows of their own, at least 1
 * @param parities   parity units of a row, 1 or 2; a span has at least two devices more
 * @param unitBlocks blocks of a unit
 */
public record RotatingParity(int devices, int spans, int parities, int unitBlocks) implements Geometry {

    /** Checks the ranges. */
    public RotatingParity {
        if (parities < 1 || parities > 2) {
            throw new IllegalArgumentException("a row has one or two parities, not " + parities);
        }
        int least = parities + 2;
        if (spans == 1 && (devices < least || devices > 64)) {
            throw new IllegalArgumentException(devices + " devices are no span with " + parities
                    + " parity unit(s) in a row, which takes " + least + " to 64");
        }
        if (spans < 1 || devices > 64 || devices % spans != 0 || devices / spans < least) {
            throw new IllegalArgumentException(devices + " devices are not " + spans + " equal spans of at least "
                    + least + ", or they are more than 64");
        }
        if (unitBlocks < 1) {
            throw new IllegalArgumentException("a stripe unit of " + unitBlocks + " blocks is too small");
        }
    }

    /** RAID 5 on 3 to 64 devices. */
    public static RotatingParity raid5(int devices, int unitBlocks) {
        return new RotatingParity(devices, 1, 1, unitBlocks);
    }

    /** RAID 50 on spans of at least three devices. */
    public static RotatingParity raid50(int devices, int spans, int unitBlocks) {
        return new RotatingParity(devices, spans, 1, unitBlocks);
    }

    /** RAID 6 on 4 to 64 devices. */
    public static RotatingParity raid6(int devices, int unitBlocks) {
        return new RotatingParity(devices, 1, 2, unitBlocks);
    }

    /** The fewest spans, two at least, that devices can be dealt to evenly with three or more in each; or 0. */
    public static int fewestSpans(int devices) {
        for (int spans = 2; devices / spans >= 3; spans++) {
            if (devices % spans == 0) {
                return spans;
            }
        }
        return 0;
    }

    @Override
    public int rowBlocks() {
        return dataUnits() * unitBlocks;
    }

    @Override
    public long rows(long deviceBlocks) {
        return deviceBlocks / unitBlocks * spans;
    }

    /** Devices of a span: members of a row. */
    public int spanDevices() {
        return devices / spans;
    }

    /** Data units of a row. */
    public int dataUnits() {
        return spanDevices() - parities;
    }

    /** Device that holds a member of a row. */
    public int memberDevice(long row, int member) {
        int first = (int) (row % spans) * spanDevices();
        return first + (firstParity(row) + parities + member) % spanDevices();
    }

    /** Which member of a row a device of the row's span holds. */
    public int member(long row, int device) {
        return Math.floorMod(device % spanDevices() - firstParity(row) - parities, spanDevices());
    }

    /** Where a row begins on each of its devices, in blocks of the device's data area. */
    public long rowDeviceBlock(long row) {
        return row / spans * unitBlocks;
    }

    @Override
    public int device(long block) {
        return memberDevice(block / rowBlocks(), (int) (block % rowBlocks()) / unitBlocks);
    }

    @Override
    public long deviceBlock(long block) {
        return rowDeviceBlock(block / rowBlocks()) + block % rowBlocks() % unitBlocks;
    }

    @Override
    public int contiguous(long block) {
        return unitBlocks - (int) (block % unitBlocks);
    }

    @Override
    public boolean survives(long outMask) {
        long span = spanDevices() == 64 ? -1L : (1L << spanDevices()) - 1;
        for (int first = 0; first < devices; first += spanDevices()) {
            if (Long.bitCount(outMask & span << first) > parities) {
                return false;
            }
        }
        return true;
    }

    /** Place of P within the row's span. */
    private int firstParity(long row) {
        return spanDevices() - 1 - (int) (row / spans % spanDevices());
    }
}
