package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.Retirement;
import io.batonfs.pools.SpareDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out orders about the devices of a storage server's set, operators' and those of {@link SpareKeeper}, one at a
 * time, so that what the set and what the list of paths say goes together. Thread-safe.
 */
final class DeviceOrders {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceOrders.class);

    private final ServerId server;
    private final int number;
    private final StorageSet set;
    private final DevicePlaces places;
    private final SecureRandom random;
    private final Retirements retirements;
    /** Paths of which what was said at the start is no longer true. */
    private final Set<String> settled = ConcurrentHashMap.newKeySet();
    /** Whether the set is about to be closed for good; guarded by this object's lock. */
    private boolean ended;

    /**
     * @param number of the set in its server, from 1; orders name places of the set
     */
    DeviceOrders(ServerId server, int number, StorageSet set, DevicePlaces places, SecureRandom random) {
        this.server = server;
        this.number = number;
        this.set = set;
        this.places = places;
        this.random = random;
        this.retirements = new Retirements(server, set);
    }

    /**
     * Goes on with the retirements that an earlier process began.
     *
     * @throws IOException if it can't be read which those are
     */
    synchronized void resume() throws IOException {
        for (DevicePlaces.Awaited each : places.awaited()) {
            retirements.begun(each.place(), each.device(), each);
        }
        settleRetirements();
    }

    /**
     * Has no device retired any more, makes its spares none, and takes no order about a device any more: the set is given back,
     * and about to be closed.
     */
    synchronized void end() throws IOException {
        for (Retirement retirement : set.retirements()) {
            keep(retirement.place());
        }
        for (SpareDevice spare : set.spares()) {
            removeSpare(spare.name());
        }
        ended = true;
    }

    private void checkNotEnded() throws BatonException {
        if (ended) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "set " + number + " of " + server
                    + " is empty and given back; give the order for another set");
        }
    }

    /** Whether something that was said of a device at the start, "path: reason", is still true. */
    boolean stillConcerns(String said) {
        return settled.stream().noneMatch(path -> said.startsWith(path + ": "));
    }

    /** Carries out an order; returns what the device is called. */
    synchronized String carryOut(DeviceOrder order) throws IOException {
        checkNotEnded();
        // One that ended is done with before another begins in its place.
        settleRetirements();
        if (order.kind().isAboutSpares()) {
            String path = order.path().orElseThrow(() -> new BatonException(
                    ErrorCode.INVALID_ARGUMENT, "a spare of " + server + " has a path; name it"));
            return order.kind() == DeviceOrder.Kind.ADD_SPARE ? addSpare(path) : removeSpare(path);
        }
        List<PoolDevices.Device> devices = devices();
        if (order.place() < 1 || order.place() > devices.size()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, server + " has places 1 to " + devices.size()
                    + " for devices, not " + order.place());
        }
        if (order.kind() == DeviceOrder.Kind.KEEP) {
            return keep(order.place());
        }
        retirements.checkNone(order.place());
        if (order.kind() == DeviceOrder.Kind.RETIRE) {
            return retire(order, devices);
        }
        PoolDevices.Device present = devices.get(order.place() - 1);
        if (order.kind() == DeviceOrder.Kind.REPLACE) {
            Optional<String> spare = order.path().flatMap(this::spare);
            if (spare.isPresent() && !order.acceptLoss()) {
                useSpare(order.place(), spare.get());
                return spare.get();
            }
            return take(order.place(), places.open(order.place(), order.path(), devices), order.acceptLoss());
        }
        if (present.state() == PoolDevices.State.MISSING) {
            return take(order.place(), reopen(order.place(), devices), false);
        }
        set.rejoin(order.place());
        return present.name();
    }

    /**
     * Puts a spare into a place.
     *
     * @return what the device is called, or was, that had the place, if that is known
     * @throws BatonException if that can't be done without losing something; the spare stays one
     * @throws IOException    if the spare can't be written, which the set's list of spares says then, or if what the next
     *                        start has to know can't be kept
     */
    synchronized Optional<String> useSpare(int place, String spare) throws IOException {
        checkNotEnded();
        settleRetirements();
        retirements.checkNone(place);
        DevicePlaces.Change change;
        try {
            change = places.promote(place, spare, devices());
        } catch (BatonException e) {
            // It is not about the place: whoever mends what is noted has changed nothing about devices.
            throw new IOException(e.getMessage(), e);
        }
        try {
            set.useSpare(place, spare, random);
        } catch (IOException e) {
            refuse(change, e);
            throw e;
        }
        settle(spare, change);
        return change.former();
    }

    /**
     * What is known of the device that had a place.
     *
     * @param name what it is called, or was
     */
    record Former(Optional<String> name) {
    }

    /**
     * Puts a spare into a place that needs one, without asking anybody.
     *
     * @return empty if the place needs none any more
     * @throws BatonException as {@link #useSpare}, or if only an operator can say that the place's device is not needed
     * @throws IOException    as {@link #useSpare}
     */
    synchronized Optional<Former> fillUnasked(int place, String spare) throws IOException {
        if (ended || set.vacantPlaces().stream().noneMatch(vacant -> vacant.place() == place)) {
            return Optional.empty();
        }
        set.checkUnasked(place);
        return Optional.of(new Former(useSpare(place, spare)));
    }

    /**
     * Takes the device back that is missing from a place, if it is there again; nothing else that may be at its path.
     *
     * @return whether it was
     */
    synchronized boolean takeBack(int place) {
        List<PoolDevices.Device> devices = devices();
        if (ended || devices.get(place - 1).state() != PoolDevices.State.MISSING) {
            return false;
        }
        try {
            retirements.checkNone(place);
            DevicePlaces.Arrival arrival = reopen(place, devices);
            if (StorageSet.isBlank(arrival.device())) {
                arrival.refused();
                return false;
            }
            take(place, arrival, false);
            return true;
        } catch (IOException e) {
            LOG.info("{}: the device that is missing from place {} can't be taken back: {}", server,
                    PoolName.placeInServer(number, place), e.getMessage());
            return false;
        }
    }

    private String retire(DeviceOrder order, List<PoolDevices.Device> devices) throws IOException {
        String path = order.path().orElseThrow(() -> new BatonException(ErrorCode.INVALID_ARGUMENT,
                "the device in place " + PoolName.placeInServer(number, order.place()) + " of " + server
                        + " is not retired before there is another: name the path of a blank one, or of a spare"));
        Optional<String> spare = spare(path);
        DevicePlaces.Change change = spare.isPresent() ? places.promote(order.place(), spare.get(), devices)
                : places.open(order.place(), order.path(), devices);
        String name = change instanceof DevicePlaces.Arrival arrival ? arrival.device().name() : spare.orElseThrow();
        try {
            if (change instanceof DevicePlaces.Arrival arrival) {
                set.retire(order.place(), arrival.device(), random);
            } else {
                set.retireToSpare(order.place(), name, random);
            }
        } catch (BatonException e) {
            refuse(change, e);
            throw e;
        } catch (IOException e) {
            refuse(change, e);
            throw new IOException("device " + name + " can't be written, so that place "
                    + PoolName.placeInServer(number, order.place()) + " of " + server + " is as it was: " + e.getMessage(), e);
        }
        retirements.begun(order.place(), name, change);
        return name;
    }

    private String keep(int place) throws IOException {
        String successor = set.retirements().stream().filter(each -> each.place() == place).findFirst()
                .map(Retirement::successor).orElse("");
        set.keep(place).ifPresent(reason -> LOG.warn("{}: {} is not to have a place any more, but can't be made blank: {}",
                server, successor, reason));
        settleRetirements();
        return successor;
    }

    /** Makes durable what became of devices that were being retired, of which the set has been told. */
    synchronized void settleRetirements() {
        if (ended) {
            return;
        }
        for (Retirements.Ended ended : retirements.takeEnded()) {
            if (ended.hasPlace()) {
                settle(ended.device(), ended.change());
                continue;
            }
            IOException failure = new IOException(ended.device() + " is not to have a place any more");
            refuse(ended.change(), failure);
            try {
                // What was to be put into a place at once, when a process ended, may be a spare still.
                if (set.spares().stream().noneMatch(spare -> spare.name().equals(ended.device()))) {
                    places.forgetSpare(ended.device());
                }
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            if (failure.getSuppressed().length > 0) {
                LOG.warn("{}: it can't be kept that a device is not to have a place; the next start finds out by its"
                        + " superblock", server, failure);
            }
        }
    }

    private DevicePlaces.Arrival reopen(int place, List<PoolDevices.Device> devices) throws IOException {
        return places.reopen(place, devices, device -> set.isMissingFrom(place, device));
    }

    private List<PoolDevices.Device> devices() {
        return set.devices().get(0).devices();
    }

    /** The name of the spare that is at a path, however that is written. */
    private Optional<String> spare(String path) {
        String its = normalized(path);
        return set.spares().stream().map(SpareDevice::name).filter(name -> normalized(name).equals(its)).findFirst();
    }

    private static String normalized(String path) {
        // What has a zero is no path, which is said by who opens it.
        return path.indexOf(0) >= 0 ? path : Path.of(path).normalize().toString();
    }

    private String addSpare(String path) throws IOException {
        DevicePlaces.Arrival arrival = places.openSpare(path);
        try {
            set.addSpare(arrival.device());
        } catch (IOException e) {
            refuse(arrival, e);
            throw e;
        }
        settle(arrival.device().name(), arrival);
        return arrival.device().name();
    }

    private String removeSpare(String text) throws IOException {
        Optional<String> spare = spare(text);
        boolean there = spare.isPresent();
        String path = spare.orElse(text);
        if (there) {
            set.removeSpare(path).ifPresent(reason -> LOG.warn("{}: {} is no spare any more, but can't be made blank: {}",
                    server, path, reason));
        }
        if (!places.forgetSpare(path) && !there) {
            throw new BatonException(ErrorCode.NOT_FOUND, path + " is none of the spares of " + server
                    + (number == PoolName.FIRST_SET ? "" : ", set " + number) + ": "
                    + set.spares().stream().map(SpareDevice::name).toList());
        }
        settled.add(path);
        return path;
    }

    private String take(int place, DevicePlaces.Arrival arrival, boolean acceptLoss) throws IOException {
        try {
            set.replace(place, arrival.device(), acceptLoss, random);
        } catch (BatonException e) {
            refuse(arrival, e);
            throw e;
        } catch (IOException e) {
            // The others contradict what it may say now, so that it need not be looked at again.
            refuse(arrival, e);
            throw new IOException("device " + arrival.device().name() + " can't be written, so that place "
                    + PoolName.placeInServer(number, place) + " of " + server + " is as it was: " + e.getMessage(), e);
        }
        String name = arrival.device().name();
        settle(name, arrival);
        return name;
    }

    private static void refuse(DevicePlaces.Change change, IOException reason) {
        try {
            change.refused();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private void settle(String name, DevicePlaces.Change change) {
        settled.add(name);
        change.former().ifPresent(settled::add);
        try {
            change.taken();
        } catch (IOException e) {
            LOG.warn("{}: it can't be kept that {} is the set's; the next start finds out by its superblock", server, name,
                    e);
        }
    }
}
