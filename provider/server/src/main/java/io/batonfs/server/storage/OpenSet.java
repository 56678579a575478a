package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.DeviceOrigin;
import io.batonfs.pools.ForcePolicy;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.SpareDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** An open set of a storage server's devices, with the threads that force them. Thread-safe. */
final class OpenSet implements Closeable {
    private final ServerId server;
    private final int number;
    private final StorageSet devices;
    private final List<String> absent;
    /** The names of what it was opened with, also of what it has refused. */
    private final List<String> found;
    /** What its devices say that it is. */
    private final Optional<UUID> id;
    private final DeviceOrders orders;
    private final OpenParts parts = new OpenParts();

    private OpenSet(StorageServerConfig config, ServerSet found, ThreadFactory threads, SecureRandom random)
            throws IOException {
        this.server = config.server();
        this.number = found.number();
        this.absent = found.absent();
        this.found = found.devices().stream().map(BlockDevice::name).toList();
        try {
            // The set closes only those that it accepted; one that it refused would stay locked.
            found.devices().forEach(parts::add);
            ExecutorService forces = parts.addThreads(server.toString(), Executors.newFixedThreadPool(
                    Math.max(1, found.devices().size()), threads));
            ForcePolicy usual = ForcePolicy.with(forces);
            this.devices = StorageSet.open(found.devices(), config.group(), server,
                    config.maintenance().packing() ? usual : usual.withoutPacking(),
                    place -> PoolName.placeInServer(number, place));
            parts.add(devices);
            checkNumber();
            this.id = id(found.devices());
            closeRefused(found.devices());
            this.orders = new DeviceOrders(server, number, devices, found.places(), random);
            orders.resume();
        } catch (IOException | RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /**
     * Opens a set. Its devices are closed with it, and also if it can't be opened.
     *
     * @param threads makes those that force its devices
     */
    static OpenSet open(StorageServerConfig config, ServerSet found, ThreadFactory threads, SecureRandom random)
            throws IOException {
        return new OpenSet(config, found, threads, random);
    }

    /** Orders that name a place of another set would go to this one. */
    private void checkNumber() throws BatonException {
        for (PoolDevices pool : devices.devices()) {
            if (PoolName.of(pool.name()).set() != number) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the devices have pool " + pool.name() + ", which is none "
                        + "of set " + number);
            }
        }
    }

    private Optional<UUID> id(List<BlockDevice> found) {
        Set<String> members = new HashSet<>();
        devices.devices().get(0).devices().forEach(device -> members.add(device.name()));
        return found.stream().filter(device -> members.contains(device.name()))
                .flatMap(device -> DeviceOrigin.of(device).stream()).map(DeviceOrigin::setId).findFirst();
    }

    /** Else they stay locked, and an operator can't bring them into an order that they can be taken in. */
    private void closeRefused(List<BlockDevice> found) throws IOException {
        Set<String> accepted = new HashSet<>();
        devices.devices().forEach(pool -> pool.devices().forEach(device -> accepted.add(device.name())));
        devices.retirements().forEach(each -> accepted.addAll(List.of(each.device(), each.successor())));
        devices.spares().forEach(spare -> accepted.add(spare.name()));
        for (BlockDevice device : found) {
            if (!accepted.contains(device.name())) {
                device.close();
            }
        }
    }

    int number() {
        return number;
    }

    StorageSet devices() {
        return devices;
    }

    DeviceOrders orders() {
        return orders;
    }

    /** Its devices at this moment. */
    SetPlaces.Had had() {
        List<String> others = new ArrayList<>(devices.spares().stream().map(SpareDevice::name).toList());
        devices.retirements().forEach(each -> others.add(each.successor()));
        Map<String, String> kept = new HashMap<>();
        for (List<String> all : List.of(devices.refusedDevices(), devices.devicesUsedApart())) {
            all.stream().filter(orders::stillConcerns).forEach(said -> found.stream()
                    .filter(name -> said.startsWith(name + ": "))
                    .forEach(name -> kept.put(name, said.substring(name.length() + 2))));
        }
        return new SetPlaces.Had(devices.devices().get(0).devices().stream()
                .map(device -> device.state() == PoolDevices.State.MISSING
                        ? Optional.<String>empty() : Optional.of(device.name())).toList(), others, kept, id);
    }

    /** How many places it has. */
    int places() {
        return devices.devices().get(0).devices().size();
    }

    /** Its pools at this moment, those that could not be opened included. */
    List<PoolReport> poolReports() {
        List<PoolReport> reports = new ArrayList<>();
        for (PoolDevices pool : devices.devices()) {
            reports.add(poolReport(pool));
        }
        return reports;
    }

    private PoolReport poolReport(PoolDevices pool) {
        Pool opened = devices.pool(pool.name());
        if (opened == null) {
            return new PoolReport(server, pool, PoolReport.Service.NOT_OPEN,
                    devices.unopenedPools().getOrDefault(pool.name(), ""), OptionalLong.empty(), OptionalLong.empty());
        }
        PoolStatus status = opened.status();
        return new PoolReport(server, pool,
                status.closedBecause().isEmpty() ? PoolReport.Service.ALL : PoolReport.Service.READ_ONLY,
                status.closedBecause().orElse(""), OptionalLong.of(status.freeBytes()),
                OptionalLong.of(status.freeSlots()));
    }

    /** Devices that could not be opened or were refused when it was, with the reasons, a sentence each. */
    List<String> deviceProblems() {
        List<String> problems = new ArrayList<>();
        absent.stream().filter(orders::stillConcerns)
                .forEach(device -> problems.add(server + ": device not opened: " + device));
        devices.refusedDevices().stream().filter(orders::stillConcerns)
                .forEach(device -> problems.add(server + ": device refused: " + device));
        devices.devicesUsedApart().stream().filter(orders::stillConcerns)
                .forEach(device -> problems.add(server + ": device used without others: " + device));
        devices.olderCopies().forEach(device -> problems.add(server + ": device put back: " + device));
        devices.retirementFailures().forEach(reason -> problems.add(server + ": " + reason));
        return problems;
    }

    /** What keeps its pools from being whole, whatever is in them, a sentence each. */
    List<String> poolFaults() {
        List<String> faults = new ArrayList<>();
        devices.unopenedPools().forEach((pool, reason) -> faults.add(server + ", pool " + pool
                + ": it could not be opened: " + reason));
        for (Pool pool : devices.pools()) {
            String name = server + ", pool " + pool.name();
            PoolStatus status = pool.status();
            status.failedDevices().forEach(device -> faults.add(name + ": device failed: " + device));
            status.closedBecause().ifPresent(reason -> faults.add(name + ": it takes no changes: " + reason));
        }
        return faults;
    }

    /** Pools that could not be opened, and what is wrong in those that could, a sentence each. */
    List<String> poolProblems() {
        List<String> problems = poolFaults();
        devices.pools().forEach(pool -> addProblems(server + ", pool " + pool.name(), pool.status(), problems));
        return problems;
    }

    /** What else a pool says of itself, a sentence each. */
    static void addProblems(String pool, PoolStatus status, List<String> problems) {
        if (status.isShortOfSlots()) {
            problems.add(pool + ": only " + status.freeSlots() + " of its " + status.slots() + " slots for segments are "
                    + "free, and each new file takes one at least; delete files, or add a set of devices whose pools have "
                    + "more (segments= of baton.server.pools)");
        }
        if (status.lostBlocks() > 0) {
            problems.add(pool + ": " + status.lostBlocks() + " reads met blocks that redundancy could not give back");
        }
    }

    /** What an operator is to do about its devices, a sentence each. */
    List<String> advice() {
        return DeviceAdvice.sentences(server, devices.devices(), PoolName.placeInServer(number, 0));
    }

    /** Finishes forces under way, checkpoints the pools, closes devices and threads. */
    @Override
    public void close() throws IOException {
        parts.close();
    }
}
