package io.batonfs.bench;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** Writes a big file, from create to close. */
final class WriteWork implements Work {
    private final Site site;
    private final BigFile big = new BigFile();
    private final Path file;

    WriteWork(Site site) {
        this.site = site;
        this.file = site.path("written");
    }

    @Override
    public Figure run() throws IOException {
        long bytes = site.sizes().fileBytes();
        long startNanos = System.nanoTime();
        big.write(site.fs(), file, bytes);
        return Figure.megabytesPerSecond(bytes, System.nanoTime() - startNanos);
    }

    @Override
    public void after() throws IOException {
        long length = site.fs().getFileStatus(file).getLen();
        if (length != site.sizes().fileBytes()) {
            throw new IOException(
                    file + " has " + length + " bytes after " + site.sizes().fileBytes() + " were written");
        }
        site.fs().delete(file, false);
    }
}
