package io.batonfs.pools.profile;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The free space of a device that nobody has put anything on: all but its ends, where who uses a device leaves a mark,
 * as formatting has it; and only if the kernel does not use it either. Measuring takes hours, and devices are locked
 * only against Baton's own programs; so both are looked at again for as long as ranges are claimed. What is written in
 * between two looks, {@value #LOOK_INTERVAL_NANOS} ns and a sample apart at most, may still hit what somebody put there
 * meanwhile.
 *
 * <p>For the profiler's thread only.
 */
public final class BlankDevice implements FreeSpace {
    static final long LOOK_INTERVAL_NANOS = 1_000_000_000L;

    private final BlockDevice device;
    private final User user;
    private final FreeRanges ranges;
    private final LongSupplier nanoTime;
    private long lookedAt;

    private BlankDevice(BlockDevice device, User user, LongSupplier nanoTime) {
        this.device = device;
        this.user = user;
        this.ranges = FreeRanges.ofBlankDevice(device.sizeBytes());
        this.nanoTime = nanoTime;
    }

    /** Says what uses the device, if anything does: {@link KernelUse}. */
    @FunctionalInterface
    public interface User {
        /** What uses it, for people. */
        Optional<String> find() throws IOException;
    }

    /**
     * The free space of a device that is blank now.
     *
     * @param user     says what else uses it
     * @param nanoTime tells when to look again
     * @throws BatonException ALREADY_EXISTS if it is not blank, BUSY if it is in use
     */
    public static BlankDevice of(BlockDevice device, User user, LongSupplier nanoTime) throws IOException {
        BlankDevice blank = new BlankDevice(device, user, nanoTime);
        blank.look();
        return blank;
    }

    /**
     * Takes a range, after a look at the device if the last one is too long ago.
     *
     * @throws DeviceChangedException if the device is no longer blank, or is in use
     */
    @Override
    public Optional<Claim> claim(long from, long to, int lengthBytes, RandomGenerator random) throws IOException {
        if (nanoTime.getAsLong() - lookedAt >= LOOK_INTERVAL_NANOS) {
            try {
                look();
            } catch (BatonException e) {
                throw (IOException) new DeviceChangedException(e.getMessage() + "; it was not so when measuring it "
                        + "began, and measuring has ended: look what else uses it").initCause(e);
            }
        }
        return ranges.claim(from, to, lengthBytes, random);
    }

    private void look() throws IOException {
        Optional<String> used = user.find();
        if (used.isPresent()) {
            throw new BatonException(ErrorCode.BUSY, "device " + device.name() + " is used by " + used.get()
                    + "; measure it without --write, or end that use first");
        }
        int end = (int) Math.min(FreeRanges.END_BYTES, device.sizeBytes());
        if (!isZero(0, end) || !isZero(device.sizeBytes() - end, end)) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, "device " + device.name() + " holds data: its first or "
                    + "last MiB is not zero; measure it without --write, or if the data may be lost, write zeros there "
                    + "first");
        }
        lookedAt = nanoTime.getAsLong();
    }

    private boolean isZero(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length + ProfileParameters.BLOCK_BYTES)
                .alignedSlice(ProfileParameters.BLOCK_BYTES).limit(length);
        device.read(offset, bytes);
        return bytes.flip().mismatch(ByteBuffer.allocate(length)) < 0;
    }
}
