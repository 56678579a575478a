package io.batonfs.bench;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/**
 * Writes a big file, from create to close. On plain files each piece goes to two of them, as it goes to two devices or
 * DataNodes elsewhere: what the page cache alone takes.
 */
final class WriteWork implements Work {
    private final Site site;
    private final BigFile big = new BigFile();
    private final Path file;
    private final Path mirror;

    WriteWork(Site site) {
        this.site = site;
        this.file = site.path("written");
        this.mirror = site.path("mirror");
    }

    @Override
    public Figure run() throws IOException {
        long bytes = site.sizes().fileBytes();
        long startNanos = System.nanoTime();
        if (site.contender() == Contender.LOCAL_DISK) {
            big.writeTwice(plain(file), plain(mirror), bytes);
        } else {
            big.write(site.fs(), file, bytes);
        }
        return Figure.megabytesPerSecond(bytes, System.nanoTime() - startNanos);
    }

    @Override
    public void after() throws IOException {
        checkAndDelete(file);
        if (site.contender() == Contender.LOCAL_DISK) {
            checkAndDelete(mirror);
        }
    }

    private void checkAndDelete(Path path) throws IOException {
        long length = site.fs().getFileStatus(path).getLen();
        if (length != site.sizes().fileBytes()) {
            throw new IOException(
                    path + " has " + length + " bytes after " + site.sizes().fileBytes() + " were written");
        }
        site.fs().delete(path, false);
    }

    private static java.nio.file.Path plain(Path path) {
        return java.nio.file.Path.of(path.toUri());
    }
}
