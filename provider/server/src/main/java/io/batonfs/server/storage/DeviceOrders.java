package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.DeviceOrder;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Carries out orders about the devices of a storage server's set, one at a time, so that what the set and what the list of
 * paths say goes together. Thread-safe.
 */
final class DeviceOrders {
    private final ServerId server;
    private final StorageSet set;
    private final DevicePlaces places;
    private final SecureRandom random;
    /** Paths of which what was said at the start is no longer true. */
    private final Set<String> settled = ConcurrentHashMap.newKeySet();

    DeviceOrders(ServerId server, StorageSet set, DevicePlaces places, SecureRandom random) {
        this.server = server;
        this.set = set;
        this.places = places;
        this.random = random;
    }

    /** Whether something that was said of a device at the start, "path: reason", is still true. */
    boolean stillConcerns(String said) {
        return settled.stream().noneMatch(path -> said.startsWith(path + ": "));
    }

    /** Carries out an order; returns what the device is called. */
    synchronized String carryOut(DeviceOrder order) throws IOException {
        List<PoolDevices.Device> devices = set.devices().get(0).devices();
        if (order.place() < 1 || order.place() > devices.size()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, server + " has places 1 to " + devices.size()
                    + " for devices, not " + order.place());
        }
        PoolDevices.Device present = devices.get(order.place() - 1);
        if (order.kind() == DeviceOrder.Kind.REPLACE) {
            return take(order.place(), places.open(order.place(), order.path(), devices), order.acceptLoss());
        }
        if (present.state() == PoolDevices.State.MISSING) {
            return take(order.place(), places.reopen(order.place(), devices), false);
        }
        set.rejoin(order.place());
        return present.name();
    }

    private String take(int place, DevicePlaces.Arrival arrival, boolean acceptLoss) throws IOException {
        try {
            set.replace(place, arrival.device(), acceptLoss, random);
        } catch (BatonException e) {
            try {
                arrival.refused();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        } catch (IOException e) {
            // It may say already that it is the set's, so that the next start has to look at it.
            arrival.device().close();
            throw new IOException("device " + arrival.device().name() + " can't be written, so that place " + place
                    + " of " + server + " is without a device until another one is put there: " + e.getMessage(), e);
        }
        String name = arrival.device().name();
        settled.add(name);
        Optional<String> former = arrival.former();
        former.ifPresent(settled::add);
        arrival.taken();
        return name;
    }
}
