package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/**
 * Measures what counting costs: a touch, alone and by two threads on one page, the end of an interval, a round of the
 * policy. No test: prints medians of rounds, least and most, and the load that they were taken under.
 */
public final class PlacementMeasure {
    private static final int PAGES = Integer.getInteger("measure.pages", 1_000_000);
    private static final int ROUNDS = Integer.getInteger("measure.rounds", 5);
    private static final int TOUCHES = 20_000_000;
    private static final int MANY_MASK = (1 << 16) - 1;

    private final PageActivity activity = new PageActivity(ActivityConfig.DEFAULT);
    private final int[] slots = new int[PAGES];

    private PlacementMeasure() {
        Arrays.setAll(slots, page -> activity.add());
    }

    /** See above; no arguments. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
        PlacementMeasure measure = new PlacementMeasure();
        System.out.println(measure.activity.bytesPerPage() + " bytes a page");
        measure.print("touch of one page, ns", TOUCHES, () -> measure.touch(0));
        measure.print("touch of 65536 pages at random, ns", TOUCHES, () -> measure.touch(MANY_MASK));
        measure.print("touch of one page by two threads, ns", TOUCHES, measure::touchByTwo);
        measure.print("end of an interval, ns a page", PAGES, measure.activity::endInterval);
        measure.print("round of the policy, ns a page", PAGES, measure::round);
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
    }

    private void touch(int mask) {
        int random = 1;
        for (int i = 0; i < TOUCHES; i++) {
            random = random * 1664525 + 1013904223;
            activity.read(slots[random >>> 8 & mask]);
        }
    }

    /** Threads with numbers one after the other have stripes of their own. */
    private void touchByTwo() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        Thread[] threads = new Thread[2];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                touch(0);
            });
            threads[i].start();
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void round() {
        VolumeId volume = VolumeId.of(0, 1);
        ExtentId extent = ExtentId.of(0, 1);
        SimulatedPools pools = new SimulatedPools(32L << 20, PAGES / 10, PAGES);
        Iterable<PlacedPage> pages = () -> IntStream.range(0, PAGES).mapToObj(page -> new PlacedPage(
                volume, extent, page, page % 11 == 0 ? SimulatedPools.FAST : SimulatedPools.CAPACITY, 32L << 20,
                activity.of(slots[page]))).iterator();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < PAGES / 10; i++) {
            activity.read(slots[random.nextInt(PAGES)]);
        }
        new PlacementPolicy(PlacementConfig.DEFAULT).round(
                0, List.of(pools.fast(PAGES / 11), pools.capacity(PAGES - PAGES / 11)),
                any -> VolumePlacement.DEFAULT, pages);
    }

    /** What is measured. */
    private interface Work {
        void run() throws InterruptedException;
    }

    private void print(String name, long steps, Work work) throws InterruptedException {
        work.run();
        work.run();
        double[] nanos = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            work.run();
            nanos[round] = (double) (System.nanoTime() - begin) / steps;
        }
        Arrays.sort(nanos);
        System.out.printf("%-38s %8.2f  (%.2f to %.2f)%n", name, nanos[ROUNDS / 2], nanos[0], nanos[ROUNDS - 1]);
    }
}
