package io.batonfs.bench;

import io.batonfs.bench.pools.DiskReads;
import io.batonfs.bench.pools.PieceStore;
import io.batonfs.bench.pools.Pieces;
import io.batonfs.bench.pools.PlainFiles;
import io.batonfs.bench.pools.PoolShape;
import io.batonfs.bench.pools.PoolStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** One task on one pool, or on plain files that take as many bytes. */
final class PoolWork implements Work {
    private static final long SEED = 4096;
    /** Some of the last blocks may have been there. */
    private static final double FETCHED_AT_LEAST = 0.9;
    private static final int DISK_LAPS = 5;

    private final Site site;
    private final PoolTask task;
    private final Path directory;
    private final PieceStore store;
    private final long bytes;
    private final int count;
    private final ByteBuffer block = Pieces.room(Pieces.BLOCK_BYTES);
    private final SplittableRandom random = new SplittableRandom(SEED);

    PoolWork(Site site, PoolShape shape, PoolTask task) throws IOException {
        this.site = site;
        this.task = task;
        this.bytes = bytes(site.sizes(), task);
        this.count = (int) (bytes / Pieces.BYTES);
        this.directory = Files.createDirectory(Path.of(site.root().toUri()).resolve(shape.title() + "-" + task));
        this.store = site.contender() == Contender.POOL ? pool(shape)
                : new PlainFiles(directory, task == PoolTask.READ_DISK ? shape.withoutRedundancy() : shape);
        if (!writes()) {
            store.write(count);
        }
    }

    private static long bytes(Sizes sizes, PoolTask task) {
        return switch (task) {
            case WRITE_SUSTAINED -> sizes.sustainedBytes();
            case READ_DISK, WRITE_DISK, REBUILD -> sizes.diskBytes();
            default -> sizes.poolBytes();
        };
    }

    private PoolStore pool(PoolShape shape) throws IOException {
        return switch (task) {
            case REBUILD -> PoolStore.full(directory, shape, bytes);
            case WRITE_SUSTAINED -> PoolStore.tight(directory, shape, bytes);
            default -> new PoolStore(directory, shape, bytes);
        };
    }

    private boolean writes() {
        return task == PoolTask.WRITE || task == PoolTask.WRITE_DISK || task == PoolTask.WRITE_SUSTAINED;
    }

    @Override
    public void before() throws Exception {
        if (task == PoolTask.REBUILD) {
            store.beforeRebuild();
        }
    }

    @Override
    public Figure run() throws Exception {
        return switch (task) {
            case WRITE -> timed(() -> {
                store.write(count);
                return bytes;
            });
            case WRITE_DISK, WRITE_SUSTAINED -> timed(() -> {
                store.write(count);
                store.force();
                return bytes;
            });
            case READ_DISK -> readFromDisk();
            case REBUILD -> timed(store::rebuild);
            case READ -> timed(this::readAgainAndAgain);
            case SCRUB -> timed(store::readEverything);
            case PREAD -> perSecond((thread, round) -> readBlock());
            case TURNOVER -> perSecond((thread, round) -> store.comeAndGo());
        };
    }

    /**
     * Again and again: once takes 20 to 50 ms, of which the first say more about a processor that was idle before than
     * about who reads.
     */
    private long readAgainAndAgain() throws IOException {
        long begunNanos = System.nanoTime();
        long readBytes = 0;
        do {
            store.read(count);
            readBytes += bytes;
        } while (System.nanoTime() - begunNanos < site.sizes().spell().toNanos() / 3);
        return readBytes;
    }

    /**
     * The median of some times. One takes a quarter of a second, and the first pays for memory that a virtual machine has
     * given back to its host meanwhile; the others find what the one before has freed.
     */
    private Figure readFromDisk() throws Exception {
        List<Double> rates = new ArrayList<>();
        long fetched = 0;
        for (int lap = 0; lap < DISK_LAPS; lap++) {
            DiskReads.forget(store.files());
            long fetchedBefore = DiskReads.fetchedBytes();
            rates.add(timed(() -> {
                store.read(count);
                return bytes;
            }).value());
            fetched += fetchedInLap(fetchedBefore);
        }
        Spread spread = new Spread(rates);
        return new Figure(spread.median(), Map.of("fetchedShare", (double) fetched / bytes / DISK_LAPS,
                "slowestMegabytesPerSecond", spread.min(), "fastestMegabytesPerSecond", spread.max()));
    }

    /** Fails unless it was the disk that was asked. */
    private long fetchedInLap(long fetchedBefore) throws IOException {
        long fetched = DiskReads.fetchedBytes() - fetchedBefore;
        if (fetched < FETCHED_AT_LEAST * bytes) {
            throw new IOException("of " + bytes + " bytes only " + fetched
                    + " came from the disk: the page cache of this file system does not let go of them");
        }
        return fetched;
    }

    private Figure perSecond(Repetition.Operation operation) throws Exception {
        return Repetition.during(site.sizes().spell().dividedBy(2), 1, operation).perSecond();
    }

    private void readBlock() throws IOException {
        int offset = random.nextInt(Pieces.BYTES / Pieces.BLOCK_BYTES) * Pieces.BLOCK_BYTES;
        store.readBlock(random.nextInt(count), offset, block);
    }

    /** Returns how many bytes it moved. */
    private interface Moving {
        long run() throws Exception;
    }

    private static Figure timed(Moving moving) throws Exception {
        long startNanos = System.nanoTime();
        long moved = moving.run();
        return Figure.megabytesPerSecond(moved, System.nanoTime() - startNanos);
    }

    /** What was written is read once, so that a row which writes nothing fails. */
    @Override
    public void after() throws IOException {
        if (writes() || task == PoolTask.REBUILD) {
            store.read(count);
        }
        if (writes()) {
            store.clear();
        }
    }

    @Override
    public void end() throws IOException {
        store.close();
        Files.delete(directory);
    }
}
