package io.batonfs.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/**
 * Appends 1 KiB to a file and waits until it is forced, again and again. On plain files the same by channels, since
 * Hadoop's local file system forces nothing: on one file, or one after the other on as many as a byte has devices or
 * DataNodes elsewhere. (Two at once by two threads take longer where they are on one disk.)
 */
final class HsyncWork implements Work {
    private static final int WRITE_BYTES = 1024;

    private final Site site;
    private final Path file;
    private final int plainFiles;
    private final byte[] bytes = new byte[WRITE_BYTES];
    private long written;

    /** @param plainFiles that are forced on plain disks */
    HsyncWork(Site site, int plainFiles) {
        this.site = site;
        this.file = site.path("forced");
        this.plainFiles = plainFiles;
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
        List<FileChannel> channels = new ArrayList<>();
        try {
            for (int i = 0; i < plainFiles; i++) {
                channels.add(FileChannel.open(java.nio.file.Path.of(plain(i).toUri()),
                        StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            }
            return Repetition.during(site.sizes().spell(), 1, (thread, round) -> {
                for (FileChannel channel : channels) {
                    channel.write(ByteBuffer.wrap(bytes));
                    channel.force(false);
                }
            });
        } finally {
            for (FileChannel channel : channels) {
                channel.close();
            }
        }
    }

    private Path plain(int number) {
        return number == 0 ? file : file.suffix("-" + number);
    }

    @Override
    public void after() throws IOException {
        checkAndDelete(file);
        if (site.contender() == Contender.LOCAL_DISK) {
            for (int i = 1; i < plainFiles; i++) {
                checkAndDelete(plain(i));
            }
        }
    }

    private void checkAndDelete(Path path) throws IOException {
        long length = site.fs().getFileStatus(path).getLen();
        if (length != written) {
            throw new IOException(path + " has " + length + " bytes after " + written + " were written and forced");
        }
        site.fs().delete(path, false);
    }
}
