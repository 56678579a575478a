package io.batonfs.bench;

import io.batonfs.bench.pools.DeviceRebuild;
import io.batonfs.bench.pools.Pieces;
import io.batonfs.bench.pools.PoolShape;
import io.batonfs.bench.pools.PoolStore;
import io.batonfs.pools.RebuildConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * One thread reads a pool while a device is rebuilt at the throttle's default, and right before, when the device is
 * out and nobody rebuilds it. The figure is what is read meanwhile: reading ends with the rebuild, if that ends first.
 */
final class RebuildLoadWork implements Work {
    /** The detail: what was read before. */
    static final String UNDISTURBED = "undisturbedMegabytesPerSecond";
    /** The detail: what was written to the device. */
    static final String REBUILT = "rebuiltMegabytesPerSecond";

    /** The throttle has to have seen half a second of what others do to give way. */
    private static final Duration UNTIL_IT_GIVES_WAY = Duration.ofMillis(750);

    /** A shorter time of reading beside a rebuild says nothing. */
    private static final Duration LEAST = Duration.ofMillis(50);

    private static final double BYTES_OF_MEGABYTE = 1e6;

    private final Path directory;
    private final PoolStore store;
    private final int count;
    private final Duration spell;

    RebuildLoadWork(Site site, PoolShape shape) throws IOException {
        this.directory = Files.createDirectory(Path.of(site.root().toUri()).resolve(shape.title() + "-rebuilding"));
        this.store = PoolStore.full(directory, shape, site.sizes().diskBytes());
        this.count = (int) (site.sizes().diskBytes() / Pieces.BYTES);
        this.spell = site.sizes().spell();
        store.write(count);
    }

    @Override
    public void before() throws IOException {
        store.beforeRebuild();
        store.replace();
    }

    @Override
    public Figure run() throws Exception {
        try (DeviceRebuild rebuild = store.rebuilding(RebuildConfig.DEFAULT)) {
            double undisturbed = read(UNTIL_IT_GIVES_WAY, () -> false);
            rebuild.start();
            long begunNanos = System.nanoTime();
            double disturbed = read(spell.multipliedBy(3).dividedBy(2), rebuild::ended);
            long tookNanos = System.nanoTime() - begunNanos;
            rebuild.check();
            if (rebuild.bytesPerSecond() == 0 || tookNanos < LEAST.toNanos()) {
                throw new IOException("the pool was read for " + tookNanos / 1_000_000 + " ms while "
                        + rebuild.bytesPerSecond() + " bytes a second were rebuilt: that says nothing");
            }
            return new Figure(disturbed,
                    Map.of(UNDISTURBED, undisturbed, REBUILT, rebuild.bytesPerSecond() / BYTES_OF_MEGABYTE));
        }
    }

    /** Reads piece by piece, so that it does not go on much longer than it should; returns megabytes a second. */
    private double read(Duration until, BooleanSupplier ended) throws IOException {
        long begunNanos = System.nanoTime();
        long pieces = 0;
        do {
            store.read((int) (pieces % count), 1);
            pieces++;
        } while (!ended.getAsBoolean() && System.nanoTime() - begunNanos < until.toNanos());
        return Figure.megabytesPerSecond(pieces * Pieces.BYTES, System.nanoTime() - begunNanos).value();
    }

    @Override
    public void end() throws IOException {
        store.close();
        Files.delete(directory);
    }
}
