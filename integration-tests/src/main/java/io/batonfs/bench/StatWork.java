package io.batonfs.bench;

import java.io.IOException;
import java.util.SplittableRandom;

/** Asks for the status of files of one directory, in random order. */
final class StatWork implements Work {
    private static final long SEED = 1;

    private final Site site;
    private final int threads;
    private final ManyFiles files;
    private final SplittableRandom[] randoms;

    StatWork(Site site, int threads) throws Exception {
        this.site = site;
        this.threads = threads;
        this.files = new ManyFiles(site, "asked");
        this.randoms = new SplittableRandom[threads];
        for (int i = 0; i < threads; i++) {
            randoms[i] = new SplittableRandom(SEED + i);
        }
        files.make(1, site.sizes().files());
    }

    @Override
    public Figure run() throws Exception {
        return Repetition.during(site.sizes().spell(), threads, this::stat).perSecond();
    }

    private void stat(int thread, long round) throws IOException {
        int number = randoms[thread].nextInt(site.sizes().files());
        if (!site.fs().getFileStatus(files.file(0, number)).isFile()) {
            throw new IOException(files.file(0, number) + " is said to be no file");
        }
    }

    @Override
    public void end() throws IOException {
        files.delete();
    }
}
