package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A file (or a block device's special file) as a device. A file that became shorter, was removed or was replaced while
 * it was open answers with an {@link IOException} that names it: its length is looked at before each write, its
 * directory entry at each force and at every {@value #IDENTITY_CHECK_INTERVAL}th read or write.
 *
 * <p>The file is locked for as long as it is open, so that two processes never use it at once.
 *
 * <p>Thread-safe. An interrupted thread closes a {@link FileChannel} that it uses, under all others; as threads of
 * applications come through here in the embedded form, the channel is opened anew then and the I/O, which has the same
 * effect when repeated, is done again. The interrupt is kept for the thread to see.
 */
public final class FileBlockDevice implements BlockDevice {
    static final int IDENTITY_CHECK_INTERVAL = 256;

    private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /**
     * The files that are open in this process, by what {@link Identity#key} says of them. Who forgets one without closing it
     * has given it back when it is collected, as its lock is.
     */
    private static final Map<Object, WeakReference<Object>> OPEN = new ConcurrentHashMap<>();

    private final Path path;
    private final long sizeBytes;
    private final Identity identity;
    private final Object key;
    /** Stands for this device in {@link #OPEN}. */
    private final Object holder;
    private final AtomicInteger operations = new AtomicInteger();
    /** Held while the channel's own position is used, which is what there is for several buffers at once. */
    private final Object gathering = new Object();
    private volatile FileChannel channel;
    /** Guarded by this object's lock, as is what follows. */
    private boolean closed;
    /** A further channel, opened otherwise; null until somebody wants one. */
    private FileChannel beside;
    /** Opened while the path led elsewhere for a moment: closing one that is this file's would give back the lock. */
    private final List<FileChannel> doubtful = new ArrayList<>();
    /** What a force by the further channel was told, and this one's may not be told any more; null if nothing. */
    private final AtomicReference<IOException> besideFailure = new AtomicReference<>();

    /** What tells a file from others: its number in its file system, and of a special file the device's number too. */
    private record Identity(Object fileKey, Object deviceNumber) {
        static Identity of(Path path) throws IOException {
            Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            return new Identity(key, path.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? Files.getAttribute(path, "unix:rdev") : null);
        }

        /** The same for all names of a file, and for all special files of a device. */
        static Object key(Path path) throws IOException {
            Identity its = of(path);
            if (!Files.isRegularFile(path) && its.deviceNumber() != null && !its.deviceNumber().equals(0L)) {
                return List.of("device", its.deviceNumber());
            }
            return its.fileKey() == null ? path.toRealPath() : its.fileKey();
        }
    }

    private FileBlockDevice(Path path, FileChannel channel, Object key, Object holder) throws IOException {
        this.path = path;
        this.channel = channel;
        this.key = key;
        this.holder = holder;
        this.sizeBytes = channel.size();
        this.identity = Identity.of(path);
    }

    /**
     * Makes a new file of a given size (sparse where the file system can), which only its owner may read or write: what
     * it holds is subject to permissions that the operating system does not know. Opens it. If it can't be made, none is
     * left.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one
     */
    public static FileBlockDevice create(Path path, long sizeBytes) throws IOException {
        try (FileChannel made = FileChannel.open(path,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            try {
                made.write(ByteBuffer.allocate(1), sizeBytes - 1);
            } catch (IOException e) {
                Files.deleteIfExists(path);
                throw e;
            }
        }
        return open(path);
    }

    /**
     * Opens an existing file and locks it.
     *
     * @throws BatonException BUSY if another process uses it, or this one has it open: there is nothing wrong with the
     *                        device, so it must not be taken for a missing one
     * @throws IOException    if it cannot be opened
     */
    public static FileBlockDevice open(Path path) throws IOException {
        Object key = Identity.key(path);
        // A second channel is not even opened: closing it would give back the lock that the first one holds.
        Object holder = new Object();
        if (!enter(key, holder)) {
            throw alreadyOpen(path, null);
        }
        try {
            FileChannel channel = openLocked(path);
            try {
                return new FileBlockDevice(path, channel, key, holder);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            leave(key, holder);
            throw e;
        }
    }

    private static boolean enter(Object key, Object holder) {
        return OPEN.compute(key, (its, there) -> there == null || there.get() == null
                ? new WeakReference<>(holder) : there).get() == holder;
    }

    private static void leave(Object key, Object holder) {
        OPEN.computeIfPresent(key, (its, there) -> there.get() == holder ? null : there);
    }

    /**
     * Whether two paths lead to one device, by whatever names.
     *
     * @throws IOException if one of them leads nowhere, or that can't be found out
     */
    public static boolean isSame(Path one, Path other) throws IOException {
        return Identity.key(one).equals(Identity.key(other));
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
        uninterrupted(FileBlockDevice::readFully, offset, destination);
    }

    private void readFully(FileChannel file, long offset, ByteBuffer destination) throws IOException {
        long base = offset - destination.position();
        while (destination.hasRemaining()) {
            if (file.read(destination, base + destination.position()) < 0) {
                throw shorter(file);
            }
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        checkRange(offset, source.remaining());
        checkIdentityNowAndThen();
        uninterrupted(FileBlockDevice::writeFully, offset, source);
    }

    @Override
    public void write(long offset, ByteBuffer[] sources) throws IOException {
        if (sources.length == 1) {
            // Nothing is saved, and writers beside one another need no turns.
            write(offset, sources[0]);
            return;
        }
        int[] starts = new int[sources.length];
        long bytes = 0;
        for (int i = 0; i < sources.length; i++) {
            starts[i] = sources[i].position();
            bytes += sources[i].remaining();
        }
        checkRange(offset, bytes);
        checkIdentityNowAndThen();
        uninterrupted((device, file, at, none) -> {
            for (int i = 0; i < sources.length; i++) {
                sources[i].position(starts[i]);
            }
            device.writeTogether(file, at, sources);
        }, offset, NO_BYTES);
    }

    private void writeTogether(FileChannel file, long offset, ByteBuffer[] sources) throws IOException {
        checkSize(file);
        int next = 0;
        synchronized (gathering) {
            file.position(offset);
            while (next < sources.length) {
                if (sources[next].hasRemaining()) {
                    file.write(sources, next, sources.length - next);
                } else {
                    next++;
                }
            }
        }
    }

    private void writeFully(FileChannel file, long offset, ByteBuffer source) throws IOException {
        checkSize(file);
        long base = offset - source.position();
        while (source.hasRemaining()) {
            file.write(source, base + source.position());
        }
    }

    @Override
    public void force() throws IOException {
        IOException beforeThat = besideFailure.getAndSet(null);
        try {
            uninterrupted((device, file, offset, bytes) -> file.force(false), 0, NO_BYTES);
        } catch (IOException e) {
            if (beforeThat != null) {
                e.addSuppressed(beforeThat);
            }
            throw e;
        }
        if (beforeThat != null) {
            throw new IOException("device " + path + " failed a force while it was measured, and what was to be forced may "
                    + "be lost: " + beforeThat.getMessage(), beforeThat);
        }
        checkIdentity();
    }

    /** Opens a further channel of this device's file. */
    @FunctionalInterface
    public interface BesideOpener {
        /** A channel of the file, which whoever gets it does not close; empty if it can't be opened in this way. */
        Optional<FileChannel> open(Path file);
    }

    /**
     * A further channel of the same file, opened with options of somebody's own: past the page cache, to measure the
     * device. It is closed with this device and not before, since closing any channel of a file gives back all locks that
     * the process has on it (fcntl(2)). There is one: who asks again gets the same, unless it was closed by an interrupt.
     *
     * @param opener called if there is none yet
     * @return empty if the opener has none
     * @throws IOException if the path leads to another file or device by now, or to one that became shorter: nothing may
     *                     be read from there as if it were this, or written
     */
    public synchronized Optional<FileChannel> beside(BesideOpener opener) throws IOException {
        if (closed) {
            throw new IOException("device " + path + " is closed");
        }
        checkIdentity();
        if (beside == null || !beside.isOpen()) {
            beside = null;
            Optional<FileChannel> opened = opener.open(path);
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try {
                checkIdentity();
                checkSize(opened.get());
            } catch (IOException e) {
                doubtful.add(opened.get());
                throw e;
            }
            beside = opened.get();
        }
        return Optional.of(beside);
    }

    /**
     * A force by the channel {@link #beside} failed. The kernel tells that each channel once, but none that is opened
     * later, as after an interrupt; so the next {@link #force} fails whatever the kernel says, as what it was to force may
     * be what was lost.
     */
    public void besideFailed(IOException failure) {
        besideFailure.set(failure);
    }

    /** Locks the file anew after a channel of it was closed in this process, as by an interrupt. */
    public synchronized void lockAgain() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            if (!closed) {
                FileChannel found = channel;
                found.close();
                reopen(found, new ClosedChannelException());
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        try {
            closeChannels();
        } finally {
            leave(key, holder);
        }
    }

    private void closeChannels() throws IOException {
        try {
            channel.close();
        } finally {
            if (beside != null) {
                beside.close();
            }
            for (FileChannel each : doubtful) {
                each.close();
            }
        }
    }

    @Override
    public String toString() {
        return name();
    }

    private void checkRange(long offset, long length) throws IOException {
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

    /**
     * Looks whether the path still leads to what was opened.
     *
     * @throws IOException if it was removed, replaced or became shorter
     */
    public void checkIdentity() throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("device " + path + " was removed while in use");
        }
        if (!identity.equals(Identity.of(path))) {
            throw new IOException("device " + path + " was replaced while in use");
        }
        uninterrupted((device, file, offset, bytes) -> device.checkSize(file), 0, NO_BYTES);
    }

    private void checkSize(FileChannel file) throws IOException {
        if (file.size() < sizeBytes) {
            throw shorter(file);
        }
    }

    private IOException shorter(FileChannel file) throws IOException {
        return new IOException("device " + path + " has become shorter: " + file.size() + " instead of " + sizeBytes
                + " bytes");
    }

    /** I/O that may be done again from its beginning. It captures nothing, so that no read allocates one. */
    private interface FileIo {
        void on(FileBlockDevice device, FileChannel file, long offset, ByteBuffer bytes) throws IOException;
    }

    private void uninterrupted(FileIo io, long offset, ByteBuffer bytes) throws IOException {
        int start = bytes.position();
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel file = channel;
                try {
                    io.on(this, file, offset, bytes.position(start));
                    return;
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(file, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel found, ClosedChannelException cause) throws IOException {
        if (closed) {
            throw new IOException("device " + path + " is closed", cause);
        }
        if (channel == found) {
            if (!Files.exists(path) || !identity.equals(Identity.of(path))) {
                throw new IOException("device " + path + " was removed or replaced while in use", cause);
            }
            try {
                channel = openLocked(path);
            } catch (BatonException e) {
                // To a set that is open, a device that somebody else took is one that fails.
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    private static FileChannel openLocked(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new BatonException(ErrorCode.BUSY, "device " + path + " is in use by another process, maybe one "
                        + "that measures it; stop that one first");
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw alreadyOpen(path, e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static BatonException alreadyOpen(Path path, Exception cause) {
        return new BatonException(ErrorCode.BUSY, "device " + path + " is already open in this process; close it there "
                + "first, or name it only once", cause);
    }
}
