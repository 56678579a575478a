package io.batonfs.bench;

import java.io.IOException;

/** Renames a file there and back, each thread one of its own in a directory of its own. */
final class RenameWork implements Work {
    private final Site site;
    private final int threads;
    private final ManyFiles files;

    RenameWork(Site site, int threads) {
        this.site = site;
        this.threads = threads;
        this.files = new ManyFiles(site, "renamed");
    }

    @Override
    public void before() throws IOException {
        files.makeDirectories(threads);
        for (int i = 0; i < threads; i++) {
            files.create(i, 0);
        }
    }

    @Override
    public Figure run() throws Exception {
        return Repetition.during(site.sizes().spell(), threads, this::rename).perSecond();
    }

    private void rename(int thread, long round) throws IOException {
        if (!site.fs().rename(files.file(thread, round % 2), files.file(thread, (round + 1) % 2))) {
            throw new IOException("could not rename " + files.file(thread, round % 2));
        }
    }

    @Override
    public void after() throws IOException {
        files.check(threads, threads);
        files.delete();
    }
}
