package io.batonfs.pools;

import io.batonfs.pools.raid.Geometry;
import io.batonfs.pools.raid.MirroredStripes;
import io.batonfs.pools.raid.RotatingParity;

/**
 * Where the areas of a pool lie, the same on every device, in bytes from the device's beginning:
 * <pre>
 *   regionStart   header A, header B (4 KiB each)
 *                 batch area           (batchBytes)
 *                 journal              (journalBytes)
 *                 slot pages           (4 KiB each)
 *                 checksum pages       (4 KiB each)
 *                 data area            (to regionEnd)
 * </pre>
 * All but the data area are metadata: the first {@code metadataCopies} devices hold equal copies of them.
 *
 * @param name           the pool's name
 * @param level          RAID level
 * @param devices        devices of the set
 * @param spans          RAID 5 sets that RAID 50 stripes over; 1 at all other levels
 * @param unitBlocks     blocks of a stripe unit
 * @param metadataCopies devices that hold the metadata
 * @param regionStart    first byte of the region
 * @param regionEnd      byte after the region
 * @param batchBytes     size of the batch area
 * @param journalBytes   size of the journal
 * @param slotPages      pages of segment slots
 * @param checksumPages  pages of block checksums
 */
record PoolLayout(
        String name, RaidLevel level, int devices, int spans, int unitBlocks, int metadataCopies, long regionStart,
        long regionEnd, long batchBytes, long journalBytes, int slotPages, int checksumPages) {

    /** Bytes of a block: the unit of checksums and of metadata pages. */
    static final int BLOCK_BYTES = 4096;

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    /** What a round beginning of the data may cost, of the region: a 1024th at most, and what is then left of a row. */
    private static final long ALIGNMENT_PART = 1024;
    private static final int CONTAINER_BLOCKS = 256;
    private static final int CONTAINER_PART = 32;
    /** Slots that differ by no more than this part from what is usual are the usual ones. */
    private static final int USUAL_PART = 64;

    /** Plans a pool into a region. */
    static PoolLayout plan(PoolConfig config, int devices, long regionStart, long regionEnd) {
        int usual = config.level() == RaidLevel.RAID_1 ? devices : PoolConfig.DEFAULT_METADATA_COPIES;
        int copies = Math.min(devices, config.metadataCopies() == 0 ? usual : config.metadataCopies());
        long region = regionEnd - regionStart;
        long journal = config.journalBytes() != 0
                ? roundUp(config.journalBytes())
                : roundUp(Math.max(256 * KIB, Math.min(64 * MIB, region / 32)));
        int spans = spans(config, devices);
        Geometry geometry = geometry(config.level(), devices, spans, config.unitBlocks());
        // The largest record carries the end of one row and the beginning of another.
        journal = Math.max(journal, 4L * geometry.rowBlocks() * BLOCK_BYTES);
        long batch = Math.max(64 * KIB, journal);
        PoolLayout noData = new PoolLayout(config.name(), config.level(), devices, spans, config.unitBlocks(), copies,
                regionStart, regionEnd, batch, journal, 0, 0);
        long deviceBlocks = (regionEnd - noData.pageOffset(0)) / BLOCK_BYTES;
        while (deviceBlocks > 0) {
            long capacityBlocks = geometry.rows(deviceBlocks) * geometry.rowBlocks();
            long segments = config.maxSegments() != 0 ? config.maxSegments() : usualSegments(capacityBlocks);
            PoolLayout layout = new PoolLayout(config.name(), config.level(), devices, spans, config.unitBlocks(),
                    copies, regionStart, regionEnd, batch, journal, pages(segments, SlotFormat.SLOTS_PER_PAGE),
                    pages(capacityBlocks, ChecksumTable.CHECKSUMS_PER_PAGE)).withDataAligned();
            long excess = deviceBlocks - layout.dataBlocksPerDevice();
            if (excess <= 0 && capacityBlocks > 0) {
                return layout;
            }
            deviceBlocks -= Math.max(1, excess / 2);
        }
        throw new IllegalArgumentException("pool " + config.name() + " has no room for data in a region of " + region
                + " bytes per device; give it a larger share, larger devices or fewer slots for segments");
    }

    /** One for 32 KiB of data. */
    private static long usualSegments(long capacityBlocks) {
        return Math.max(1024, Math.min(1 << 22, capacityBlocks / 8));
    }

    /**
     * The slots that the pool was formatted with if they are not what is usual, else 0. Other versions have laid data out
     * by some blocks otherwise, so what is as good as usual is.
     */
    private int unusualSegments() {
        int usual = pages(usualSegments(rowsThatFit() * geometry().rowBlocks()), SlotFormat.SLOTS_PER_PAGE);
        return Math.abs(slotPages - usual) <= usual / USUAL_PART ? 0 : slotPages * SlotFormat.SLOTS_PER_PAGE;
    }

    /**
     * The same with so many checksum pages more, which stay empty, that the data area begins at a round offset of the
     * device: 1 MiB, or less in a region of less than 1 GiB. So a stripe unit is one piece of a disk's pages and of the
     * page cache, which else keeps a unit of 64 KiB in five or six pieces.
     */
    private PoolLayout withDataAligned() {
        long alignment = Math.max(BLOCK_BYTES,
                Math.min(MIB, Long.highestOneBit((regionEnd - regionStart) / ALIGNMENT_PART)));
        long excess = dataOffset() % alignment;
        int pages = excess == 0 ? 0 : (int) ((alignment - excess) / BLOCK_BYTES);
        return new PoolLayout(name, level, devices, spans, unitBlocks, metadataCopies, regionStart, regionEnd,
                batchBytes, journalBytes, slotPages, checksumPages + pages);
    }

    /** What the pool was formatted by, its share in percent of the bytes that all pools have of a device. */
    PoolConfig config(long allPoolsBytes) {
        long percent = Math.round(100.0 * (regionEnd - regionStart) / allPoolsBytes);
        int spansSet = level == RaidLevel.RAID_50 ? spans : 0;
        return new PoolConfig(name, level, spansSet, (int) Math.max(1, percent), unitBlocks, 0, unusualSegments(), 0);
    }

    /** Where data lie. */
    Geometry geometry() {
        return geometry(level, devices, spans, unitBlocks);
    }

    private static int spans(PoolConfig config, int devices) {
        if (config.level() != RaidLevel.RAID_50) {
            return 1;
        }
        int spans = config.spans() != 0 ? config.spans() : RotatingParity.fewestSpans(devices);
        if (spans == 0) {
            throw new IllegalArgumentException("pool " + config.name() + ": RAID_50 needs devices that can be dealt to "
                    + "equal RAID 5 sets of at least three, as 6, 8 or 9 can; " + devices + " can't");
        }
        return spans;
    }

    private static Geometry geometry(RaidLevel level, int devices, int spans, int unitBlocks) {
        switch (level) {
            case RAID_0:
                return new MirroredStripes(devices, 1, unitBlocks);
            case RAID_1:
                return new MirroredStripes(devices, devices, unitBlocks);
            case RAID_10:
                return new MirroredStripes(devices, 2, unitBlocks);
            case RAID_5:
                return RotatingParity.raid5(devices, unitBlocks);
            case RAID_50:
                return RotatingParity.raid50(devices, spans, unitBlocks);
            case RAID_6:
                return RotatingParity.raid6(devices, unitBlocks);
            default:
                throw new IllegalArgumentException("there is no geometry for " + level);
        }
    }

    /** The devices that hold the metadata; bit {@code i} stands for device {@code i}. */
    long metadataMask() {
        return -1L >>> Long.SIZE - metadataCopies;
    }

    /**
     * Whether the pool can go on without these devices: all data can be read, and a device is left with the metadata.
     */
    boolean spares(long outMask) {
        return geometry().survives(outMask) && (metadataMask() & ~outMask) != 0;
    }

    long headerOffset(int copy) {
        return regionStart + (long) copy * BLOCK_BYTES;
    }

    long batchOffset() {
        return headerOffset(2);
    }

    long journalOffset() {
        return batchOffset() + batchBytes;
    }

    /** Where a metadata page lies; slot pages come first, then checksum pages. */
    long pageOffset(int page) {
        return journalOffset() + journalBytes + (long) page * BLOCK_BYTES;
    }

    long dataOffset() {
        return pageOffset(slotPages + checksumPages);
    }

    long dataBlocksPerDevice() {
        return (regionEnd - dataOffset()) / BLOCK_BYTES;
    }

    /** Rows that the pool can give out. */
    long rows() {
        return Math.min(RowAllocator.MOST_ROWS, rowsThatFit());
    }

    /** Rows of the largest container of packed segments: 1 MiB, or a 32nd of a small pool; 0 where a row is a block. */
    int containerRows() {
        int rowBlocks = geometry().rowBlocks();
        return rowBlocks == 1 ? 0
                : (int) Math.max(2, Math.min((CONTAINER_BLOCKS + rowBlocks - 1) / rowBlocks, rows() / CONTAINER_PART));
    }

    /**
     * Rows that nobody is given but a container: what is left in one of which less than half lives finds room there, so that
     * space comes back in a pool that is full, too.
     */
    int keptRows() {
        int container = containerRows();
        return container == 0 ? 0 : (int) Math.min(rows() / 2, (container + 1) / 2 + 1);
    }

    /** Bytes of data that segments can have at all. */
    long capacityBytes() {
        return (rows() - keptRows()) * rowBytes();
    }

    /** Rows of the data area, more than {@link #rows} in a pool that is larger than it can use. */
    long rowsThatFit() {
        Geometry geometry = geometry();
        return Math.min(geometry.rows(dataBlocksPerDevice()),
                (long) checksumPages * ChecksumTable.CHECKSUMS_PER_PAGE / geometry.rowBlocks());
    }

    int rowBytes() {
        return geometry().rowBlocks() * BLOCK_BYTES;
    }

    private static int pages(long entries, int entriesPerPage) {
        return Math.toIntExact((entries + entriesPerPage - 1) / entriesPerPage);
    }

    private static long roundUp(long bytes) {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }
}
