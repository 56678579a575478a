package io.batonfs.bench;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Copies one file to new names: by token on Baton, by Hadoop's {@code FileUtil.copy} on what has no better way. A
 * sample is the median of several copies; no new one is begun after the time of a spell.
 */
final class CopyWork implements Work {
    private final Site site;
    private final FileStatus source;
    private int made;

    /**
     * Copies of a file.
     *
     * @param layOut makes the file at the path that it is given
     */
    CopyWork(Site site, LayOut layOut) throws Exception {
        this.site = site;
        Path path = site.path("copied");
        layOut.make(site, path);
        this.source = site.fs().getFileStatus(path);
    }

    @Override
    public Figure run() throws Exception {
        Laps laps = new Laps();
        NoBytes watch = NoBytes.fromNow();
        long startNanos = System.nanoTime();
        made = 0;
        do {
            Path copy = copy(made);
            laps.time(() -> copyTo(copy));
            made++;
        } while (made < CopySizes.of(site.sizes()).repetitions()
                && System.nanoTime() - startNanos < site.sizes().spell().toNanos());
        if (site.fs() instanceof BatonFileSystem) {
            watch.check(made, made * source.getLen());
        }
        return laps.figure(Map.of());
    }

    private void copyTo(Path copy) throws IOException {
        if (site.fs() instanceof BatonFileSystem baton) {
            copyByToken(baton, source, copy);
        } else if (!FileUtil.copy(site.fs(), source.getPath(), site.fs(), copy, false, site.fs().getConf())) {
            throw new IOException("FileUtil.copy could not copy " + source.getPath() + " to " + copy);
        }
    }

    /** Copies a whole file. */
    static void copyByToken(BatonFileSystem baton, FileStatus source, Path copy) throws IOException {
        baton.copyByToken(source.getPath(), Optional.empty(), 0, -1, copy, FsPermission.getFileDefault(),
                source.getReplication(), source.getBlockSize());
    }

    private Path copy(int number) {
        return site.path("copy-" + number);
    }

    @Override
    public void after() throws IOException {
        for (int i = 0; i < made; i++) {
            CopyCheck.same(site.fs(), source.getPath(), copy(i));
            site.fs().delete(copy(i), false);
        }
    }

    @Override
    public void end() throws IOException {
        site.fs().delete(source.getPath(), false);
    }
}
