package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolDevices;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sets of devices of one storage server: the one that it was formatted with, and those that it was given later.
 *
 * <p>Thread-safe. A set, once open, stays so until it is given back or this is closed, so whoever looks at the list needs no
 * lock; sets are added and forgotten one at a time, under this object's lock, and none once maintenance has ended. Whoever has
 * a set that is given back meanwhile meets a closed one, which answers with errors. Its owner ends maintenance first, then
 * closes what uses the pools, then this.
 */
final class DeviceSets implements Closeable {
    /** No set. */
    static final int NONE = 0;

    private static final Logger LOG = LoggerFactory.getLogger(DeviceSets.class);

    private final StorageServerConfig config;
    private final HostSpace space;
    private final Clock clock;
    private final SecureRandom random;
    private final ThreadFactory forceThreads;
    private final ThreadFactory maintenanceThreads;
    /** In the order of their numbers; the first set is the first. */
    private final List<OpenSet> open = new CopyOnWriteArrayList<>();
    /** Reasons by the numbers of sets that could not be opened at the start. */
    private final Map<Integer, String> unopened = new TreeMap<>();
    /** By the numbers of sets. */
    private final Map<Integer, SetMaintenance> maintenance = new ConcurrentSkipListMap<>();
    /** The number of the set that is being given back; changed with this object's lock. */
    private volatile int retiring;
    /** Why a set that is noted as that is used like any other, a sentence; changed with this object's lock. */
    private volatile Optional<String> unretired = Optional.empty();
    /** Held while all sets are told about scrubbing, so that one that comes meanwhile is told too. */
    private final Object scrubbing = new Object();
    /** Whether scrubbing waits for an order to resume; guarded by {@link #scrubbing}. */
    private boolean paused;
    /** Guarded by this object's lock. */
    private boolean ended;

    /** What may be done with pools that are new. */
    @FunctionalInterface
    interface Users {
        /** Places pages there from now on. */
        void take(List<Pool> pools);
    }

    /**
     * Opens sets. Their devices are closed with this, and also if it can't be opened. One of the further sets that can't
     * be opened is told of, and keeps nobody from using the others.
     *
     * @param first    the set that the server was formatted with, which has to be there
     * @param further  the others, in the order of their numbers
     * @param retiring the number of the one that is being given back
     */
    DeviceSets(StorageServerConfig config, ServerSet first, List<ServerSet> further, OptionalInt retiring,
            HostSpace space, Clock clock, SecureRandom random, ThreadFactory forceThreads,
            ThreadFactory maintenanceThreads) throws IOException {
        this.retiring = retiring.orElse(NONE);
        this.config = config;
        this.space = space;
        this.clock = clock;
        this.random = random;
        this.forceThreads = forceThreads;
        this.maintenanceThreads = maintenanceThreads;
        OpenParts left = new OpenParts();
        further.forEach(set -> set.devices().forEach(left::add));
        try {
            open.add(OpenSet.open(config, first, forceThreads, random));
            left.add(open.get(0));
            for (ServerSet set : further) {
                left.add(openIfPossible(set));
            }
        } catch (IOException | RuntimeException e) {
            left.closeAfter(e);
            throw e;
        }
    }

    private Closeable openIfPossible(ServerSet set) {
        try {
            OpenSet opened = OpenSet.open(config, set, forceThreads, random);
            open.add(opened);
            return opened;
        } catch (IOException | RuntimeException e) {
            LOG.error("{}: set {} of its devices can't be opened", config.server(), set.number(), e);
            unopened.put(set.number(), e.getMessage() + (set.absent().isEmpty() ? "" : "; not opened: " + set.absent()));
            return () -> { };
        }
    }

    /** The set that the server was formatted with. */
    OpenSet first() {
        return open.get(0);
    }

    /** Those that are open, in the order of their numbers. */
    List<OpenSet> all() {
        return List.copyOf(open);
    }

    /** The pools that could be opened, set after set in the order in which they lie on the devices. */
    List<Pool> pools() {
        return open.stream().flatMap(set -> set.devices().pools().stream()).toList();
    }

    /** Those of them that new pages may come to: not of a set that is being given back. */
    List<Pool> poolsForNewPages() {
        return open.stream().filter(set -> set.number() != retiring).flatMap(set -> set.devices().pools().stream()).toList();
    }

    /** Whether new pages may come to a pool that could be opened. */
    boolean takesNewPages(Pool pool) {
        return of(pool).filter(set -> set.number() != retiring).isPresent();
    }

    /** The number of the set that is being given back, whether or not it is open; {@link #NONE} if none is. */
    int retiringNumber() {
        return retiring;
    }

    /** That set; empty if none is being given back, or it is not open. */
    Optional<OpenSet> retiring() {
        int number = retiring;
        return open.stream().filter(set -> set.number() == number).findFirst();
    }

    /** The set of a number, which has to be open. */
    OpenSet open(int number) throws BatonException {
        Optional<OpenSet> found = open.stream().filter(set -> set.number() == number).findFirst();
        if (found.isEmpty() && unopened.containsKey(number)) {
            throw new BatonException(ErrorCode.UNREACHABLE, "set " + number + " of " + config.server() + " could not be opened: "
                    + unopened.get(number) + "; bring its devices back and restart the server");
        }
        return found.orElseThrow(() -> new BatonException(ErrorCode.INVALID_ARGUMENT, config.server() + " has no set "
                + number + " of devices; it has " + open.stream().map(OpenSet::number).toList()));
    }

    /** Nothing new comes to a further set from now on, and the next start knows of that. */
    synchronized void retire(OpenSet set, SetPlaces places) throws IOException {
        checkNotEnded();
        places.retire(set.number());
        retiring = set.number();
        unretired = Optional.empty();
    }

    /** A set that was being given back stays, as the next start knows. */
    synchronized void keep(int number, SetPlaces places) throws IOException {
        places.keep(number);
        retiring = NONE;
        unretired = Optional.empty();
    }

    /**
     * Closes the set that is being given back, on which there is nothing, and which nobody but maintenance uses any more; its
     * spares are none any more.
     *
     * @return false if all is ending, and the set is closed with the others
     */
    synchronized boolean forget(OpenSet set) throws IOException {
        if (ended) {
            return false;
        }
        checkAllOpen(set);
        SetMaintenance its = maintenance.remove(set.number());
        if (its != null) {
            its.close();
        }
        set.orders().end();
        open.remove(set);
        set.close();
        // Not before: one that could not be closed is still noted, and keeps others from being given back.
        retiring = NONE;
        SetMaintenance.forget(set.number(), config.directory());
        return true;
    }

    /**
     * The set that is noted as one that is given back is used like any other until the next start.
     *
     * @param why a reason that begins with a small letter
     */
    synchronized void useRetiring(String why) {
        unretired = Optional.of(config.server() + ": set " + retiring + " of its devices is to be given back, and that waits: "
                + why + "; the next start goes on with it, or call it off with --cancel");
        LOG.error(unretired.get());
        retiring = NONE;
    }

    /** Nobody knows what is in a pool that can't be looked at. */
    void checkAllOpen(OpenSet set) throws BatonException {
        if (!set.devices().unopenedPools().isEmpty()) {
            throw new BatonException(ErrorCode.READ_ONLY, "set " + set.number() + " of " + config.server()
                    + " can't be given back: its pools " + set.devices().unopenedPools().keySet()
                    + " could not be opened, so that nobody knows what they hold; bring their devices back and restart the "
                    + "server");
        }
    }

    private void checkNotEnded() throws BatonException {
        if (ended) {
            throw new BatonException(ErrorCode.UNREACHABLE, config.server() + " is ending; start it again first");
        }
    }

    /** Whether every pool of every set could be opened. */
    boolean haveEveryPool() {
        return unopened.isEmpty() && open.stream().allMatch(set -> set.devices().unopenedPools().isEmpty());
    }

    /** Sets and devices that could not be opened or were refused, a sentence each. */
    List<String> deviceProblems() {
        List<String> problems = new ArrayList<>();
        unopened.forEach((number, reason) -> problems.add(config.server() + ": set " + number
                + " of its devices could not be opened: " + reason));
        unretired.ifPresent(problems::add);
        open.forEach(set -> problems.addAll(set.deviceProblems()));
        return problems;
    }

    /** Begins what is done to the devices by itself. */
    synchronized void beginMaintenance() {
        open.forEach(this::maintain);
    }

    private void maintain(OpenSet set) {
        SetMaintenance begun = SetMaintenance.begin(config.server(), set.number(), config.maintenance(),
                config.directory(), set.devices(), set.orders(), space, maintenanceThreads, clock, System::nanoTime);
        synchronized (scrubbing) {
            maintenance.put(set.number(), begun);
            if (paused) {
                begun.pauseScrub();
            }
        }
    }

    /** Ends it, after the steps that are under way; no set is added any more. */
    void endMaintenance() throws IOException {
        OpenParts ending = new OpenParts();
        synchronized (this) {
            ended = true;
            maintenance.values().forEach(ending::add);
        }
        ending.close();
    }

    /** What is done by itself, in the order of the sets. */
    List<SetMaintenance> maintenance() {
        return List.copyOf(maintenance.values());
    }

    /** Tells all sets about scrubbing; returns whether anything is other than before. */
    boolean scrub(ScrubOrder order) throws BatonException {
        boolean changed = false;
        BatonException refusal = null;
        synchronized (scrubbing) {
            paused = order == ScrubOrder.PAUSE || paused && order != ScrubOrder.RESUME;
            for (SetMaintenance each : maintenance()) {
                try {
                    changed |= each.scrub(order);
                } catch (BatonException e) {
                    refusal = refusal == null ? e : refusal;
                }
            }
        }
        if (refusal != null) {
            throw refusal;
        }
        return changed;
    }

    /** Carries out an order about a device, whose place counts among those of all sets; returns what it is called. */
    String changeDevice(DeviceOrder order) throws IOException {
        int number = PoolName.setOfPlace(order.place());
        int place = PoolName.placeInSet(order.place());
        OpenSet set = open.stream().filter(each -> each.number() == number).findFirst().orElseThrow(
                () -> new BatonException(ErrorCode.INVALID_ARGUMENT, config.server() + " has no open set " + number
                        + " of devices" + (order.kind().isAboutSpares() ? "" : ", which place " + order.place()
                        + " is one of") + "; it has "
                        + open.stream().map(OpenSet::number).toList()));
        if (!order.kind().isAboutSpares() && number != PoolName.FIRST_SET && (place < 1 || place > set.places())) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, config.server() + " has places "
                    + PoolName.placeInServer(number, 1) + " to " + PoolName.placeInServer(number, set.places())
                    + " for the devices of set " + number + ", not " + order.place());
        }
        if (order.kind() == DeviceOrder.Kind.ADD_SPARE && number == retiring) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "set " + number + " of " + config.server() + " is being given "
                    + "back, so that it gets no spares any more; add it for another set");
        }
        Optional<SpareKeeper> keeper = Optional.ofNullable(maintenance.get(number)).map(SetMaintenance::spares);
        // What becomes of a new spare at once is still to be told.
        List<String> deeds = keeper.map(SpareKeeper::deeds).orElse(List.of());
        String device = set.orders().carryOut(new DeviceOrder(order.kind(), place, order.path(), order.acceptLoss()));
        if (order.kind() == DeviceOrder.Kind.ADD_SPARE) {
            keeper.ifPresent(told -> told.acknowledge(deeds));
        }
        return device;
    }

    /**
     * Takes devices in as a further set.
     *
     * @param places formats them, and keeps where they are
     * @param users  who uses the pools, once the set is durably the server's
     * @return the set
     */
    synchronized OpenSet add(NewDeviceSet order, SetPlaces places, Users users) throws IOException {
        checkNotEnded();
        SetPlaces.Arrival arrival = places.prepare(order);
        OpenSet set = null;
        try {
            set = OpenSet.open(config, arrival.set(), forceThreads, random);
            checkLevels(set);
            arrival.taken();
        } catch (IOException | RuntimeException e) {
            if (set != null) {
                closeAfter(set, e);
            }
            refuse(arrival, e);
            throw e;
        }
        try {
            // Before anybody can choose one of them.
            users.take(set.devices().pools());
        } catch (RuntimeException e) {
            closeAfter(set, e);
            throw e;
        }
        open.add(set);
        maintain(set);
        return set;
    }

    /**
     * Nobody's data may come to where it survives less because a pool has the name of the one that was asked for, and the
     * most free space.
     */
    private void checkLevels(OpenSet further) throws BatonException {
        for (PoolDevices pool : further.devices().devices()) {
            for (OpenSet set : open) {
                for (PoolDevices other : set.devices().devices()) {
                    if (PoolName.areAlike(pool.name(), other.name())
                            && pool.level().failuresSurvived() < other.level().failuresSurvived()) {
                        throw new BatonException(ErrorCode.INVALID_ARGUMENT, "pool " + PoolName.of(pool.name()).className()
                                + " would survive " + pool.level().failuresSurvived() + " failed devices, and pool "
                                + other.name() + " of " + config.server() + " survives " + other.level().failuresSurvived()
                                + ", for whose data it is too; give it another level or another name with --pools");
                    }
                }
            }
        }
    }

    private static void closeAfter(OpenSet set, Exception cause) {
        try {
            set.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static void refuse(SetPlaces.Arrival arrival, Exception cause) {
        try {
            arrival.refused();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** The set of a pool that could be opened; empty while that is being taken in. */
    Optional<OpenSet> of(Pool pool) {
        return open.stream().filter(set -> set.devices().pools().contains(pool)).findFirst();
    }

    /** Closes all sets, and their devices and threads. */
    @Override
    public void close() throws IOException {
        OpenParts all = new OpenParts();
        open.forEach(all::add);
        all.close();
    }
}
