package io.batonfs.quickstart;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StorageStatistics;

/** The steps of the quickstart in their order. */
final class Story {
    private final Stage stage;
    private final SourceTree tree;
    private final Path local;
    private final FileSystem hdfs;
    private final BatonFileSystem baton;
    private final Path hdfsInput;
    private final Path hdfsBack;
    private final Path batonInput;
    private final Path batonCopy;
    private final Path batonClone;

    /**
     * The story of some files.
     *
     * @param view a local directory that shows exactly the files of the tree
     */
    Story(Stage stage, SourceTree tree, URI view) throws IOException {
        this.stage = stage;
        this.tree = tree;
        this.local = new Path(view);
        this.hdfs = stage.hdfs();
        this.baton = stage.baton();
        this.hdfsInput = hdfs.makeQualified(new Path("/quickstart/input"));
        this.hdfsBack = hdfs.makeQualified(new Path("/quickstart/back"));
        this.batonInput = baton.makeQualified(new Path("/quickstart/input"));
        this.batonCopy = baton.makeQualified(new Path("/quickstart/copy"));
        this.batonClone = baton.makeQualified(new Path("/quickstart/clone"));
    }

    /** Runs all steps. */
    void tell(StepRunner runner) throws Exception {
        hdfs.mkdirs(hdfsInput.getParent());
        baton.mkdirs(batonInput.getParent());
        runner.run(distcp("local files -> hdfs:// (setup)", local, hdfs, hdfsInput, Step.Promise.NONE));
        runner.run(distcp("hdfs:// -> baton://", hdfsInput, baton, batonInput, Promises.streamed(tree.bytes())));
        runner.run(distcp("baton:// -> baton://", batonInput, baton, batonCopy, Promises.offloaded(tree)));
        runner.run(cloneTree());
        runner.run(distcp("baton:// -> hdfs://", batonCopy, hdfs, hdfsBack, Promises.streamed(tree.bytes())));
        runner.run(update("hdfs:// -> baton:// -update", hdfsInput, baton, batonInput));
        runner.run(update("baton:// -> hdfs:// -update", batonCopy, hdfs, hdfsBack));
        runner.run(wordCount());
    }

    private Step distcp(String name, Path source, FileSystem fs, Path target, Step.Promise promise) {
        List<String> problems = new ArrayList<>();
        return new Step(name, tree.files().size(), tree.bytes(), writtenTo(fs), () -> {
            StockDistCp.Counts counts = StockDistCp.run(stage.conf(), source.toString(), target.toString());
            if (counts.failed() != 0 || counts.skipped() != 0) {
                problems.add("distcp counted " + counts);
            }
        }, promise, () -> {
            problems.addAll(TreeCheck.compare(tree, fs, target));
            return problems;
        });
    }

    /** The whole tree in one call, through the file system: the stock tools have no command for it. */
    private Step cloneTree() {
        return new Step("clone of the whole tree", tree.files().size(), tree.bytes(), () -> 0,
                () -> baton.cloneTree(batonInput, batonClone), Promises.cloned(),
                () -> TreeCheck.compare(tree, baton, batonClone));
    }

    /** A second run with -update: distcp must skip every file, which it does only if length and checksum are equal. */
    private Step update(String name, Path source, FileSystem fs, Path target) {
        List<String> problems = new ArrayList<>();
        return new Step(name, tree.files().size(), tree.bytes(), () -> 0, () -> {
            StockDistCp.Counts counts =
                    StockDistCp.run(stage.conf(), "-update", source.toString(), target.toString());
            if (counts.skipped() != tree.files().size() || counts.skippedBytes() != tree.bytes()
                    || counts.copiedBytes() != 0 || counts.failed() != 0) {
                problems.add("all " + tree.files().size() + " files should have been skipped; distcp counted " + counts);
            }
        }, Promises.noClientBytes(), () -> {
            problems.addAll(TreeCheck.compare(tree, fs, target));
            return problems;
        });
    }

    private Step wordCount() throws IOException {
        List<SourceFile> texts = tree.files().stream().filter(SourceFile::text).toList();
        List<Path> inputs = texts.stream().map(file -> new Path(batonCopy, file.name())).toList();
        Path output = new Path(batonCopy.getParent(), "wordcount");
        long bytes = texts.stream().mapToLong(SourceFile::lengthBytes).sum();
        return new Step("wordcount on baton://", texts.size(), bytes, () -> 0,
                () -> WordCounter.runJob(stage.conf(), inputs, output), Step.Promise.NONE, () -> {
            Map<String, Long> awaited = WordCounter.countLocally(texts);
            Map<String, Long> found = WordCounter.readResult(baton, output);
            return awaited.equals(found) ? List.of() : List.of(
                    "the job counted " + found.size() + " different words, the source has " + awaited.size()
                    + ", or their numbers differ");
        });
    }

    /** Bytes written to a file system so far, by streams and by token. */
    private static LongSupplier writtenTo(FileSystem fs) {
        String scheme = fs.getScheme();
        return () -> {
            StorageStatistics statistics = FileSystem.getGlobalStorageStatistics().get(scheme);
            Long streamed = statistics == null ? null : statistics.getLong("bytesWritten");
            return (streamed == null ? 0 : streamed) + ClientFigures.now().offloadedBytes();
        };
    }
}
