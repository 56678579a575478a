package io.batonfs.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;

/**
 * An operation repeated by threads that begin together, each doing it again and again, and how long each time took. The
 * threads end with the repetition.
 *
 * @param nanos     from the common beginning until the last thread has ended
 * @param latencies of all operations
 */
record Repetition(long nanos, Latencies latencies) {
    private static final double MEDIAN = 0.5;
    private static final double ALMOST_ALL = 0.99;
    private static final double NANOS_OF_MICROSECOND = 1e3;

    /** What is repeated. */
    @FunctionalInterface
    interface Operation {
        /**
         * Does it once; what it throws ends the repetition.
         *
         * @param thread number of the thread, from 0
         * @param round  how often this thread has done it before
         */
        void run(int thread, long round) throws Exception;
    }

    /** Repeats an operation for some time; what has begun by then is finished and counted. */
    static Repetition during(Duration spell, int threads, Operation operation) throws Exception {
        long spellNanos = spell.toNanos();
        return run(threads, operation, startNanos -> round -> System.nanoTime() - startNanos < spellNanos);
    }

    /** Repeats an operation so often in each thread. */
    static Repetition times(int times, int threads, Operation operation) throws Exception {
        return run(threads, operation, startNanos -> round -> round < times);
    }

    /** Decides before each round, by its number, whether there is to be one. */
    private interface Limit {
        LongPredicate from(long startNanos);
    }

    private static Repetition run(int threads, Operation operation, Limit limit) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Latencies>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                Callable<Latencies> task = () -> {
                    go.await();
                    return repeat(thread, operation, limit.from(System.nanoTime()));
                };
                results.add(executor.submit(task));
            }
            long startNanos = System.nanoTime();
            go.countDown();
            Latencies all = new Latencies();
            for (Future<Latencies> result : results) {
                all.merge(of(result));
            }
            return new Repetition(System.nanoTime() - startNanos, all);
        } finally {
            executor.shutdownNow();
        }
    }

    private static Latencies repeat(int thread, Operation operation, LongPredicate another) throws Exception {
        Latencies latencies = new Latencies();
        for (long round = 0; another.test(round); round++) {
            long startNanos = System.nanoTime();
            operation.run(thread, round);
            latencies.add(System.nanoTime() - startNanos);
        }
        return latencies;
    }

    private static Latencies of(Future<Latencies> result) throws Exception {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Operations a second, with quantiles of how long one took. */
    Figure perSecond() {
        return new Figure(latencies.total() * 1e9 / nanos, details());
    }

    /** The median of how long one took, in microseconds. */
    Figure medianMicroseconds() {
        return new Figure(microseconds(MEDIAN), details());
    }

    private Map<String, Double> details() {
        return Map.of("operations", (double) latencies.total(),
                "p50Us", microseconds(MEDIAN), "p99Us", microseconds(ALMOST_ALL));
    }

    private double microseconds(double part) {
        return latencies.quantile(part) / NANOS_OF_MICROSECOND;
    }
}
