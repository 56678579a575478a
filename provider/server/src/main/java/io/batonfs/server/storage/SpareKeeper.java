package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.SpareDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.VacantPlace;
import io.batonfs.server.PoolName;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts spares into the places of devices that have failed (POOL-3). A place whose device failed while the set was open
 * gets one at once. One whose device was missing or out when the set was opened gets one after a delay, in which an
 * operator can take the device back; a missing one is looked for once more then, and needs no spare if it is there.
 * The place whose pools can lose least comes first, and the smallest spare is used: all are large enough. One that can't
 * be written is not used again, and the next is tried. A place that can't be given a spare without losing something
 * stays as it is, until anything about the devices changes; so does one of which only an operator can say that its
 * device is not needed any more ({@link StorageSet#checkUnasked}). While the file system of sparse devices is short of
 * room no spare is used: a device that has met that has not failed, and a spare would meet it too. It gets none by itself
 * later either. What may pass by itself is tried again each minute.
 *
 * <p>All that it decides follows from what the superblocks say, so that a crash needs no mending: the next process
 * finds the place filled or vacant.
 *
 * <p>It works in tasks of the executor, one at a time. Thread-safe: what it tells is guarded by this object's lock, which
 * is not held while anything is done. Its owner closes it before the executor and the set.
 */
final class SpareKeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SpareKeeper.class);

    /** After a shortage, or what else may pass without anything about the devices changing. */
    private static final long AGAIN_S = 60;

    private final ServerId server;
    private final int number;
    private final StorageSet set;
    private final DeviceOrders orders;
    private final Duration delay;
    private final Supplier<Optional<String>> shortage;
    private final ScheduledExecutorService executor;
    private final LongSupplier nanoTime;
    private final long openedNs;
    private final Runnable told = this::lookSoon;
    /** Whether a look is waiting for the executor. */
    private final AtomicBoolean waiting = new AtomicBoolean();
    /** Why no spare is used whatever happens; empty if it is. */
    private Optional<String> held = Optional.empty();
    /** What was done since an operator last added a spare. */
    private final List<String> deeds = new ArrayList<>();
    /** Why places got none when it last looked. */
    private Map<Integer, Refusal> refusals = Map.of();
    /** Places whose devices failed while there was no room, and so may be well. */
    private final Set<Integer> withoutRoom = new HashSet<>();
    /** Places whose devices had failed when there was room last. */
    private final Set<Integer> failedBefore = new HashSet<>();
    private long used;
    private boolean closed;
    private Optional<ScheduledFuture<?>> timer = Optional.empty();

    /**
     * Why a place got no spare.
     *
     * @param passing whether it may be otherwise soon, without anything about the devices having changed
     */
    private record Refusal(String why, boolean passing) {
    }

    /**
     * Does nothing until it is started.
     *
     * @param number   of the set in its server, from 1
     * @param delay    how long after now a device that is missing is waited for
     * @param shortage why nothing may be done to the devices now; empty if something may. Asked once a minute while that
     *                 is so
     * @param nanoTime a clock that only goes forward, in nanoseconds
     */
    SpareKeeper(ServerId server, int number, StorageSet set, DeviceOrders orders, Duration delay,
            Supplier<Optional<String>> shortage, ScheduledExecutorService executor, LongSupplier nanoTime) {
        this.server = server;
        this.number = number;
        this.set = set;
        this.orders = orders;
        this.delay = delay;
        this.shortage = shortage;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.openedNs = nanoTime.getAsLong();
    }

    void start() {
        set.addDevicesListener(told);
        lookSoon();
    }

    /** Ends after the look that is under way. */
    @Override
    public void close() {
        set.removeDevicesListener(told);
        synchronized (this) {
            closed = true;
            timer.ifPresent(task -> task.cancel(false));
        }
    }

    /** Spares that were put into places since the start. */
    synchronized long used() {
        return used;
    }

    /** What was done that no operator has acknowledged yet, a sentence each. */
    synchronized List<String> deeds() {
        return List.copyOf(deeds);
    }

    /** An operator has added a spare, and knows what became of the others: of these is told no more. */
    synchronized void acknowledge(List<String> known) {
        deeds.removeAll(known);
    }

    /** What an operator should know and do, a sentence each. */
    List<String> problems() {
        List<VacantPlace> vacant = set.vacantPlaces();
        List<SpareDevice> spares = set.spares();
        List<String> problems = new ArrayList<>();
        for (SpareDevice spare : spares) {
            if (!spare.isUsable()) {
                problems.add(server + ": spare " + spare.name() + " can't be used: " + spare.reason() + "; take it away with "
                        + "\"baton devices remove " + server.value() + ofSet() + " --spare " + spare.name() + "\"");
            }
        }
        boolean any = spares.stream().anyMatch(SpareDevice::isUsable);
        synchronized (this) {
            vacant.forEach(place -> problems.add(server + ": " + outlook(place, any)));
            deeds.forEach(deed -> problems.add(server + ": " + deed));
            if (used > 0 && !any) {
                problems.add(server + (number == PoolName.FIRST_SET ? "" : ", set " + number) + " has no spare left; " + add());
            }
        }
        return problems;
    }

    private String outlook(VacantPlace vacant, boolean anySpare) {
        String place = "place " + inServer(vacant.place());
        if (!anySpare) {
            return "there is no spare for " + place + "; " + add() + ", which is put there by itself";
        }
        if (refusals.containsKey(vacant.place())) {
            return "no spare can take " + place + ": " + refusals.get(vacant.place()).why();
        }
        if (held.isPresent()) {
            return "no spare takes " + place + " for now: " + held.get();
        }
        if (withoutRoom.contains(vacant.place())) {
            return "no spare takes " + place + " by itself, because its device failed while there was no room and may be"
                    + " well: take it back with \"baton devices rejoin\" once there is room, or name the spare in \"baton"
                    + " devices replace\"";
        }
        long left = leftNs();
        return vacant.failed() || left <= 0 ? "a spare is about to take " + place
                : "a spare takes " + place + " in " + Math.max(1, Duration.ofNanos(left).toMinutes()) + " min unless its "
                + "device is taken back";
    }

    private String add() {
        return "add one with \"baton devices add " + server.value() + ofSet() + " --spare PATH\"";
    }

    /** What a command says about the set. */
    private String ofSet() {
        return number == PoolName.FIRST_SET ? "" : " --set " + number;
    }

    private int inServer(int place) {
        return PoolName.placeInServer(number, place);
    }

    /** Called with locks of pools and of the set held. */
    private void lookSoon() {
        if (waiting.compareAndSet(false, true)) {
            try {
                executor.execute(this::look);
            } catch (RejectedExecutionException e) {
                LOG.debug("no spare is used any more, because the executor takes no more work", e);
            }
        }
    }

    private long leftNs() {
        return delay.toNanos() - (nanoTime.getAsLong() - openedNs);
    }

    private void look() {
        // Before it looks: what changes from now on is looked at once more.
        waiting.set(false);
        Map<Integer, Refusal> refused = new TreeMap<>();
        Optional<String> because = Optional.empty();
        boolean done = false;
        try {
            because = shortage.get();
            noteRoom(because.isPresent());
            Optional<VacantPlace> place = because.isPresent() ? Optional.empty() : next(refused);
            while (place.isPresent()) {
                fill(place.get(), refused);
                place = next(refused);
            }
            done = true;
        } catch (RuntimeException e) {
            LOG.error("{}: looking for places that need a spare failed, and is tried again", server, e);
        } finally {
            lookAgain(refused, because, done);
        }
    }

    private void noteRoom(boolean isShort) {
        Set<Integer> failed = new HashSet<>();
        set.vacantPlaces().stream().filter(VacantPlace::failed).forEach(vacant -> failed.add(vacant.place()));
        synchronized (this) {
            withoutRoom.retainAll(failed);
            failedBefore.retainAll(failed);
            if (isShort) {
                failed.removeAll(failedBefore);
                withoutRoom.addAll(failed);
            } else {
                failed.removeAll(withoutRoom);
                failedBefore.addAll(failed);
            }
        }
    }

    private void lookAgain(Map<Integer, Refusal> refused, Optional<String> because, boolean done) {
        List<VacantPlace> vacant = set.vacantPlaces();
        boolean passing = !done || because.isPresent() || refused.values().stream().anyMatch(Refusal::passing);
        synchronized (this) {
            refusals = refused;
            held = because;
            timer.ifPresent(task -> task.cancel(false));
            timer = Optional.empty();
            if (!closed && !vacant.isEmpty() && passing) {
                timer = Optional.of(executor.schedule(this::lookSoon, AGAIN_S, TimeUnit.SECONDS));
            } else if (!closed && vacant.stream().anyMatch(each -> !each.failed()) && leftNs() > 0) {
                timer = Optional.of(executor.schedule(this::lookSoon, leftNs(), TimeUnit.NANOSECONDS));
            }
        }
    }

    private Optional<VacantPlace> next(Map<Integer, Refusal> refused) {
        boolean waited = leftNs() <= 0;
        if (isClosed() || smallest().isEmpty()) {
            return Optional.empty();
        }
        return set.vacantPlaces().stream()
                .filter(vacant -> (vacant.failed() || waited) && !refused.containsKey(vacant.place()))
                .filter(vacant -> !mayBeWell(vacant)).findFirst();
    }

    private synchronized boolean mayBeWell(VacantPlace vacant) {
        return vacant.failed() && withoutRoom.contains(vacant.place());
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private Optional<SpareDevice> smallest() {
        return set.spares().stream().filter(SpareDevice::isUsable)
                .min(Comparator.comparingLong(SpareDevice::sizeBytes));
    }

    private void fill(VacantPlace vacant, Map<Integer, Refusal> refused) {
        int place = vacant.place();
        if (!vacant.failed() && orders.takeBack(place)) {
            LOG.info("{}: the device that was missing from place {} is back, and needs no spare", server, inServer(place));
            return;
        }
        Optional<SpareDevice> smallest = smallest();
        if (smallest.isEmpty()) {
            return; // somebody took it away meanwhile
        }
        String spare = smallest.get().name();
        try {
            Optional<DeviceOrders.Former> filled = orders.fillUnasked(place, spare);
            if (filled.isEmpty()) {
                return; // an operator was faster
            }
            String former = filled.get().name().map(name -> "device " + name).orElse("the device");
            String deed = former + (vacant.failed() ? " failed in place " : " was missing from or out of place ")
                    + inServer(place) + ", and spare " + spare + " has its place now: take " + former + " away, and " + add();
            LOG.error("{}: {}", server, deed);
            synchronized (this) {
                deeds.add(deed);
                used++;
            }
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NOT_FOUND && set.spares().stream().noneMatch(left -> left.name().equals(spare))) {
                return; // the same: the next one may be there
            }
            LOG.error("{}: no spare can take place {}: {}", server, inServer(place), e.getMessage());
            refused.put(place, new Refusal(e.getMessage(), false));
        } catch (IOException | RuntimeException e) {
            LOG.error("{}: spare {} can't take place {}", server, spare, inServer(place), e);
            if (smallest().filter(left -> left.name().equals(spare)).isPresent()) {
                refused.put(place, new Refusal(e.toString(), true));
            }
        }
    }
}
