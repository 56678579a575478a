package io.batonfs.pools.profile;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A file or special file that is opened to be measured: past the operating system's page cache where the file system
 * can do that (O_DIRECT), so that a second look at a place asks the device and not the memory. Where it can't,
 * {@link #cacheUse} says so.
 *
 * <p>It is locked while it is open: against servers, which lock their devices, and, if it is opened for writing,
 * against anybody else who does. Buffers and offsets have to be aligned to {@value ProfileParameters#BLOCK_BYTES}
 * bytes.
 *
 * <p>For one thread. An interrupt closes it, as it does each {@link FileChannel}.
 */
public final class UncachedDevice implements BlockDevice {
    private static final int ALIGNMENT = ProfileParameters.BLOCK_BYTES;
    private static final int BEGINNING_LOOKS = 5;
    private static final Optional<OpenOption> DIRECT = directOption();

    private final Path path;
    private final FileChannel channel;
    private final CacheUse cacheUse;
    private final long sizeBytes;
    /** Whose channel this is, if that is a device that is in use. */
    private final Optional<FileBlockDevice> owner;

    private UncachedDevice(Path path, FileChannel channel, CacheUse cacheUse, Optional<FileBlockDevice> owner)
            throws IOException {
        this.path = path;
        this.channel = channel;
        this.cacheUse = cacheUse;
        this.owner = owner;
        this.sizeBytes = channel.size() / ALIGNMENT * ALIGNMENT;
    }

    /**
     * Opens a device. Not in a process that has it open: there, closing any channel of a file gives back all locks on
     * it (fcntl(2)), also when this refuses.
     *
     * @param forWriting whether it will be written to; without, {@link #write} is refused by the channel
     * @throws BatonException NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT (neither a block device nor a regular
     *                        file, or for writing one that does not end with a whole block), or BUSY (a server uses it)
     */
    public static UncachedDevice open(Path path, boolean forWriting) throws IOException {
        if (!Files.exists(path)) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no device " + path + "; correct the path");
        }
        if (Files.isDirectory(path)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is a directory and no device; name a block "
                    + "device, or a file that is used as one");
        }
        // Opening others waits for their other end, or does something to a machine.
        if (!DeviceIdentity.isDevice(path)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is neither a block device nor a regular file; "
                    + "name one of those");
        }
        if (!Files.isReadable(path) || forWriting && !Files.isWritable(path)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "user " + System.getProperty("user.name")
                    + " may not " + (forWriting ? "read and write" : "read") + " device " + path
                    + "; run this as the user that the server runs as, or as root");
        }
        Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ));
        if (forWriting) {
            options.add(StandardOpenOption.WRITE);
        }
        Optional<FileChannel> direct = openDirect(path, options);
        FileChannel channel = direct.isPresent() ? direct.get() : FileChannel.open(path, options);
        try {
            lock(path, channel, forWriting);
            long rest = channel.size() % ALIGNMENT;
            if (forWriting && rest != 0) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + path + " ends with " + rest
                        + " bytes that are no whole block of " + ALIGNMENT + ", and direct I/O can't look whether "
                        + "somebody needs them; measure it without --write");
            }
            return new UncachedDevice(path, channel, direct.isPresent() ? CacheUse.BYPASSED : CacheUse.IN_BETWEEN,
                    Optional.empty());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * A device that this process uses meanwhile, past the page cache. Its owner keeps the lock, and what is opened is
     * closed with it; {@link #close} does nothing. To be used by threads that nobody interrupts: an interrupt ends it.
     *
     * @return empty if the file system can't do without its cache: then the device itself is as good
     * @throws DeviceChangedException if what is at the device's path by now is another file or device, or what it begins
     *                                with can't be read or is not what the device has there: it may be anybody's
     */
    public static Optional<UncachedDevice> beside(FileBlockDevice device) throws DeviceChangedException {
        Optional<FileChannel> channel;
        try {
            channel = device.beside(UncachedDevice::openBeside);
        } catch (IOException e) {
            throw changed(device, e);
        }
        if (channel.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer first = block();
        try {
            channel.get().read(first, 0);
        } catch (IOException e) {
            // Some file systems say so at the first read only. The channel stays open: see FileBlockDevice.
            return Optional.empty();
        }
        try {
            checkBeginning(device, channel.get(), first.flip());
            return Optional.of(new UncachedDevice(
                    Path.of(device.name()), channel.get(), CacheUse.BYPASSED, Optional.of(device)));
        } catch (IOException e) {
            throw changed(device, e);
        }
    }

    private static Optional<FileChannel> openBeside(Path file) {
        try {
            return DIRECT.isEmpty() ? Optional.empty() : Optional.of(FileChannel.open(file,
                    Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, DIRECT.get())));
        } catch (UnsupportedOperationException | IOException e) {
            // If it is for another reason, measuring by the cache meets that too and tells it.
            return Optional.empty();
        }
    }

    private static DeviceChangedException changed(FileBlockDevice device, IOException e) {
        DeviceChangedException changed = new DeviceChangedException("device " + device.name() + " can't be measured, "
                + "because what is at its path may be another one: " + e.getMessage() + "; see to the device first");
        changed.initCause(e);
        return changed;
    }

    /** A superblock is there, which the device's owner may be writing at this moment. */
    private static void checkBeginning(FileBlockDevice device, FileChannel channel, ByteBuffer first) throws IOException {
        ByteBuffer own = ByteBuffer.allocate(ALIGNMENT);
        ByteBuffer now = first;
        for (int look = 0; look < BEGINNING_LOOKS; look++) {
            device.read(0, own.clear());
            if (own.flip().equals(now)) {
                return;
            }
            now = block();
            channel.read(now, 0);
            now.flip();
            if (own.equals(now)) {
                return;
            }
        }
        throw new IOException("it does not begin as the device does");
    }

    private static ByteBuffer block() {
        return ByteBuffer.allocateDirect(2 * ALIGNMENT).alignedSlice(ALIGNMENT).limit(ALIGNMENT);
    }

    /** Whether the page cache could be kept out. */
    public CacheUse cacheUse() {
        return cacheUse;
    }

    @Override
    public String name() {
        return path.toString();
    }

    /** Whole blocks of the device. */
    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        checkRange(offset, destination.remaining());
        long base = offset - destination.position();
        try {
            while (destination.hasRemaining()) {
                if (channel.read(destination, base + destination.position()) <= 0) {
                    checkSize();
                    throw new IOException("device " + path + " gave nothing at " + (base + destination.position()));
                }
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        checkRange(offset, source.remaining());
        // A file that became shorter would grow again, where its owner wants nothing any more.
        checkSize();
        long base = offset - source.position();
        try {
            while (source.hasRemaining()) {
                channel.write(source, base + source.position());
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void force() throws IOException {
        try {
            channel.force(false);
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            // It was the owner's bytes as well that did not get there.
            owner.ifPresent(device -> device.besideFailed(e));
            throw e;
        }
    }

    /** The owner's lock went with the channel. */
    private ClosedByInterruptException interrupted(ClosedByInterruptException e) throws IOException {
        if (owner.isPresent()) {
            owner.get().lockAgain();
        }
        return e;
    }

    @Override
    public void close() throws IOException {
        if (owner.isEmpty()) {
            channel.close();
        }
    }

    private void checkRange(long offset, int length) throws IOException {
        if (offset < 0 || offset + length > sizeBytes) {
            throw new IOException("range " + offset + "+" + length + " is not within device " + path + " of "
                    + sizeBytes + " bytes");
        }
    }

    private void checkSize() throws IOException {
        long size = channel.size();
        if (size < sizeBytes) {
            throw new DeviceChangedException("device " + path + " has become shorter while it was measured: " + size
                    + " instead of " + sizeBytes + " bytes; look what else uses it, and measure it anew");
        }
    }

    /** Empty if the file system needs its cache: some say so at once, some at the first read. */
    private static Optional<FileChannel> openDirect(Path path, Set<OpenOption> options) throws IOException {
        if (DIRECT.isEmpty()) {
            return Optional.empty();
        }
        Set<OpenOption> all = new HashSet<>(options);
        all.add(DIRECT.get());
        FileChannel channel;
        try {
            channel = FileChannel.open(path, all);
        } catch (UnsupportedOperationException | IOException e) {
            // If it is for another reason, opening it by the cache meets that too and tells it.
            return Optional.empty();
        }
        try {
            channel.read(block(), 0);
            return Optional.of(channel);
        } catch (IOException e) {
            channel.close();
            return Optional.empty();
        }
    }

    private static void lock(Path path, FileChannel channel, boolean exclusive) throws IOException {
        BatonException busy = new BatonException(ErrorCode.BUSY, "device " + path + " is in use, probably by a running "
                + "server; stop that first, since both would be slow and neither figure right");
        try {
            if (channel.tryLock(0, Long.MAX_VALUE, !exclusive) == null) {
                throw busy;
            }
        } catch (OverlappingFileLockException e) {
            busy.initCause(e);
            throw busy;
        }
    }

    /** By its name: the class is there in every OpenJDK, and in no specification. */
    private static Optional<OpenOption> directOption() {
        try {
            for (Object option : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    return Optional.of((OpenOption) option);
                }
            }
        } catch (ClassNotFoundException e) {
            // Then the cache stays in between, and each profile says so.
            return Optional.empty();
        }
        return Optional.empty();
    }
}
