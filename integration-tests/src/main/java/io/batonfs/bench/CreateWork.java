package io.batonfs.bench;

import java.io.IOException;

/** Creates empty files and closes them, each thread in a directory of its own, new in each sample. */
final class CreateWork implements Work {
    private final Site site;
    private final int threads;
    private final ManyFiles files;
    private long made;

    CreateWork(Site site, int threads) {
        this.site = site;
        this.threads = threads;
        this.files = new ManyFiles(site, "created");
    }

    @Override
    public void before() throws IOException {
        files.makeDirectories(threads);
    }

    @Override
    public Figure run() throws Exception {
        Repetition repetition = Repetition.during(site.sizes().spell(), threads, files::create);
        made = repetition.latencies().total();
        return repetition.perSecond();
    }

    @Override
    public void after() throws IOException {
        files.check(threads, made);
        files.delete();
    }
}
