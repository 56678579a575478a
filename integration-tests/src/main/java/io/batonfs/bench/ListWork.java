package io.batonfs.bench;

import java.io.IOException;

/** Lists one directory, as an array. */
final class ListWork implements Work {
    private final Site site;
    private final int threads;
    private final ManyFiles files;

    ListWork(Site site, int threads) throws Exception {
        this.site = site;
        this.threads = threads;
        this.files = new ManyFiles(site, "listed");
        files.make(1, site.sizes().files());
    }

    @Override
    public Figure run() throws Exception {
        return Repetition.during(site.sizes().spell(), threads, (thread, round) -> files.check(1, site.sizes().files()))
                .perSecond();
    }

    @Override
    public void end() throws IOException {
        files.delete();
    }
}
