package io.batonfs.bench;

import static io.batonfs.bench.Contender.BATON_DAEMON;
import static io.batonfs.bench.Contender.BATON_EMBEDDED;
import static io.batonfs.bench.Contender.HDFS;
import static io.batonfs.bench.Contender.LOCAL_DISK;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Bytes in and out. */
final class DataRows {
    private static final String GROUP = "data";
    private static final double WRITE_GOAL = 2;
    private static final double READ_GOAL = 3;
    private static final double PREAD_GOAL = 10;
    /** May take 1.5 times as long as the operating system takes. */
    private static final double HSYNC_GOAL = 1 / 1.5;
    /** Of each byte: on two DataNodes, on two devices. */
    private static final int COPIES = 2;
    private static final int[] THREADS = {1, 8};

    private DataRows() {
    }

    static List<Row> at(Sizes sizes) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(GROUP, "write-" + sizes.fileTitle(), Unit.MEGABYTES_PER_SECOND,
                "close answers when the bytes are with the operating system twice (two DataNodes; two devices of a"
                        + " mirrored pool; two plain files), not forced; the file's name and length are"
                        + " forced, but not on plain files",
                COPIES * sizes.fileBytes(),
                List.of(Comparison.withHdfs(BATON_EMBEDDED, WRITE_GOAL), Comparison.withHdfs(BATON_DAEMON, WRITE_GOAL),
                        Comparison.with(BATON_EMBEDDED, LOCAL_DISK), Comparison.with(BATON_DAEMON, LOCAL_DISK)),
                WriteWork::new));
        rows.add(new Row(GROUP, "read-" + sizes.fileTitle(), Unit.MEGABYTES_PER_SECOND,
                "nothing is forced; the page cache holds the file, checksums are verified, 1 MiB is asked for at a"
                        + " time",
                List.of(Comparison.withHdfs(BATON_EMBEDDED, READ_GOAL), Comparison.withHdfs(BATON_DAEMON, READ_GOAL)),
                ReadWork::new));
        for (int threads : THREADS) {
            rows.add(new Row(GROUP, "pread-4KiB-" + threads, Unit.OPERATIONS_PER_SECOND,
                    "nothing is forced; the page cache holds the file, each thread has a stream of its own",
                    List.of(Comparison.with(BATON_EMBEDDED, HDFS), Comparison.withHdfs(BATON_DAEMON, PREAD_GOAL)),
                    site -> new PreadWork(site, threads)));
        }
        rows.add(new Row(GROUP, "hsync-1KiB", Unit.MICROSECONDS,
                "hsync answers when the bytes are forced: on two DataNodes, on two devices of a mirrored pool, and on"
                        + " the plain disk once, by write and fdatasync",
                List.of(besideDisk(BATON_EMBEDDED), Comparison.with(BATON_EMBEDDED, HDFS),
                        besideDisk(BATON_DAEMON), Comparison.with(BATON_DAEMON, HDFS)),
                site -> new HsyncWork(site, 1)));
        rows.add(new Row(GROUP, "hsync-1KiB-twice", Unit.MICROSECONDS,
                "as hsync-1KiB, but on the plain disk two files are written and forced, one after the other: what it"
                        + " takes to have the bytes forced twice on the one disk that everybody has here",
                List.of(Comparison.with(BATON_EMBEDDED, LOCAL_DISK), Comparison.with(BATON_DAEMON, LOCAL_DISK)),
                site -> new HsyncWork(site, COPIES)));
        return rows;
    }

    private static Comparison besideDisk(Contender subject) {
        return new Comparison(subject, new Yardstick.Peer(LOCAL_DISK), OptionalDouble.of(HSYNC_GOAL));
    }
}
