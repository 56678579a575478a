package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file (or a block device's special file) as a device. A file that became shorter, was removed or was replaced while
 * it was open answers with an {@link IOException} that names it: its length is looked at before each write, its
 * directory entry at each force and at every {@value #IDENTITY_CHECK_INTERVAL}th read or write.
 *
 * <p>The file is locked for as long as it is open, so that two processes never use it at once. Thread-safe: the channel
 * has no state that reads and writes share. A thread that is interrupted while reading or writing would close the
 * channel; callers must not interrupt.
 */
public final class FileBlockDevice implements BlockDevice {
    static final int IDENTITY_CHECK_INTERVAL = 256;

    private final Path path;
    private final FileChannel channel;
    private final long sizeBytes;
    private final Object fileKey;
    private final AtomicInteger operations = new AtomicInteger();

    private FileBlockDevice(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.sizeBytes = channel.size();
        this.fileKey = fileKey(path);
    }

    /**
     * Makes a new file of a given size (sparse where the file system can) and opens it.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one
     */
    public static FileBlockDevice create(Path path, long sizeBytes) throws IOException {
        try (FileChannel made = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            made.write(ByteBuffer.allocate(1), sizeBytes - 1);
        }
        return open(path);
    }

    /**
     * Opens an existing file and locks it.
     *
     * @throws IOException if it cannot be opened or another process uses it
     */
    public static FileBlockDevice open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new IOException("device " + path + " is in use by another process; stop that one first");
            }
            return new FileBlockDevice(path, channel);
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("device " + path + " is already open in this process; close it there first", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        checkRange(offset, destination.remaining());
        checkIdentityNowAndThen();
        long at = offset;
        while (destination.hasRemaining()) {
            int count = channel.read(destination, at);
            if (count < 0) {
                throw shorter();
            }
            at += count;
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        checkRange(offset, source.remaining());
        checkIdentityNowAndThen();
        if (channel.size() < sizeBytes) {
            throw shorter();
        }
        long at = offset;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    @Override
    public void force() throws IOException {
        channel.force(false);
        checkIdentity();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return name();
    }

    private void checkRange(long offset, int length) throws IOException {
        if (offset < 0 || offset + length > sizeBytes) {
            throw new IOException("range " + offset + "+" + length + " is not within device " + path + " of "
                    + sizeBytes + " bytes");
        }
    }

    private void checkIdentityNowAndThen() throws IOException {
        if (operations.incrementAndGet() % IDENTITY_CHECK_INTERVAL == 0) {
            checkIdentity();
        }
    }

    private void checkIdentity() throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("device " + path + " was removed while in use");
        }
        if (!Objects.equals(fileKey, fileKey(path))) {
            throw new IOException("device " + path + " was replaced while in use");
        }
        if (channel.size() < sizeBytes) {
            throw shorter();
        }
    }

    private IOException shorter() throws IOException {
        return new IOException("device " + path + " has become shorter: " + channel.size() + " instead of " + sizeBytes
                + " bytes");
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
    }
}
