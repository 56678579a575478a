package io.batonfs.bench;

import java.io.IOException;

/** Deletes files one by one, each thread in a directory of its own. */
final class DeleteWork implements Work {
    private final Site site;
    private final int threads;
    private final ManyFiles files;

    DeleteWork(Site site, int threads) {
        this.site = site;
        this.threads = threads;
        this.files = new ManyFiles(site, "deleted");
    }

    @Override
    public void before() throws Exception {
        files.make(threads, site.sizes().deleted());
    }

    @Override
    public Figure run() throws Exception {
        return Repetition.times(site.sizes().deleted() / threads, threads, this::delete).perSecond();
    }

    private void delete(int thread, long round) throws IOException {
        if (!site.fs().delete(files.file(thread, round), false)) {
            throw new IOException(files.file(thread, round) + " was not there to be deleted");
        }
    }

    @Override
    public void after() throws IOException {
        files.check(threads, 0);
        files.delete();
    }
}
