package io.batonfs.pools;

import java.io.Closeable;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the pools of a set pack small segments though nobody seals or frees any ({@link SegmentPacker}): those of a pool that was
 * filled before there was packing or while it was off, and what is left when clients stop. In each round each pool packs 1 MiB
 * in the executor of its {@link ForcePolicy}, if it pays; if not, a round costs a look at a number.
 *
 * <p>Thread-safe. Its owner closes it before the set and before the executor.
 */
public final class PackRounds implements Closeable {
    /**
     * 256 files of one block that are read and 1 MiB that is written in five seconds for each pool: a tenth of what four disks
     * that turn do, and four million such files, as many as a pool has slots by default, in a day. Where a row is more it is a row.
     */
    static final long PERIOD_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(PackRounds.class);

    private final StorageSet set;
    private final ScheduledExecutorService executor;
    private final Supplier<Optional<String>> hindrance;
    private Optional<ScheduledFuture<?>> timer = Optional.empty();
    private boolean closed;

    /**
     * Does nothing until it is started.
     *
     * @param executor  runs the rounds, which wait for nobody but for who answers the next question
     * @param hindrance asked before each round, in the executor: why nothing may be written now; empty if something may
     */
    public PackRounds(StorageSet set, ScheduledExecutorService executor, Supplier<Optional<String>> hindrance) {
        this.set = set;
        this.executor = executor;
        this.hindrance = hindrance;
    }

    /** Begins; once. */
    public synchronized void start() {
        if (closed || timer.isPresent()) {
            throw new IllegalStateException("rounds that were begun or closed can't be begun");
        }
        schedule();
    }

    private synchronized void schedule() {
        if (!closed) {
            try {
                timer = Optional.of(executor.schedule(this::round, PERIOD_MS, TimeUnit.MILLISECONDS));
            } catch (RejectedExecutionException e) {
                LOG.warn("small segments are packed only as others are sealed or freed: the executor takes no more work");
                closed = true;
            }
        }
    }

    private void round() {
        try {
            if (hindrance.get().isEmpty()) {
                set.pools().forEach(pool -> ((SegmentPool) pool).pack());
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("a round of packing failed; the next is due in {} ms", PERIOD_MS, e);
        } finally {
            schedule();
        }
    }

    /** No further round begins. */
    @Override
    public synchronized void close() {
        closed = true;
        timer.ifPresent(waiting -> waiting.cancel(false));
    }
}
