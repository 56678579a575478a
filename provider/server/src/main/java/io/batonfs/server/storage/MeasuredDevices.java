package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.FormatException;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.ProfileStore;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The devices of a storage server's set by what people call them, and what is kept of their speed: a file for each, in the
 * group's directory, found by the device's {@link DeviceIdentity}. Thread-safe.
 */
final class MeasuredDevices {
    private static final String PROFILES = "profiles";

    private final StorageSet set;
    private final StorageServerConfig.Directory directory;

    MeasuredDevices(StorageSet set, StorageServerConfig.Directory directory) {
        this.set = set;
        this.directory = directory;
    }

    /**
     * The place of a device, from 1.
     *
     * @param named its place, or what it is called: its path
     * @throws BatonException INVALID_ARGUMENT if there is none
     */
    int place(String named) throws BatonException {
        List<PoolDevices.Device> devices = set.devices().get(0).devices();
        for (int place = 1; place <= devices.size(); place++) {
            if (named.equals(Integer.toString(place)) || named.equals(devices.get(place - 1).name())) {
                return place;
            }
        }
        throw new BatonException(ErrorCode.INVALID_ARGUMENT, "there is no device \"" + named + "\"; name a place from 1 to "
                + devices.size() + ", or one of " + devices.stream().map(PoolDevices.Device::name).toList());
    }

    /** How many places the set has. */
    int places() {
        return set.devices().get(0).devices().size();
    }

    ProfileStore store() throws IOException {
        return new ProfileStore(directory.make().resolve(PROFILES));
    }

    static DeviceIdentity identity(BlockDevice device) throws IOException {
        try {
            if (device instanceof FileBlockDevice file) {
                // Else what is at its path now would be taken for it.
                file.checkIdentity();
            }
            return DeviceIdentity.of(Path.of(device.name()));
        } catch (InvalidPathException e) {
            throw new IOException("device " + device.name() + " is no file, so that it can't be measured", e);
        }
    }

    /**
     * What is kept of the device in a place.
     *
     * @return empty if there is no device, or nothing is kept
     * @throws BatonException DATA_LOST if the file is damaged
     */
    Optional<DeviceProfile> kept(int place) throws IOException {
        return isMissing(place) ? Optional.empty() : kept(store(), identity(set.freeRows(place).device()));
    }

    /** As {@link #kept(int)}, but while a device is measured anew what is kept of the time before. */
    Optional<DeviceProfile> complete(int place) throws IOException {
        return isMissing(place) ? Optional.empty()
                : store().loadComplete(identity(set.freeRows(place).device()));
    }

    private boolean isMissing(int place) {
        return set.devices().get(0).devices().get(place - 1).state() == PoolDevices.State.MISSING;
    }

    static Optional<DeviceProfile> kept(ProfileStore store, DeviceIdentity identity) throws IOException {
        try {
            return store.load(identity);
        } catch (FormatException e) {
            throw new BatonException(ErrorCode.DATA_LOST, e.getMessage() + "; measure the device again with --again, which "
                    + "replaces the file", e);
        }
    }
}
