package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Prints what it costs a read of 4 KiB from the page cache that its device is watched: reads of one file, with and without in
 * turn; nanoseconds each, the median and the range of {@value #ROUNDS} rounds. The argument is a directory for the file.
 */
public final class WatchMeasure {
    private static final int FILE_BYTES = 64 << 20;
    private static final int BLOCK = 4096;
    private static final int READS = 200_000;
    private static final int ROUNDS = 15;
    private static final int WARM = 3;

    private WatchMeasure() {
    }

    /** Measures in the directory that the argument names. */
    public static void main(String[] arguments) throws Exception {
        Path path = Path.of(arguments[0]).resolve("watched");
        try (FileBlockDevice file = FileBlockDevice.create(path, FILE_BYTES)) {
            for (long at = 0; at < FILE_BYTES; at += 1 << 20) {
                file.write(at, ByteBuffer.allocateDirect(1 << 20));
            }
            BlockDevice watched = new DeviceLedger().watch(file);
            double[] without = new double[ROUNDS];
            double[] with = new double[ROUNDS];
            double[] pairs = new double[ROUNDS];
            for (int round = -WARM; round < ROUNDS; round++) {
                double first = read(file);
                double second = read(watched);
                double third = pairs();
                if (round >= 0) {
                    without[round] = first;
                    with[round] = second;
                    pairs[round] = third;
                }
            }
            System.out.println("a read        " + told(without));
            System.out.println("watched       " + told(with));
            System.out.println("watching alone " + told(pairs));
        } finally {
            Files.delete(path);
        }
    }

    private static double read(BlockDevice device) throws IOException {
        ByteBuffer to = Scratch.allocate(BLOCK);
        Random random = new Random(1);
        long begun = System.nanoTime();
        for (int i = 0; i < READS; i++) {
            device.read((long) random.nextInt(FILE_BYTES / BLOCK) * BLOCK, to.clear());
        }
        return (double) (System.nanoTime() - begun) / READS;
    }

    private static double pairs() {
        PendingIo pending = new PendingIo();
        long begun = System.nanoTime();
        for (int i = 0; i < READS; i++) {
            pending.end(pending.begin(i + 1));
        }
        return (double) (System.nanoTime() - begun) / READS;
    }

    private static String told(double[] nanos) {
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return String.format("%.1f ns [%.1f..%.1f]", sorted[ROUNDS / 2], sorted[0], sorted[ROUNDS - 1]);
    }
}
