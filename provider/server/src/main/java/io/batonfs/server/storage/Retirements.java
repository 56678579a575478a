package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.Retirement;
import io.batonfs.pools.StorageSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The retirements of a set's devices that are under way, with what is to be kept of their paths when they end: until then
 * a start opens both devices, and the superblocks say which of them has what. Guarded by {@link DeviceOrders}.
 */
final class Retirements {
    private final ServerId server;
    private final StorageSet set;
    private final Map<Integer, UnderWay> underWay = new HashMap<>();

    private record UnderWay(String device, DevicePlaces.Change change) {
    }

    /**
     * One that came to its end.
     *
     * @param device   what was to have the place
     * @param hasPlace whether it has it
     */
    record Ended(String device, boolean hasPlace, DevicePlaces.Change change) {
    }

    Retirements(ServerId server, StorageSet set) {
        this.server = server;
        this.set = set;
    }

    void begun(int place, String device, DevicePlaces.Change change) {
        underWay.put(place, new UnderWay(device, change));
    }

    /**
     * Nothing else may become of a place whose device is being retired, not even be noted.
     *
     * @throws BatonException INVALID_ARGUMENT if it is
     */
    void checkNone(int place) throws BatonException {
        Optional<Retirement> retirement = of(place);
        if (retirement.isPresent()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, retirement.get().device() + " of " + server
                    + " is being retired, and " + retirement.get().successor() + " is to have its place; wait for that, or"
                    + " end it with \"baton devices retire --cancel\" first");
        }
    }

    private Optional<Retirement> of(int place) {
        return set.retirements().stream().filter(each -> each.place() == place).findFirst();
    }

    /**
     * Those that have ended since this was asked last. Of a place that nobody is in it can't be told: what was to have it
     * may be its device, and be missing.
     */
    List<Ended> takeEnded() {
        List<Ended> ended = new ArrayList<>();
        underWay.entrySet().removeIf(entry -> {
            int place = entry.getKey();
            List<PoolDevices.Device> there = set.devices().stream().map(pool -> pool.devices().get(place - 1)).toList();
            if (of(place).isPresent()
                    || there.stream().allMatch(each -> each.state() == PoolDevices.State.MISSING)) {
                return false;
            }
            String device = entry.getValue().device();
            boolean has = there.stream().anyMatch(each -> each.name().equals(device));
            ended.add(new Ended(device, has, entry.getValue().change()));
            return true;
        });
        return ended;
    }
}
