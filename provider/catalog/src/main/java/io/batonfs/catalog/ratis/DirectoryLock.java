package io.batonfs.catalog.ratis;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second opener off a peer's directory, of this JVM or another. Ratis has a lock too, but takes it after the log
 * has been looked at and mended, which must not happen under a living peer. The file stays; only the lock goes.
 */
final class DirectoryLock implements Closeable {
    static final String FILE_NAME = "catalog.lock";

    /**
     * What this process holds. Looked at before the file is opened: closing any channel of a file takes away all locks
     * that the process has on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path real;
    private final FileChannel channel;

    private DirectoryLock(Path real, FileChannel channel) {
        this.real = real;
        this.channel = channel;
    }

    /** @throws BatonException BUSY if somebody holds it */
    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            throw heldElsewhere(directory, "this process");
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(real.resolve(FILE_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
            if (lock == null) {
                throw heldElsewhere(directory, "another process");
            }
            return new DirectoryLock(real, channel);
        } finally {
            if (lock == null) {
                release(real, channel);
            }
        }
    }

    private static void release(Path real, FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            HELD.remove(real);
        }
    }

    private static BatonException heldElsewhere(Path directory, String holder) {
        return new BatonException(ErrorCode.BUSY, "the catalog in " + directory + " is open in " + holder
                + "; close it there, or use another directory");
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            release(real, channel);
        }
    }
}
