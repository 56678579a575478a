package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a device has to be that is to become a member, a successor or a spare of an open set. Nothing is written.
 *
 * @param superblock the set's newest
 * @param missing    the places that have no device; bit i is place i + 1
 */
record DeviceChecks(Superblock superblock, long missing) {
    /**
     * Checks a device that is to follow another one: it is blank and large enough.
     *
     * @throws BatonException as {@link #checkTakeable}
     */
    void checkBlank(BlockDevice device) throws IOException {
        checkLargeEnough(device);
        Superblock own = readBlank(device);
        if (own != null) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name() + " belongs to place "
                    + (own.deviceIndex() + 1) + " of set " + own.setId() + " of " + own.server() + " of " + own.group()
                    + "; write zeros to its beginning and end if nobody needs what is on it");
        }
    }

    /**
     * Checks a device that is to have a place.
     *
     * @param acceptLoss whether what only that device may have is given up
     * @return whether it is the one that belongs there and was missing; otherwise it is blank
     * @throws BatonException NO_SPACE if it is too small, INVALID_ARGUMENT if something is on it, DATA_LOST if that may be
     *                        what was written without those that are in use here
     */
    boolean checkTakeable(int index, BlockDevice device, boolean acceptLoss) throws IOException {
        checkLargeEnough(device);
        Superblock own = readBlank(device);
        if (own == null) {
            return false;
        }
        boolean same = own.setId().equals(superblock.setId()) && own.group().equals(superblock.group())
                && own.server().equals(superblock.server()) && own.deviceIndex() == index && (missing >>> index & 1) != 0
                && own.tenant() == superblock.tenants().get(index) && own.generation() <= superblock.generation()
                && own.deviceSizeBytes() == device.sizeBytes();
        if (!same) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name() + " belongs to place "
                    + (own.deviceIndex() + 1) + " of set " + own.setId() + " of " + own.server() + " of " + own.group()
                    + ", and not to place " + (index + 1) + " of this one as the device that is missing there; write"
                    + " zeros to its beginning and end if nobody needs what is on it");
        }
        boolean apart = !UsedApart.pools(superblock, own, 1L << index).isEmpty();
        List<Integer> without = apart ? UsedApart.believed(superblock, own) : UsedApart.without(superblock, own);
        if (!without.isEmpty() && !acceptLoss) {
            throw new BatonException(ErrorCode.DATA_LOST, "device " + device.name() + " says that the devices in places "
                    + without + " of the set, which are in use here, are out: if the set was used with it and without those,"
                    + " what was written then is on it alone, and would be lost if it were taken back. Keep it as it is, or"
                    + " take it back with \"baton devices replace\" and --accept-loss if nobody needs that");
        }
        return true;
    }

    /**
     * Checks a device that is to be a spare: it is blank, or one of the set already.
     *
     * @throws BatonException as {@link #checkTakeable}
     */
    void checkSpare(BlockDevice device) throws IOException {
        checkLargeEnough(device);
        Optional<SpareLabel> label = SpareLabel.find(device);
        if (label.isPresent() && !label.get().equals(spareLabel(device))) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name() + " is " + label.get()
                    + ", and not " + spareLabel(device) + "; write zeros to its beginning and end if nobody needs it there");
        }
        // One place may have a label and the other a superblock, which counts: it was being taken in.
        Superblock own = label.isPresent() ? DeviceRoll.readMember(device) : readBlank(device);
        if (own != null) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name() + " belongs to place "
                    + (own.deviceIndex() + 1) + " of set " + own.setId() + " of " + own.server() + " of " + own.group()
                    + "; write zeros to its beginning and end if nobody needs what is on it");
        }
    }

    /** What a device says that is a spare of this set. */
    SpareLabel spareLabel(BlockDevice device) {
        return SpareLabel.of(superblock, device);
    }

    /** As large as the pools need; throws NO_SPACE. */
    private void checkLargeEnough(BlockDevice device) throws BatonException {
        long needed = superblock.pools().stream().mapToLong(PoolLayout::regionEnd).max().orElse(0)
                + StorageSet.MARGIN_BYTES;
        if (device.sizeBytes() < needed) {
            throw new BatonException(ErrorCode.NO_SPACE, "device " + device.name() + " has " + device.sizeBytes()
                    + " bytes, and the pools of the set need " + needed + "; take a larger one");
        }
    }

    private static Superblock readBlank(BlockDevice device) throws BatonException {
        try {
            return DeviceRoll.readBlank(device);
        } catch (IOException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }
}
