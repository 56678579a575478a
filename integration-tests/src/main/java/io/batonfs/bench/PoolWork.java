package io.batonfs.bench;

import io.batonfs.bench.pools.PieceStore;
import io.batonfs.bench.pools.Pieces;
import io.batonfs.bench.pools.PlainFiles;
import io.batonfs.bench.pools.PoolShape;
import io.batonfs.bench.pools.PoolStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** One task on one pool, or on plain files that take as many bytes. */
final class PoolWork implements Work {
    private static final long SEED = 4096;

    private final Site site;
    private final PoolTask task;
    private final Path directory;
    private final PieceStore store;
    private final int count;
    private final ByteBuffer block = Pieces.room(Pieces.BLOCK_BYTES);
    private final SplittableRandom random = new SplittableRandom(SEED);

    PoolWork(Site site, PoolShape shape, PoolTask task) throws IOException {
        this.site = site;
        this.task = task;
        this.count = (int) (site.sizes().poolBytes() / Pieces.BYTES);
        this.directory = Files.createDirectory(Path.of(site.root().toUri()).resolve(shape.title() + "-" + task));
        this.store = site.contender() == Contender.POOL
                ? new PoolStore(directory, shape, site.sizes().poolBytes())
                : new PlainFiles(directory, shape);
        if (task != PoolTask.WRITE) {
            store.write(count);
        }
    }

    @Override
    public Figure run() throws Exception {
        return switch (task) {
            case WRITE -> timed(() -> {
                store.write(count);
                return site.sizes().poolBytes();
            });
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
        long bytes = 0;
        do {
            store.read(count);
            bytes += site.sizes().poolBytes();
        } while (System.nanoTime() - begunNanos < site.sizes().spell().toNanos() / 3);
        return bytes;
    }

    private Figure perSecond(Repetition.Operation operation) throws Exception {
        return Repetition.during(site.sizes().spell(), 1, operation).perSecond();
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
        long bytes = moving.run();
        return Figure.megabytesPerSecond(bytes, System.nanoTime() - startNanos);
    }

    /** What was written is read once, so that a row which writes nothing fails. */
    @Override
    public void after() throws IOException {
        if (task == PoolTask.WRITE) {
            store.read(count);
            store.clear();
        }
    }

    @Override
    public void end() throws IOException {
        store.close();
        Files.delete(directory);
    }
}
