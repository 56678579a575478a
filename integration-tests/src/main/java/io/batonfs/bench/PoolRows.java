package io.batonfs.bench;

import static io.batonfs.bench.Contender.LOCAL_DISK;
import static io.batonfs.bench.Contender.POOL;

import io.batonfs.bench.pools.PoolShape;
import io.batonfs.pools.RaidLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Pools of each level without anything above them, beside plain files on the same disk that take as many bytes, and the
 * codecs beside memory.
 */
final class PoolRows {
    private static final String GROUP = "pools";
    private static final List<RaidLevel> LEVELS =
            List.of(RaidLevel.RAID_0, RaidLevel.RAID_1, RaidLevel.RAID_10, RaidLevel.RAID_5, RaidLevel.RAID_50,
                    RaidLevel.RAID_6);
    /** Of what plain files give where nothing has to be computed. */
    private static final OptionalDouble READ_GOAL = OptionalDouble.of(0.9);
    /** Of what plain files take that are written as many bytes. */
    private static final OptionalDouble PARITY_WRITE_GOAL = OptionalDouble.of(0.8);
    private static final double XOR_MEGABYTES_PER_SECOND = 40_000;
    private static final double PQ_MEGABYTES_PER_SECOND = 15_000;
    /** Rows are asked for once in 1 MiB, and given back as often. */
    private static final double ALLOCATIONS_PER_SECOND = 6_000;
    private static final OptionalDouble NONE = OptionalDouble.empty();

    private final Sizes sizes;
    private final List<Row> rows = new ArrayList<>();

    private PoolRows(Sizes sizes) {
        this.sizes = sizes;
    }

    static List<Row> at(Sizes sizes) {
        PoolRows rows = new PoolRows(sizes);
        for (RaidLevel level : LEVELS) {
            rows.addTransfers(PoolShape.of(level));
            if (level != RaidLevel.RAID_0) {
                rows.addTransfers(PoolShape.of(level).without(1));
            }
        }
        rows.addRead(PoolShape.of(RaidLevel.RAID_6).without(2));
        for (RaidLevel level : List.of(RaidLevel.RAID_10, RaidLevel.RAID_5, RaidLevel.RAID_6)) {
            rows.add("scrub", PoolShape.of(level), PoolTask.SCRUB, Unit.MEGABYTES_PER_SECOND, NONE,
                    "all copies and parities are read once, without a limit to the rate, and compared; nothing is"
                            + " wrong. Bytes of all devices are counted. Plain files are read only");
        }
        for (RaidLevel level : List.of(RaidLevel.RAID_0, RaidLevel.RAID_10)) {
            rows.add("read-device", PoolShape.of(level), PoolTask.READ_DISK, Unit.MEGABYTES_PER_SECOND, READ_GOAL,
                    "1 MiB at a time, by one thread; the page cache is emptied of all of it before, so that it comes"
                            + " from the disk; the median of five times. Plain files hold data only and are read in transfers of 256 KiB");
        }
        for (RaidLevel level : List.of(RaidLevel.RAID_5, RaidLevel.RAID_50, RaidLevel.RAID_6)) {
            rows.add("write-device", PoolShape.of(level), PoolTask.WRITE_DISK, Unit.MEGABYTES_PER_SECOND,
                    PARITY_WRITE_GOAL,
                    "1 MiB at a time with its checksums, by one thread, all of it forced at the end, devices and files"
                            + " beside one another. Plain files are written as many bytes as the level writes, data"
                            + " counted only");
        }
        for (RaidLevel level : List.of(RaidLevel.RAID_5, RaidLevel.RAID_6)) {
            rows.add("write-sustained", PoolShape.of(level), PoolTask.WRITE_SUSTAINED, Unit.MEGABYTES_PER_SECOND,
                    PARITY_WRITE_GOAL,
                    "1 MiB at a time with its checksums, by one thread, more than the operating system keeps to itself, and"
                            + " all of it forced at the end, devices and files beside one another. Plain files are"
                            + " written as many bytes as the level writes, data counted only");
        }
        for (RaidLevel level : List.of(RaidLevel.RAID_10, RaidLevel.RAID_5, RaidLevel.RAID_6)) {
            rows.add("rebuild", PoolShape.of(level), PoolTask.REBUILD, Unit.MEGABYTES_PER_SECOND, NONE,
                    "what one device held is put on a new one, without a limit to the rate, and forced; the page cache"
                            + " has what is read. A plain file of as many bytes is copied from beginning to end and"
                            + " forced. Bytes written to the one device are counted");
        }
        rows.addRebuildUnderLoad(PoolShape.of(RaidLevel.RAID_5));
        rows.rows.add(new Row(GROUP, "pool-allocator", Unit.OPERATIONS_PER_SECOND,
                "1 to 100 rows are taken, by new segments and by such as grow, and given back segment by segment, by one"
                        + " thread, in a pool of which a twentieth is free, in holes; in memory. What is given back is"
                        + " free at once, without a checkpoint. The limit is what appends of 3 GB/s ask for",
                List.of(new Comparison(POOL, new Yardstick.Limit(ALLOCATIONS_PER_SECOND), OptionalDouble.of(1))),
                site -> new AllocatorWork(site, site.sizes().segments())));
        rows.add("turnover", PoolShape.of(RaidLevel.RAID_10), PoolTask.TURNOVER, Unit.OPERATIONS_PER_SECOND, NONE,
                "a segment is made, 4 KiB are appended, it is freed; a plain file is created, written and deleted. With"
                        + " the operating system, not forced");
        rows.addCodec("codec-xor", 1, XOR_MEGABYTES_PER_SECOND);
        rows.addCodec("codec-pq", 2, PQ_MEGABYTES_PER_SECOND);
        rows.addCodecFromMemory("codec-xor-memory", 1);
        rows.addCodecFromMemory("codec-pq-memory", 2);
        return rows.rows;
    }

    private void addTransfers(PoolShape shape) {
        add("write", shape, PoolTask.WRITE, Unit.MEGABYTES_PER_SECOND,
                shape.hasParity() && shape.missing() == 0 ? PARITY_WRITE_GOAL : NONE,
                "1 MiB at a time with its checksums, by one thread; with the operating system, not forced. Plain files"
                        + " are written as many bytes as the level writes, data counted only");
        addRead(shape);
        add("pread", shape, PoolTask.PREAD, Unit.OPERATIONS_PER_SECOND, NONE,
                "4 KiB at random, by one thread; the page cache holds all, the pool verifies checksums");
    }

    private void addRead(PoolShape shape) {
        add("read", shape, PoolTask.READ, Unit.MEGABYTES_PER_SECOND,
                shape.hasParity() || shape.missing() > 0 ? NONE : READ_GOAL,
                "1 MiB at a time, by one thread, again and again; the page cache holds all, the pool verifies checksums."
                        + " Plain files are read without parities and in larger transfers, as suits them");
    }

    private void addRebuildUnderLoad(PoolShape shape) {
        rows.add(new Row(GROUP, "pool-read-rebuilding-" + shape.title(), Unit.MEGABYTES_PER_SECOND,
                "1 MiB at a time, by one thread, from the page cache, while a device is rebuilt with the throttle's"
                        + " default, beside the same while the device is out and nobody rebuilds it, and beside what"
                        + " is written to the device meanwhile",
                List.of(new Comparison(POOL, new Yardstick.Part(RebuildLoadWork.UNDISTURBED, "undisturbed", 0), NONE),
                        new Comparison(POOL, new Yardstick.Part(RebuildLoadWork.REBUILT, "the rebuild", 0), NONE)),
                site -> new RebuildLoadWork(site, shape)));
    }

    private void add(String what, PoolShape shape, PoolTask task, Unit unit, OptionalDouble goal, String acknowledged) {
        rows.add(new Row(GROUP, "pool-" + what + "-" + shape.title(), unit, acknowledged, freshBytes(task),
                List.of(new Comparison(POOL, new Yardstick.Peer(LOCAL_DISK), goal)),
                site -> new PoolWork(site, shape, task)));
    }

    /** A device or file that is new takes fresh memory, at most as much as there is data. */
    private long freshBytes(PoolTask task) {
        return task == PoolTask.REBUILD ? sizes.diskBytes() : 0;
    }

    private void addCodec(String name, int parities, double limit) {
        rows.add(new Row(GROUP, name, Unit.MEGABYTES_PER_SECOND,
                "one thread, four strips of 4 KiB that stay in the processor's caches; bytes of data are counted",
                List.of(new Comparison(POOL, new Yardstick.Limit(limit), OptionalDouble.of(1)),
                        new Comparison(POOL, new Yardstick.Part(CodecWork.COPY, "a copy", 0), NONE)),
                site -> new CodecWork(site, parities)));
    }

    private void addCodecFromMemory(String name, int parities) {
        rows.add(new Row(GROUP, name, Unit.MEGABYTES_PER_SECOND,
                "one thread, rows of four strips of 4 KiB one after the other, more than the processor's caches hold, and"
                        + " parities that go to memory; bytes of data are counted. Beside it what memory gives to a"
                        + " thread that only reads, and to one that copies",
                List.of(new Comparison(POOL, new Yardstick.Part(CodecMemoryWork.READ, "reading memory", 0), NONE),
                        new Comparison(POOL, new Yardstick.Part(CodecMemoryWork.COPY, "a copy", 0), NONE)),
                site -> new CodecMemoryWork(site, parities)));
    }
}
