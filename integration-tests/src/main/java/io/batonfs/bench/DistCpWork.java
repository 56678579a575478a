package io.batonfs.bench;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.quickstart.StockDistCp;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * Hadoop's own DistCp from one place of the store to another, by the local job runner in the client's JVM. On
 * Baton an empty file is copied the same way, twice, right before each sample, which is what a run of DistCp costs
 * without anything to copy: the better of the two is a detail of the sample.
 */
final class DistCpWork implements Work {
    /** The detail that says how long the copy of an empty file took, in seconds. */
    static final String FIXED = "emptyFileS";

    /** The first may still meet what the contender before has left to be done; the better counts. */
    private static final int FIXED_TIMES = 2;
    private static final double NANOS_OF_SECOND = 1e9;
    private static final int WRITERS = 8;
    private static final long SEED = 20261121;

    private final Site site;
    private final Configuration conf;
    private final Path empty;
    private final Path source;
    private final Path target;
    private final int files;
    private final long bytes;
    private Map<String, Double> details = Map.of();

    private DistCpWork(Site site, Path source, int files, long bytes) throws IOException {
        this.site = site;
        this.conf = new Configuration(site.fs().getConf());
        // The local job runner keeps jobs and their output there; by default in a place that outlives this JVM.
        conf.set("hadoop.tmp.dir", System.getProperty("java.io.tmpdir"));
        this.empty = site.path("distcp-empty-file");
        this.source = source;
        this.target = site.path("distcp-target");
        this.files = files;
        this.bytes = bytes;
        site.fs().create(empty, true).close();
    }

    /** Copies an empty file. */
    static DistCpWork ofNothing(Site site) throws IOException {
        Path source = site.path("distcp-source");
        site.fs().create(source, true).close();
        return new DistCpWork(site, source, 1, 0);
    }

    /** Copies a file. */
    static DistCpWork ofFile(Site site, long bytes) throws IOException {
        Path source = site.path("distcp-source");
        new BigFile().write(site.fs(), source, bytes);
        return new DistCpWork(site, source, 1, bytes);
    }

    /** Copies a directory of files. */
    static DistCpWork ofDirectory(Site site, int files, int fileBytes) throws Exception {
        Path source = site.path("distcp-source");
        byte[] content = new byte[fileBytes];
        new Random(SEED).nextBytes(content);
        Repetition.times((files + WRITERS - 1) / WRITERS, WRITERS, (writer, round) -> {
            long number = round * WRITERS + writer;
            if (number < files) {
                try (FSDataOutputStream out = site.fs().create(new Path(source, "file-" + number), false)) {
                    out.writeLong(number);
                    out.write(content, Long.BYTES, fileBytes - Long.BYTES);
                }
            }
        });
        return new DistCpWork(site, source, files, (long) files * fileBytes);
    }

    @Override
    public void before() throws Exception {
        // HDFS is the peer, and a copy of nothing has nothing on top.
        if (!(site.fs() instanceof BatonFileSystem) || bytes == 0) {
            return;
        }
        double fixedSeconds = Double.POSITIVE_INFINITY;
        for (int i = 0; i < FIXED_TIMES; i++) {
            Path copied = site.path("distcp-empty-target");
            fixedSeconds = Math.min(fixedSeconds, seconds(empty, copied, 1, 0));
            site.fs().delete(copied, false);
        }
        details = Map.of(FIXED, fixedSeconds);
    }

    @Override
    public Figure run() throws Exception {
        return new Figure(seconds(source, target, files, bytes), details);
    }

    /** Copies, checks what was counted, and returns how long it took. */
    private double seconds(Path from, Path to, int expectedFiles, long expectedBytes) throws Exception {
        NoBytes watch = NoBytes.fromNow();
        long startNanos = System.nanoTime();
        StockDistCp.Counts counts = StockDistCp.run(conf, from.toString(), to.toString());
        double seconds = (System.nanoTime() - startNanos) / NANOS_OF_SECOND;
        if (counts.failed() != 0 || counts.skipped() != 0 || counts.copiedBytes() != expectedBytes) {
            throw new IOException(
                    "distcp of " + expectedFiles + " files, " + expectedBytes + " bytes, counted " + counts);
        }
        if (site.fs() instanceof BatonFileSystem) {
            watch.check(expectedFiles, expectedBytes);
        }
        return seconds;
    }

    @Override
    public void after() throws IOException {
        if (site.fs().getFileStatus(source).isFile()) {
            CopyCheck.same(site.fs(), source, target);
        } else {
            checkDirectory();
        }
        site.fs().delete(target, true);
    }

    /** Every length, and the bytes of the first and the last file. */
    private void checkDirectory() throws IOException {
        long length = 0;
        FileStatus[] copied = site.fs().listStatus(target);
        for (FileStatus file : copied) {
            length += file.getLen();
        }
        if (copied.length != files || length != bytes) {
            throw new IOException(target + " has " + copied.length + " files of " + length + " bytes together, and "
                    + files + " of " + bytes + " should be there");
        }
        for (int number : new int[] {0, files - 1}) {
            CopyCheck.same(site.fs(), new Path(source, "file-" + number), new Path(target, "file-" + number));
        }
    }

    @Override
    public void end() throws IOException {
        site.fs().delete(source, true);
        site.fs().delete(empty, false);
    }
}
