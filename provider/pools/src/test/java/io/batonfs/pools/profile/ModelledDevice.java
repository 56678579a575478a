package io.batonfs.pools.profile;

import io.batonfs.pools.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A device of any size without content, whose I/Os take the time that a model says on a virtual clock, with noise and
 * outliers. Chance is a function of seed, place, length and kind, so that the same I/O always takes the same time, in
 * whatever order: then runs that were interrupted can be compared with those that were not. For one thread.
 */
final class ModelledDevice implements BlockDevice {
    private final long sizeBytes;
    private final SpeedModel model;
    private final VirtualClock clock;
    private final long seed;
    private final List<long[]> writes = new ArrayList<>();
    private double noise = 0.015;
    private double outlierShare = 0.03;
    private double[] unreadable = {2, 2};
    private double[] unwritable = {2, 2};
    private long interruptAfter = Long.MAX_VALUE;
    private long changeAfter = Long.MAX_VALUE;
    private long operations;
    private long reads;
    private long end;

    ModelledDevice(long sizeBytes, SpeedModel model, VirtualClock clock, long seed) {
        this.sizeBytes = sizeBytes;
        this.model = model;
        this.clock = clock;
        this.seed = seed;
    }

    /** Standard deviation of an I/O's time as a part of it, and the share of I/Os that take 3 to 30 times as long. */
    ModelledDevice with(double newNoise, double newOutlierShare) {
        noise = newNoise;
        outlierShare = newOutlierShare;
        return this;
    }

    /** Reads that touch this range, as parts of the device, fail. */
    ModelledDevice failReads(double from, double to) {
        unreadable = new double[] {from, to};
        return this;
    }

    /** Writes that touch this range, as parts of the device, fail. */
    ModelledDevice failWrites(double from, double to) {
        unwritable = new double[] {from, to};
        return this;
    }

    /** Interrupts the thread that makes the I/O after so many further ones. */
    void interruptAfter(long furtherOperations) {
        interruptAfter = operations + furtherOperations;
    }

    /** Says after so many further I/Os that it became shorter. */
    void changeAfter(long furtherOperations) {
        changeAfter = operations + furtherOperations;
    }

    /** Offset and end of each write. */
    List<long[]> writes() {
        return writes;
    }

    long reads() {
        return reads;
    }

    @Override
    public String name() {
        return "modelled";
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        reads++;
        pass(offset, destination.remaining(), false, unreadable);
        destination.position(destination.limit());
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        pass(offset, source.remaining(), true, unwritable);
        writes.add(new long[] {offset, offset + source.remaining()});
        source.position(source.limit());
    }

    @Override
    public void force() {
        clock.advance(50_000);
    }

    @Override
    public void close() {
        // There is nothing to give back.
    }

    private void pass(long offset, int lengthBytes, boolean write, double[] failing) throws IOException {
        if (offset < 0 || offset + lengthBytes > sizeBytes) {
            throw new IOException("range " + offset + "+" + lengthBytes + " is not within the device");
        }
        if (++operations > changeAfter) {
            throw new DeviceChangedException("device modelled has become shorter");
        }
        if (operations > interruptAfter) {
            interruptAfter = Long.MAX_VALUE;
            Thread.currentThread().interrupt();
        }
        double at = (double) offset / sizeBytes;
        if (at < failing[1] && (double) (offset + lengthBytes) / sizeBytes > failing[0]) {
            clock.advance(1_000_000_000L);
            throw new IOException("sector not found at " + offset);
        }
        RandomGenerator random = new SplittableRandom(seed ^ offset * 31 + lengthBytes * 2L + (write ? 1 : 0));
        double distance = (double) Math.abs(offset - end) / sizeBytes;
        double nanos = model.nanos(at, distance, lengthBytes, write, random.nextDouble());
        nanos *= Math.exp(noise * random.nextGaussian());
        if (random.nextDouble() < outlierShare) {
            nanos *= 3 + 27 * random.nextDouble();
        }
        clock.advance((long) nanos);
        end = offset + lengthBytes;
    }
}
