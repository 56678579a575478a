package io.batonfs.bench.pools;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.ForcePolicy;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.RebuildConfig;
import io.batonfs.pools.ScrubConfig;
import io.batonfs.pools.ScrubLog;
import io.batonfs.pools.ScrubMark;
import io.batonfs.pools.ScrubProgress;
import io.batonfs.pools.Scrubber;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.zip.CRC32C;

/**
 * A pool on file devices, all of them to itself; a segment holds 32 pieces. Forced by threads of its own, as a
 * server's.
 */
public final class PoolStore implements PieceStore {
    private static final int SEGMENT_PIECES = 32;
    private static final GroupId GROUP = new GroupId(new UUID(0x4000, 0x8000_0000_0000_0001L));
    private static final ServerId SERVER = new ServerId(1);
    /**
     * Room for what was freed and waits, beside what is there, on devices that hold half of their size at the
     * worst.
     */
    private static final long ROOM = 4;
    private static final long LEAST_DEVICE_BYTES = 64L << 20;
    private static final RebuildConfig AT_ONCE =
            new RebuildConfig(Long.MAX_VALUE, Long.MAX_VALUE, RebuildConfig.DEFAULT.markInterval());

    private final Path directory;
    private final long deviceBytes;
    /** The file of each device that there is. */
    private final List<Path> files = new ArrayList<>();
    private final Pieces pieces = new Pieces();
    private final ByteBuffer read = Pieces.room(Pieces.BYTES);
    private final ByteBuffer block = Pieces.room(Pieces.BLOCK_BYTES);
    private final int[] blockCrc;
    private final ExecutorService forces;
    private StorageSet set;
    private Pool pool;
    private final List<SegmentId> segments = new ArrayList<>();
    private long page;
    /** The new device that {@link #rebuild} will take in, or has, and what was in its place. */
    private Optional<Path> replacement = Optional.empty();
    private int replacements;

    /**
     * Formats devices below a directory that is there, and opens them.
     *
     * @param bytes most bytes of pieces that it will hold at a time
     */
    public PoolStore(Path directory, PoolShape shape, long bytes) throws IOException {
        this(directory, shape, bytes, ROOM);
    }

    /** The same for pieces that are written once: without room for others. */
    public static PoolStore full(Path directory, PoolShape shape, long bytes) throws IOException {
        return new PoolStore(directory, shape, bytes, 1);
    }

    /** The same for more pieces than a disk has room for four times: for what is there, and as much that waits. */
    public static PoolStore tight(Path directory, PoolShape shape, long bytes) throws IOException {
        return new PoolStore(directory, shape, bytes, 2);
    }

    private PoolStore(Path directory, PoolShape shape, long bytes, long room) throws IOException {
        this.directory = directory;
        this.blockCrc = new int[] {crc(block)};
        this.deviceBytes = LEAST_DEVICE_BYTES + room * bytes * shape.members() / shape.dataUnits() / shape.devices();
        List<BlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < shape.devices(); i++) {
            files.add(directory.resolve("device" + i));
            devices.add(FileBlockDevice.create(files.get(i), deviceBytes));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("measured", shape.level(), 1))), devices, GROUP,
                SERVER, new Random(1));
        for (BlockDevice device : devices) {
            device.close();
        }
        for (int i = 0; i < shape.missing(); i++) {
            Files.delete(files.remove(1));
        }
        this.forces = Executors.newFixedThreadPool(shape.devices(), PoolStore::forceThread);
        open();
    }

    static Thread forceThread(Runnable task) {
        Thread thread = new Thread(task, "bench-force");
        thread.setDaemon(true);
        return thread;
    }

    private void open() throws IOException {
        List<BlockDevice> devices = new ArrayList<>();
        for (Path file : files) {
            devices.add(FileBlockDevice.open(file));
        }
        set = StorageSet.open(devices, GROUP, SERVER, ForcePolicy.with(forces));
        pool = set.pools().get(0);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    private SegmentId create() throws IOException {
        page++;
        return pool.create(new SegmentIdentity(GROUP, VolumeId.of(0, 1), page, ExtentId.of(0, page)), Epoch.FIRST);
    }

    @Override
    public void write(int count) throws IOException {
        for (int number = 0; number < count; number++) {
            if (number % SEGMENT_PIECES == 0) {
                segments.add(create());
            }
            ByteBuffer piece = pieces.piece(number);
            pool.append(segment(number), offset(number), piece, pieces.crcs(), false);
        }
        for (int i = 0; i < segments.size(); i++) {
            pool.seal(segments.get(i), Math.min(SEGMENT_PIECES, count - i * SEGMENT_PIECES) * Pieces.BYTES, false);
        }
    }

    private SegmentId segment(int number) {
        return segments.get(number / SEGMENT_PIECES);
    }

    private static int offset(int number) {
        return number % SEGMENT_PIECES * Pieces.BYTES;
    }

    @Override
    public void read(int count) throws IOException {
        read(0, count);
    }

    /** Reads so many pieces from one on, and checks them. */
    public void read(int first, int count) throws IOException {
        for (int number = first; number < first + count; number++) {
            pool.read(segment(number), offset(number), read.clear());
            pieces.check(number, 0, read.clear().limit(Pieces.BLOCK_BYTES));
        }
        checkSound();
    }

    @Override
    public void readBlock(int number, int offset, ByteBuffer into) throws IOException {
        pool.read(segment(number), offset(number) + offset, into.clear());
        pieces.check(number, offset, into.flip());
    }

    private void checkSound() throws IOException {
        PoolStatus status = pool.status();
        if (status.repairedBlocks() + status.lostBlocks() > 0) {
            throw new IOException("the pool is damaged: " + status);
        }
    }

    @Override
    public long readEverything() throws Exception {
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        PassEnd end = new PassEnd();
        try (Scrubber scrubber = new Scrubber(set, new ScrubConfig(Long.MAX_VALUE, Duration.ofDays(1)), end, executor,
                Clock.systemUTC())) {
            scrubber.start();
            scrubber.scrubNow();
            end.ended.await();
            ScrubProgress progress = scrubber.progress();
            if (progress.lastWholePassMs() == 0 || progress.repairedBlocks() + progress.lostBytes() > 0) {
                throw new IOException("a sound pool was not scrubbed as such: " + progress);
            }
            return progress.readBytes();
        } finally {
            executor.shutdown();
        }
    }

    /** Tells when a pass has begun and ended. */
    private static final class PassEnd implements ScrubLog {
        private final CountDownLatch ended = new CountDownLatch(1);
        private boolean begun;

        @Override
        public Optional<ScrubMark> load() {
            return Optional.empty();
        }

        @Override
        public void save(ScrubMark mark) {
            if (mark.passBegunMs() != 0) {
                begun = true;
            } else if (begun) {
                ended.countDown();
            }
        }
    }

    /** A segment that is sealed already is sealed again, which is what forces all that is there. */
    @Override
    public void force() throws IOException {
        SegmentId last = segments.get(segments.size() - 1);
        pool.seal(last, pool.segment(last).lengthBytes(), true);
    }

    @Override
    public List<Path> files() {
        return List.copyOf(files);
    }

    /** Opens the set anew, without the device that was replaced, and makes one that will be. */
    @Override
    public void beforeRebuild() throws IOException {
        set.close();
        if (replacement.isPresent()) {
            Files.delete(files.set(0, replacement.get()));
        }
        open();
        replacements++;
        Path file = directory.resolve("replacement" + replacements);
        FileBlockDevice.create(file, deviceBytes).close();
        replacement = Optional.of(file);
    }

    /** Takes the new device into the place of the first one, so that there is something to rebuild. */
    public void replace() throws IOException {
        BlockDevice device = FileBlockDevice.open(replacement.orElseThrow());
        try {
            set.replace(1, device, false, new Random(replacements));
        } catch (IOException e) {
            device.close();
            throw e;
        }
    }

    /** The rebuilding of the device that was taken in, yet to be started. */
    public DeviceRebuild rebuilding(RebuildConfig config) {
        return new DeviceRebuild(set, config);
    }

    @Override
    public long rebuild() throws Exception {
        replace();
        try (DeviceRebuild rebuild = rebuilding(AT_ONCE)) {
            rebuild.start();
            return rebuild.await();
        }
    }

    @Override
    public void comeAndGo() throws IOException {
        SegmentId id = create();
        pool.append(id, 0, block.clear(), blockCrc, false);
        pool.free(id);
    }

    @Override
    public void clear() throws IOException {
        for (SegmentId id : segments) {
            pool.free(id);
        }
        segments.clear();
    }

    @Override
    public void close() throws IOException {
        set.close();
        forces.shutdown();
        for (Path file : files) {
            Files.delete(file);
        }
        if (replacement.isPresent()) {
            Files.delete(replacement.get());
        }
    }
}
