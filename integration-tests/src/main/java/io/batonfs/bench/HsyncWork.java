package io.batonfs.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/**
 * Appends 1 KiB to a file and waits until it is forced, again and again. On plain files the same by a channel, since
 * Hadoop's local file system forces nothing.
 */
final class HsyncWork implements Work {
    private static final int WRITE_BYTES = 1024;

    private final Site site;
    private final Path file;
    private final byte[] bytes = new byte[WRITE_BYTES];
    private long written;

    HsyncWork(Site site) {
        this.site = site;
        this.file = site.path("forced");
    }

    @Override
    public Figure run() throws Exception {
        Repetition repetition = site.contender() == Contender.LOCAL_DISK ? onDisk() : onFileSystem();
        written = repetition.latencies().total() * WRITE_BYTES;
        return repetition.medianMicroseconds();
    }

    private Repetition onFileSystem() throws Exception {
        try (FSDataOutputStream out = site.fs().create(file, true)) {
            return Repetition.during(site.sizes().spell(), 1, (thread, round) -> {
                out.write(bytes);
                out.hsync();
            });
        }
    }

    private Repetition onDisk() throws Exception {
        java.nio.file.Path plain = java.nio.file.Path.of(file.toUri());
        try (FileChannel channel = FileChannel.open(plain, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            return Repetition.during(site.sizes().spell(), 1, (thread, round) -> {
                channel.write(ByteBuffer.wrap(bytes));
                channel.force(false);
            });
        }
    }

    @Override
    public void after() throws IOException {
        long length = site.fs().getFileStatus(file).getLen();
        if (length != written) {
            throw new IOException(file + " has " + length + " bytes after " + written + " were written and forced");
        }
        site.fs().delete(file, false);
    }
}
