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
 * as formatting has it. Measuring takes hours, and devices are locked only against Baton's own programs; so the ends
 * are looked at again for as long as ranges are claimed. What is written in between two looks, {@value
 * #LOOK_INTERVAL_NANOS} ns and a sample apart at most, may still hit what somebody put there meanwhile.
 *
 * <p>For the profiler's thread only.
 */
public final class BlankDevice implements FreeSpace {
    static final long LOOK_INTERVAL_NANOS = 1_000_000_000L;

    private final BlockDevice device;
    private final FreeRanges ranges;
    private final LongSupplier nanoTime;
    private long lookedAt;

    private BlankDevice(BlockDevice device, LongSupplier nanoTime) {
        this.device = device;
        this.ranges = FreeRanges.ofBlankDevice(device.sizeBytes());
        this.nanoTime = nanoTime;
    }

    /**
     * The free space of a device that is blank now.
     *
     * @param nanoTime tells when to look again
     * @throws BatonException ALREADY_EXISTS if it is not blank
     */
    public static BlankDevice of(BlockDevice device, LongSupplier nanoTime) throws IOException {
        BlankDevice blank = new BlankDevice(device, nanoTime);
        blank.look();
        return blank;
    }

    /**
     * Takes a range, after a look at the device if the last one is too long ago.
     *
     * @throws DeviceChangedException if the device is no longer blank
     */
    @Override
    public Optional<Claim> claim(long from, long to, int lengthBytes, RandomGenerator random) throws IOException {
        if (nanoTime.getAsLong() - lookedAt >= LOOK_INTERVAL_NANOS) {
            try {
                look();
            } catch (BatonException e) {
                throw (IOException) new DeviceChangedException(e.getMessage() + "; it did not when measuring it began, "
                        + "so measuring has ended: look what else uses it").initCause(e);
            }
        }
        return ranges.claim(from, to, lengthBytes, random);
    }

    private void look() throws IOException {
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
