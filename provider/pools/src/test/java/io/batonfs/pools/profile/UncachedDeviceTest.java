package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.FileBlockDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files: read as they are, left as they were, locked, and known again. */
class UncachedDeviceTest {
    private static final int SIZE = 8 << 20;

    @TempDir
    private Path directory;

    private Path file(int bytes) throws IOException {
        Path file = directory.resolve("device");
        byte[] content = new byte[bytes];
        new Random(1).nextBytes(content);
        return Files.write(file, content);
    }

    private static ByteBuffer aligned(int bytes) {
        return ByteBuffer.allocateDirect(bytes + 4096).alignedSlice(4096).limit(bytes);
    }

    private static DeviceProfile measure(Path file, boolean writes, FreeSpace free) throws Exception {
        try (UncachedDevice device = UncachedDevice.open(file, writes)) {
            ProfileParameters parameters = ProfileParameters.forDevice(device.sizeBytes(), 16, 1, writes, 1);
            DeviceProfile begun = DeviceProfile.begin(
                    DeviceIdentity.of(file), device.sizeBytes(), device.cacheUse(), parameters, 0);
            return new DeviceProfiler(System::nanoTime, Clock.systemUTC(), Throttle.ofShare(1))
                    .measure(begun, device, free, new Profiles.Forgetful());
        }
    }

    /** The device's own channel and lock are as before, however often it is measured and by whatever it ends. */
    @Test
    void aDeviceInUseIsMeasuredBesideItsUser() throws Exception {
        Path file = file(SIZE);
        byte[] content = Files.readAllBytes(file);
        try (FileBlockDevice device = FileBlockDevice.open(file)) {
            Optional<UncachedDevice> first = UncachedDevice.beside(device);
            assumeTrue(first.isPresent(), "this file system has no direct I/O");
            String locks = locks(file);
            assumeFalse(locks.isEmpty(), "this kernel does not tell of locks");
            ByteBuffer read = aligned(4096);
            first.get().read(8192, read);
            assertEquals(content[8192], read.get(0));
            first.get().close();
            first.get().read(4096, read.clear());
            assertEquals(content[4096], read.get(0), "closing it is the owner's affair");
            assertEquals(locks, locks(file));
            UncachedDevice second = UncachedDevice.beside(device).orElseThrow();
            Thread.currentThread().interrupt();
            assertThrows(ClosedByInterruptException.class, () -> second.read(0, read.clear()));
            assertTrue(Thread.interrupted());
            assertEquals(locks, locks(file), "the lock went with the channel");
            ByteBuffer own = ByteBuffer.allocate(10);
            device.read(0, own);
            assertEquals(content[0], own.get(0));
            UncachedDevice.beside(device).orElseThrow().read(0, read.clear());
        }
        assertEquals("", locks(file));
    }

    /** What the kernel says of locks on a file; nothing where it says nothing of any. */
    private static String locks(Path file) throws IOException {
        String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        Path locks = Path.of("/proc/locks");
        return Files.isReadable(locks) ? Files.readAllLines(locks).stream().filter(line -> line.contains(inode))
                .map(line -> line.substring(line.indexOf(' '))).collect(Collectors.joining()) : "";
    }

    @Test
    void measuredByReadsAFileStaysAsItWas() throws Exception {
        Path file = file(SIZE + 100);
        byte[] before = Files.readAllBytes(file);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        DeviceProfile profile = measure(file, false, FreeRanges.ofBlankDevice(SIZE));
        assertEquals(0, profile.missingSamples());
        assertEquals(0, profile.failedSamples(ProbeKind.SEQUENTIAL_READ));
        assertEquals(0, profile.failedSamples(ProbeKind.RANDOM_READ));
        assertArrayEquals(before, Files.readAllBytes(file));
        assertEquals(1_000_000, Files.getLastModifiedTime(file).toMillis());
        Region region = RegionFinder.find(profile).get(0);
        assertTrue(region.figure(ProbeKind.SEQUENTIAL_READ).bytesPerSecond() > 0);
    }

    @Test
    void measuredByWritesItsEndsStay() throws Exception {
        Path file = file(SIZE);
        byte[] before = Files.readAllBytes(file);
        DeviceProfile profile = measure(file, true, FreeRanges.ofBlankDevice(SIZE));
        byte[] after = Files.readAllBytes(file);
        assertEquals(SIZE, after.length);
        int first = Arrays.mismatch(before, after);
        int last = SIZE;
        while (before[last - 1] == after[last - 1]) {
            last--;
        }
        assertTrue(first >= 1 << 20 && last <= SIZE - (1 << 20), first + " to " + last);
        assertTrue(profile.samplesWithoutFreeRange(ProbeKind.RANDOM_WRITE) < 16);
    }

    @Test
    void readsWhatIsThere() throws Exception {
        Path file = file(SIZE);
        byte[] content = Files.readAllBytes(file);
        try (UncachedDevice device = UncachedDevice.open(file, false)) {
            ByteBuffer buffer = aligned(12_288);
            device.read(40_960, buffer);
            byte[] read = new byte[12_288];
            buffer.flip().get(read);
            assertArrayEquals(Arrays.copyOfRange(content, 40_960, 40_960 + 12_288), read);
            assertThrows(IOException.class, () -> device.read(SIZE - 4096, aligned(8192)));
            assertThrows(NonWritableChannelException.class, () -> device.write(0, aligned(4096)));
        }
    }

    @Test
    void aServersDeviceIsRefusedAndAMeasuredOneIsRefusedToServers() throws Exception {
        Path file = file(SIZE);
        try (FileBlockDevice used = FileBlockDevice.open(file)) {
            assertEquals(file.toString(), used.name());
            for (boolean writes : new boolean[] {false, true}) {
                BatonException busy = assertThrows(BatonException.class, () -> UncachedDevice.open(file, writes));
                assertEquals(ErrorCode.BUSY, busy.code());
                assertTrue(busy.getMessage().contains(file.toString()), busy.getMessage());
            }
        }
        try (UncachedDevice measured = UncachedDevice.open(file, false)) {
            assertEquals(SIZE, measured.sizeBytes());
            assertThrows(IOException.class, () -> FileBlockDevice.open(file));
        }
        FileBlockDevice.open(file).close();
    }

    @Test
    void whatIsNoDeviceIsRefusedByName() throws Exception {
        assertEquals(ErrorCode.NOT_FOUND,
                assertThrows(BatonException.class, () -> UncachedDevice.open(directory.resolve("none"), false)).code());
        assertEquals(ErrorCode.INVALID_ARGUMENT,
                assertThrows(BatonException.class, () -> UncachedDevice.open(directory, false)).code());
        BatonException special = assertThrows(BatonException.class,
                () -> UncachedDevice.open(Path.of("/dev/null"), false));
        assertEquals(ErrorCode.INVALID_ARGUMENT, special.code());
        assertTrue(special.getMessage().contains("/dev/null is neither"), special.getMessage());
    }

    /** Nobody could look whether they hold something. */
    @Test
    void bytesAfterTheLastBlockForbidWritingOnly() throws Exception {
        Path file = file(SIZE + 5);
        BatonException refused = assertThrows(BatonException.class, () -> UncachedDevice.open(file, true));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().contains(file + " ends with 5 bytes"), refused.getMessage());
        try (UncachedDevice device = UncachedDevice.open(file, false)) {
            assertEquals(SIZE, device.sizeBytes());
        }
    }

    /** Root may read anything; others are told who may not read what. */
    @Test
    void whatMayNotBeReadIsRefusedByName() throws Exception {
        Path file = file(SIZE);
        Files.setPosixFilePermissions(file, Set.of());
        assumeFalse(Files.isReadable(file), "this user may read everything");
        BatonException refused = assertThrows(BatonException.class, () -> UncachedDevice.open(file, false));
        assertEquals(ErrorCode.PERMISSION_DENIED, refused.code());
        assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
    }

    @Test
    void aFileThatWasCutIsNoticed() throws Exception {
        Path file = file(SIZE);
        try (UncachedDevice device = UncachedDevice.open(file, true)) {
            try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(4 << 20);
            }
            assertThrows(DeviceChangedException.class, () -> device.read(6 << 20, aligned(4096)));
            assertThrows(DeviceChangedException.class, () -> device.write(6 << 20, aligned(4096)));
            assertEquals(4 << 20, Files.size(file));
        }
    }

    @Test
    void aFileIsKnownByItsNumberAndPath() throws Exception {
        Path file = file(SIZE);
        DeviceIdentity identity = DeviceIdentity.of(file);
        Files.write(file, new byte[SIZE]);
        assertEquals(identity, DeviceIdentity.of(file), "other content");
        assertEquals(identity, DeviceIdentity.of(Files.createSymbolicLink(directory.resolve("link"), file)));
        Path copy = Files.copy(file, directory.resolve("copy"));
        assertNotEquals(identity, DeviceIdentity.of(copy));
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
        assertNotEquals(identity, DeviceIdentity.of(file), "another file at its path");
    }

    @Test
    void aDiskIsKnownByItsSerialNumber() throws Exception {
        Path devices = Files.createDirectories(directory.resolve("sys/dev/block"));
        Path disk = Files.createDirectories(directory.resolve("sys/devices/sda"));
        Path partition = Files.createDirectories(disk.resolve("sda2"));
        Files.createDirectories(disk.resolve("device"));
        Files.writeString(partition.resolve("partition"), "2\n");
        Files.writeString(partition.resolve("start"), "2048\n");
        Files.createSymbolicLink(devices.resolve("8:0"), disk);
        Files.createSymbolicLink(devices.resolve("8:2"), partition);
        Path path = Path.of("/dev/sda");
        assertEquals("path /dev/sda", DeviceIdentity.ofBlockDevice(devices, 0x800, path).value());
        // Listed, and not to be read.
        Files.createDirectories(disk.resolve("wwid"));
        Files.writeString(disk.resolve("device/wwid"), "naa.5000c500a1b2c3d4\n");
        assertEquals("disk naa.5000c500a1b2c3d4", DeviceIdentity.ofBlockDevice(devices, 0x800, path).value());
        assertEquals("disk naa.5000c500a1b2c3d4 partition 2 at sector 2048",
                DeviceIdentity.ofBlockDevice(devices, 0x802, path).value());
        assertEquals("path /dev/sda", DeviceIdentity.ofBlockDevice(devices, 0x900, path).value());
        // Minor numbers above 255 and major ones above 4095 go on in higher bits.
        Files.createSymbolicLink(devices.resolve("4097:259"), disk);
        assertEquals("disk naa.5000c500a1b2c3d4",
                DeviceIdentity.ofBlockDevice(devices, 1L << 44 | 1 << 20 | 1 << 8 | 3, path).value());
    }

    /** Another file at the device's path, as after a disk was changed in its slot: not a byte of it is touched. */
    @Test
    void whatHasTakenADevicesPathIsNotMeasured() throws Exception {
        Path file = file(SIZE);
        Path moved = directory.resolve("moved");
        // Not later: closing a file gives back the locks that this process has on it.
        byte[] other = Files.readAllBytes(file);
        try (FileBlockDevice device = FileBlockDevice.open(file)) {
            String locks = locks(file);
            assumeFalse(locks.isEmpty(), "this kernel does not tell of locks");
            Files.move(file, moved);
            other[SIZE / 2]++;
            Files.write(file, other);
            DeviceChangedException refused = assertThrows(DeviceChangedException.class, () -> UncachedDevice.beside(device));
            assertTrue(refused.getMessage().contains("was replaced while in use"), refused.getMessage());
            assertThrows(IOException.class, device::checkIdentity);
            assertEquals("", locks(file));
            assertEquals(locks, locks(moved), "the lock of the device went");
            assertArrayEquals(other, Files.readAllBytes(file));
            Files.delete(file);
            assertThrows(DeviceChangedException.class, () -> UncachedDevice.beside(device));
            Files.move(moved, file);
            device.checkIdentity();
            UncachedDevice.beside(device);
        }
    }

    /** The path may lead elsewhere just while it is opened: then what is read there tells. */
    @Test
    void aChannelOfAnotherFileIsNotMeasured() throws Exception {
        Path file = file(SIZE);
        Path other = directory.resolve("other");
        Files.write(other, new byte[SIZE]);
        try (FileBlockDevice device = FileBlockDevice.open(file)) {
            device.beside(path -> opened(other));
            DeviceChangedException refused = assertThrows(DeviceChangedException.class, () -> UncachedDevice.beside(device));
            assertTrue(refused.getMessage().contains("does not begin as the device does"), refused.getMessage());
        }
        try (FileBlockDevice device = FileBlockDevice.open(file)) {
            Path aside = directory.resolve("aside");
            assertThrows(IOException.class, () -> device.beside(path -> {
                rename(path, aside);
                rename(other, path);
                return opened(path);
            }), "replaced while it was opened");
        }
    }

    private static void rename(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<FileChannel> opened(Path file) {
        try {
            return Optional.of(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The kernel has told the measuring channel that pages were lost, and may not tell the owner's. */
    @Test
    void aForceThatFailedWhileItWasMeasuredFailsTheOwnersNext() throws Exception {
        Path file = file(SIZE);
        try (FileBlockDevice device = FileBlockDevice.open(file)) {
            device.force();
            device.beside(path -> Optional.of(new FailingForces(opened(path).orElseThrow())));
            UncachedDevice measured = UncachedDevice.beside(device).orElseThrow();
            IOException failed = assertThrows(IOException.class, measured::force);
            assertEquals("writeback failed", failed.getMessage());
            IOException heard = assertThrows(IOException.class, device::force);
            assertTrue(heard.getMessage().contains("failed a force while it was measured"), heard.getMessage());
            assertEquals(failed, heard.getCause());
            device.force();
        }
    }

    /** A channel whose forces fail. */
    private static final class FailingForces extends FileChannel {
        private final FileChannel of;

        FailingForces(FileChannel of) {
            this.of = of;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            throw new IOException("writeback failed");
        }

        @Override
        public int read(ByteBuffer destination) throws IOException {
            return of.read(destination);
        }

        @Override
        public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
            return of.read(destinations, offset, length);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return of.write(source);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            return of.write(sources, offset, length);
        }

        @Override
        public long position() throws IOException {
            return of.position();
        }

        @Override
        public FileChannel position(long newPosition) throws IOException {
            return of.position(newPosition);
        }

        @Override
        public long size() throws IOException {
            return of.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            return of.truncate(size);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return of.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            return of.transferFrom(source, position, count);
        }

        @Override
        public int read(ByteBuffer destination, long position) throws IOException {
            return of.read(destination, position);
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return of.write(source, position);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            return of.map(mode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return of.lock(position, size, shared);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return of.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            of.close();
        }
    }
}
