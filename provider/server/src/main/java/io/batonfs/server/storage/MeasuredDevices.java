package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.FormatException;
import io.batonfs.pools.FreeRows;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.ProfileStore;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The devices of a storage server's sets by what people call them, and what is kept of their speed: a file for each, in the
 * group's directory, found by the device's {@link DeviceIdentity}. Thread-safe.
 */
final class MeasuredDevices {
    private static final String PROFILES = "profiles";

    private final DeviceSets sets;
    private final StorageServerConfig.Directory directory;

    MeasuredDevices(DeviceSets sets, StorageServerConfig.Directory directory) {
        this.sets = sets;
        this.directory = directory;
    }

    /**
     * The place of a device among all of the server ({@link PoolName}), from 1.
     *
     * @param named its place, or what it is called: its path
     * @throws BatonException INVALID_ARGUMENT if there is none
     */
    int place(String named) throws BatonException {
        for (OpenSet set : sets.all()) {
            List<PoolDevices.Device> devices = devices(set);
            for (int place = 1; place <= devices.size(); place++) {
                int inServer = PoolName.placeInServer(set.number(), place);
                if (named.equals(Integer.toString(inServer)) || named.equals(devices.get(place - 1).name())) {
                    return inServer;
                }
            }
        }
        throw new BatonException(ErrorCode.INVALID_ARGUMENT, "there is no device \"" + named + "\"; name a place "
                + sets.all().stream().map(set -> "from " + PoolName.placeInServer(set.number(), 1) + " to "
                        + PoolName.placeInServer(set.number(), set.places())).collect(Collectors.joining(", or "))
                + ", or one of " + sets.all().stream().flatMap(set -> devices(set).stream()).map(PoolDevices.Device::name)
                        .toList());
    }

    private static List<PoolDevices.Device> devices(OpenSet set) {
        return set.devices().devices().get(0).devices();
    }

    /** The set that a place of the server is in, which {@link #place} has returned. */
    private OpenSet of(int place) throws BatonException {
        return sets.open(PoolName.setOfPlace(place));
    }

    /** Refuses what would last longer than a set that is being given back. */
    void checkStays(int place) throws BatonException {
        if (PoolName.setOfPlace(place) == sets.retiringNumber()) {
            throw new BatonException(ErrorCode.BUSY, "the device in place " + place + " is one of set " + sets.retiringNumber()
                    + ", which is being given back; measure it when that is done");
        }
    }

    private PoolDevices.Device device(int place) throws BatonException {
        return devices(of(place)).get(PoolName.placeInSet(place) - 1);
    }

    /** What the device in a place is called. */
    String name(int place) throws BatonException {
        return device(place).name();
    }

    /** The free rows of the device in a place. */
    FreeRows freeRows(int place) throws IOException {
        return of(place).devices().freeRows(PoolName.placeInSet(place));
    }

    /** Tells how many bytes were served of the set that a place is in. */
    LongSupplier servedBytes(int place) throws BatonException {
        return of(place).devices()::servedBytes;
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
        return isMissing(place) ? Optional.empty() : kept(store(), identity(freeRows(place).device()));
    }

    /** As {@link #kept(int)}, but while a device is measured anew what is kept of the time before. */
    Optional<DeviceProfile> complete(int place) throws IOException {
        return isMissing(place) ? Optional.empty() : store().loadComplete(identity(freeRows(place).device()));
    }

    private boolean isMissing(int place) throws BatonException {
        return device(place).state() == PoolDevices.State.MISSING;
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
