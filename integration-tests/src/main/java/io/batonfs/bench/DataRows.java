package io.batonfs.bench;

import static io.batonfs.bench.Contender.BATON_DAEMON;
import static io.batonfs.bench.Contender.BATON_EMBEDDED;

import java.util.List;

/** Bytes in and out. */
final class DataRows {
    private static final String GROUP = "data";

    private DataRows() {
    }

    static List<Row> at(Sizes sizes) {
        return List.of(
                new Row(GROUP, "write-" + sizes.fileTitle(), Unit.MEGABYTES_PER_SECOND,
                        "close answers when the bytes are with the operating system twice (two DataNodes; two devices of a"
                                + " mirrored pool), not forced; the file's name and length are forced",
                        List.of(Comparison.withHdfs(BATON_EMBEDDED, 2), Comparison.withHdfs(BATON_DAEMON, 2)),
                        WriteWork::new),
                new Row(GROUP, "read-" + sizes.fileTitle(), Unit.MEGABYTES_PER_SECOND,
                        "reads what the page cache holds, checksums verified, in pieces of 1 MiB",
                        List.of(Comparison.withHdfs(BATON_EMBEDDED, 3), Comparison.withHdfs(BATON_DAEMON, 3)),
                        ReadWork::new));
    }
}
