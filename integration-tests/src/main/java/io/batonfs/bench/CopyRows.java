package io.batonfs.bench;

import static io.batonfs.bench.Contender.BATON_DAEMON;
import static io.batonfs.bench.Contender.BATON_EMBEDDED;
import static io.batonfs.bench.Contender.HDFS;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Copies of files and clones of trees, within one store. */
final class CopyRows {
    private static final String GROUP = "copies";
    /** A copy by token and a clone, whatever the size. */
    private static final Yardstick LIMIT_MS = new Yardstick.Limit(10);
    /** What DistCp of a big file may take on top of what it takes to copy an empty one. */
    private static final double BIG_ALLOWANCE_S = 0.05;
    /** What DistCp of many files may take on top of it. */
    private static final double MANY_ALLOWANCE_S = 2;
    private static final List<Contender> BOTH = List.of(BATON_EMBEDDED, BATON_DAEMON);
    private static final String DISTCP =
            "stock DistCp's job has ended well; on HDFS checksums are compared, and file bytes are with the operating system"
            + " twice, not forced; on Baton they are those of the source, to which the copy refers, so that there is"
            + " nothing to compare; names and lengths are forced";
    private static final String CLONED =
            "the clone is there, and forced in the catalog's log; it shares all that nobody writes to."
                    + " HDFS has nothing like it: no peer, but a limit";

    private CopyRows() {
    }

    static List<Row> at(Sizes sizes) {
        CopySizes copies = CopySizes.of(sizes);
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(GROUP, "distcp-empty", Unit.SECONDS, DISTCP, besideHdfs(), DistCpWork::ofNothing));
        rows.add(distcp("distcp-" + sizes.fileTitle(), BIG_ALLOWANCE_S,
                site -> DistCpWork.ofFile(site, sizes.fileBytes())));
        rows.add(distcp("distcp-" + copies.files() + "x" + (copies.fileBytes() >> 10) + "KiB", MANY_ALLOWANCE_S,
                site -> DistCpWork.ofDirectory(site, copies.files(), copies.fileBytes())));
        rows.add(copy("copy-1MiB", true, LayOut.written(CopySizes.SMALL_FILE_BYTES)));
        rows.add(copy("copy-" + sizes.fileTitle(), true, LayOut.written(sizes.fileBytes())));
        rows.add(copy("copy-1TiB", false, LayOut.doubled(sizes.fileBytes(), copies.doublings())));
        rows.add(clone("clone-" + copies.madeFiles(), CLONED + ". Each file of the tree was created and written",
                Trees.made(copies.madeDirectories(), copies.directoryFiles()), copies.madeFiles()));
        rows.add(clone("clone-" + copies.sharedFiles() + "-shared", CLONED + ". The tree is "
                + copies.sharedDirectories() + " clones of one directory of " + copies.directoryFiles()
                + " files, which share files and names",
                Trees.shared(copies.sharedDirectories(), copies.directoryFiles()), copies.sharedFiles()));
        rows.add(new Row(GROUP, "first-write-into-clone", Unit.MILLISECONDS,
                "close of a new file of 1 KiB answers when the bytes are with the operating system twice; its name and"
                        + " length are forced, and with them what became the clone's own",
                both(new Yardstick.Part(FirstWriteWork.UNSHARED, "tree never cloned", 0), OptionalDouble.empty()),
                FirstWriteWork::new));
        return rows;
    }

    private static Row distcp(String name, double allowanceSeconds, Work.Factory work) {
        Yardstick fixed = new Yardstick.Part(DistCpWork.FIXED, "empty file", allowanceSeconds);
        List<Comparison> comparisons = new ArrayList<>(besideHdfs());
        comparisons.addAll(both(fixed, OptionalDouble.of(1)));
        return new Row(GROUP, name, Unit.SECONDS, DISTCP, comparisons, work);
    }

    private static Row copy(String name, boolean onHdfs, LayOut layOut) {
        List<Comparison> comparisons = new ArrayList<>(both(LIMIT_MS, OptionalDouble.of(1)));
        if (onHdfs) {
            comparisons.addAll(besideHdfs());
        }
        return new Row(GROUP, name, Unit.MILLISECONDS,
                "the copy is there, its name and length forced; its bytes are with the operating system twice, not"
                        + " forced: on HDFS by FileUtil.copy through the client, on Baton the source's, by token",
                comparisons, site -> new CopyWork(site, layOut));
    }

    private static Row clone(String name, String acknowledged, LayOut tree, long files) {
        return new Row(GROUP, name, Unit.MILLISECONDS, acknowledged, both(LIMIT_MS, OptionalDouble.of(1)),
                site -> new CloneWork(site, tree, files));
    }

    private static List<Comparison> besideHdfs() {
        return BOTH.stream().map(subject -> Comparison.with(subject, HDFS)).toList();
    }

    private static List<Comparison> both(Yardstick yardstick, OptionalDouble goal) {
        return BOTH.stream().map(subject -> new Comparison(subject, yardstick, goal)).toList();
    }
}
