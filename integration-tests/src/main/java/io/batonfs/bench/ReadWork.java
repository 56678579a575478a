package io.batonfs.bench;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** Reads a big file that was written before, from open to close. */
final class ReadWork implements Work {
    private final Site site;
    private final BigFile big = new BigFile();
    private final Path file;

    ReadWork(Site site) throws IOException {
        this.site = site;
        this.file = site.path("read");
        big.write(site.fs(), file, site.sizes().fileBytes());
    }

    @Override
    public Figure run() throws IOException {
        long bytes = site.sizes().fileBytes();
        long startNanos = System.nanoTime();
        big.read(site.fs(), file, bytes);
        return Figure.megabytesPerSecond(bytes, System.nanoTime() - startNanos);
    }

    @Override
    public void end() throws IOException {
        site.fs().delete(file, false);
    }
}
