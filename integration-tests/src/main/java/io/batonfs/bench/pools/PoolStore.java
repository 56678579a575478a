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

    private final Path directory;
    private final int deviceCount;
    private final Pieces pieces = new Pieces();
    private final ByteBuffer read = Pieces.room(Pieces.BYTES);
    private final ByteBuffer block = Pieces.room(Pieces.BLOCK_BYTES);
    private final int[] blockCrc;
    private final ExecutorService forces;
    private final StorageSet set;
    private final Pool pool;
    private final List<SegmentId> segments = new ArrayList<>();
    private long page;

    /**
     * Formats devices below a directory that is there, and opens them.
     *
     * @param bytes most bytes of pieces that it will hold at a time
     */
    public PoolStore(Path directory, PoolShape shape, long bytes) throws IOException {
        this.directory = directory;
        this.deviceCount = shape.devices();
        this.blockCrc = new int[] {crc(block)};
        long deviceBytes = LEAST_DEVICE_BYTES + ROOM * bytes * shape.members() / shape.dataUnits() / shape.devices();
        List<BlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < deviceCount; i++) {
            devices.add(FileBlockDevice.create(device(i), deviceBytes));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("measured", shape.level(), 1))), devices, GROUP,
                SERVER, new Random(1));
        if (shape.degraded()) {
            devices.remove(1).close();
        }
        this.forces = Executors.newFixedThreadPool(deviceCount, task -> {
            Thread thread = new Thread(task, "bench-force");
            thread.setDaemon(true);
            return thread;
        });
        this.set = StorageSet.open(devices, GROUP, SERVER, ForcePolicy.with(forces));
        this.pool = set.pools().get(0);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    private Path device(int number) {
        return directory.resolve("device" + number);
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
        for (int number = 0; number < count; number++) {
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
        for (int i = 0; i < deviceCount; i++) {
            Files.delete(device(i));
        }
    }
}
