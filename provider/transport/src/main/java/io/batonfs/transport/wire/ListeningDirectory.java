package io.batonfs.transport.wire;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one listener, and the proof that it is nobody else's: a lock on the file {@code lock} in it, which
 * the kernel gives back when the process ends, however that is. What a listener that was killed has left there is
 * removed by the next that listens at the same address; one that lives is never touched.
 *
 * <p>Within a process the kernel would not keep two listeners apart, and closing any descriptor of the lock file would
 * give the lock back: so a set of what is taken goes before it. Thread-safe.
 */
final class ListeningDirectory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ListeningDirectory.class);
    private static final Set<Path> TAKEN_HERE = ConcurrentHashMap.newKeySet();
    private static final Pattern OURS = Pattern.compile(
            "socket|socket-[0-9a-f]{" + SharedMemoryAddress.INSTANCE_DIGITS + "}|[0-9a-f]{32}");
    /** A directory that is taken away while we take it, by one that ends: as often as that may happen in a row. */
    private static final int ATTEMPTS = 100;

    private final SharedMemoryAddress address;
    private final Path taken;
    private final FileChannel lock;
    private final FileStore store;
    private volatile boolean closed;

    private ListeningDirectory(SharedMemoryAddress address, Path taken, FileChannel lock)
            throws IOException {
        this.address = address;
        this.taken = taken;
        this.lock = lock;
        // Once: finding it reads the table of all that is mounted.
        store = Files.getFileStore(taken.getParent());
    }

    /**
     * Takes a directory, making it if need be, and clears it.
     *
     * @param forOthers whether other users may go in (but not see what is there)
     * @throws BindException if somebody listens there
     */
    static ListeningDirectory take(SharedMemoryAddress address, boolean forOthers) throws IOException {
        Path base = address.directory().getParent();
        Path taken;
        try {
            taken = base.toRealPath().resolve(address.directory().getFileName());
        } catch (NoSuchFileException e) {
            throw (IOException) new IOException("the directory for shared memory, " + base + ", does not exist: make"
                    + " it, or name another").initCause(e);
        }
        if (!TAKEN_HERE.add(taken)) {
            throw inUse(address, "this process");
        }
        boolean made = false;
        try {
            for (int i = 0; i < ATTEMPTS; i++) {
                makeDirectory(address.directory(), forOthers);
                FileChannel lock = lock(address);
                if (lock != null) {
                    try {
                        ListeningDirectory directory = new ListeningDirectory(address, taken, lock);
                        directory.clear();
                        made = true;
                        return directory;
                    } finally {
                        if (!made) {
                            lock.close();
                        }
                    }
                }
            }
            throw new IOException(address.directory() + " is taken away again and again while it is being made");
        } finally {
            if (!made) {
                TAKEN_HERE.remove(taken);
            }
        }
    }

    private static BindException inUse(SharedMemoryAddress address, String who) {
        return new BindException("shared-memory address " + address + " can't be listened at: " + who
                + " listens there already, in " + address.directory());
    }

    private static void makeDirectory(Path directory, boolean forOthers) throws IOException {
        try {
            Files.createDirectory(directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            LOG.trace("{} is there already", directory);
        }
        try {
            PosixFileAttributes found = Files.readAttributes(directory, PosixFileAttributes.class,
                    LinkOption.NOFOLLOW_LINKS);
            String user = PeerUser.own().name();
            if (!found.isDirectory() || !found.owner().getName().equals(user)) {
                throw new IOException(directory + " is no directory, or not of user " + user + " but of "
                        + found.owner().getName() + ": remove it, or listen at another address");
            }
            Files.setPosixFilePermissions(directory,
                    PosixFilePermissions.fromString(forOthers ? "rwx--x--x" : "rwx------"));
        } catch (NoSuchFileException e) {
            LOG.trace("{} has been taken away meanwhile", directory);
        }
    }

    /** Null if the file, or the whole directory, was taken away meanwhile. */
    private static FileChannel lock(SharedMemoryAddress address) throws IOException {
        try {
            if (!Files.exists(address.lock(), LinkOption.NOFOLLOW_LINKS)) {
                createLockFile(address.lock());
            }
            Object before = fileKey(address.lock());
            FileChannel channel = FileChannel.open(address.lock(), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            boolean kept = false;
            try {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    throw inUse(address, "another process");
                }
                // The file that was locked is still the one that others will find.
                kept = before.equals(fileKey(address.lock()));
                return kept ? channel : null;
            } finally {
                if (!kept) {
                    channel.close();
                }
            }
        } catch (NoSuchFileException e) {
            LOG.trace("{} has been taken away meanwhile", address.directory());
            return null;
        }
    }

    private static void createLockFile(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            LOG.trace("{} was made by another", file);
        }
    }

    private static Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    /** Removes what one that was killed has left. */
    private void clear() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(address.directory())) {
            for (Path file : found) {
                if (OURS.matcher(file.getFileName().toString()).matches()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** The file system that it is in. */
    FileStore store() {
        return store;
    }

    /** Where a ring file with a name is. */
    Path file(String name) {
        return address.directory().resolve(name);
    }

    /** Removes a ring file, and the directory, if that was only waiting for it. */
    void remove(Path file) {
        try {
            Files.deleteIfExists(file);
            if (closed) {
                removeDirectory();
            }
        } catch (IOException e) {
            LOG.warn("{} can't be removed; the next who listens at {} tries again", file, address, e);
        }
    }

    private void removeDirectory() throws IOException {
        try {
            Files.deleteIfExists(address.directory());
        } catch (DirectoryNotEmptyException e) {
            LOG.trace("{} is left to a connection that is being made, or to the next listener", address.directory());
        }
    }

    /** Removes all but the files of connections that are being made: the last of them takes the directory along. */
    @Override
    public void close() throws IOException {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            Files.deleteIfExists(address.socket());
            Files.deleteIfExists(address.lock());
            removeDirectory();
        } finally {
            lock.close();
            TAKEN_HERE.remove(taken);
        }
    }
}
