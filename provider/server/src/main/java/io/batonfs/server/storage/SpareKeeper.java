package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ServerId;
import io.batonfs.pools.SpareDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.VacantPlace;
import io.batonfs.server.PoolName;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts spares into the places of devices that have failed (POOL-3). A place whose device failed while the set was open
 * gets one at once. One whose device was missing or out when the set was opened gets one after a delay, in which an
 * operator can take the device back; a missing one is looked for once more then, and needs no spare if it is there.
 * The place whose pools can lose least comes first, and the smallest spare is used: all are large enough. One that can't
 * be written is not used again, and the next is tried. A place that can't be given a spare without losing something
 * stays as it is, until anything about the devices changes. While the file system of sparse devices is short of room no
 * spare is used: a device that has met that has not failed, and a spare would meet it too.
 *
 * <p>All that it decides follows from what the superblocks say, so that a crash needs no mending: the next process
 * finds the place filled or vacant.
 *
 * <p>It works in tasks of the executor, one at a time. Thread-safe: what it tells is guarded by this object's lock, which
 * is not held while anything is done. Its owner closes it before the executor and the set.
 */
final class SpareKeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SpareKeeper.class);

    private static final long SHORTAGE_S = 60;

    private final ServerId server;
    private final int number;
    private final StorageSet set;
    private final DeviceOrders orders;
    private final Duration delay;
    private final Supplier<Optional<String>> shortage;
    private final ScheduledExecutorService executor;
    private final Clock clock;
    private final long openedMs;
    private final Runnable told = this::lookSoon;
    /** Whether a look is waiting for the executor. */
    private final AtomicBoolean waiting = new AtomicBoolean();
    /** Why no spare is used whatever happens; empty if it is. */
    private Optional<String> held = Optional.empty();
    /** What was done since an operator last added a spare. */
    private final List<String> deeds = new ArrayList<>();
    /** Why places got none when it last looked. */
    private Map<Integer, String> refusals = Map.of();
    private long used;
    private boolean closed;
    private Optional<ScheduledFuture<?>> timer = Optional.empty();

    /**
     * Does nothing until it is started.
     *
     * @param number   of the set in its server, from 1
     * @param delay    how long after now a device that is missing is waited for
     * @param shortage why nothing may be done to the devices now; empty if something may. Asked once a minute while that
     *                 is so
     */
    SpareKeeper(ServerId server, int number, StorageSet set, DeviceOrders orders, Duration delay,
            Supplier<Optional<String>> shortage, ScheduledExecutorService executor, Clock clock) {
        this.server = server;
        this.number = number;
        this.set = set;
        this.orders = orders;
        this.delay = delay;
        this.shortage = shortage;
        this.executor = executor;
        this.clock = clock;
        this.openedMs = clock.millis();
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
            return "no spare can take " + place + ": " + refusals.get(vacant.place());
        }
        if (held.isPresent()) {
            return "no spare takes " + place + " for now: " + held.get();
        }
        long left = leftMs();
        return vacant.failed() || left <= 0 ? "a spare is about to take " + place
                : "a spare takes " + place + " in " + Math.max(1, Duration.ofMillis(left).toMinutes()) + " min unless its "
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

    private long leftMs() {
        return openedMs + delay.toMillis() - clock.millis();
    }

    private void look() {
        // Before it looks: what changes from now on is looked at once more.
        waiting.set(false);
        Map<Integer, String> refused = new TreeMap<>();
        Optional<String> because = shortage.get();
        Optional<VacantPlace> place = because.isPresent() ? Optional.empty() : next(refused);
        while (place.isPresent()) {
            fill(place.get(), refused);
            place = next(refused);
        }
        List<VacantPlace> vacant = set.vacantPlaces();
        synchronized (this) {
            refusals = refused;
            held = because;
            timer.ifPresent(task -> task.cancel(false));
            timer = Optional.empty();
            if (!closed && !vacant.isEmpty() && because.isPresent()) {
                timer = Optional.of(executor.schedule(this::lookSoon, SHORTAGE_S, TimeUnit.SECONDS));
            } else if (!closed && vacant.stream().anyMatch(each -> !each.failed()) && leftMs() > 0) {
                timer = Optional.of(executor.schedule(this::lookSoon, leftMs(), TimeUnit.MILLISECONDS));
            }
        }
    }

    private Optional<VacantPlace> next(Map<Integer, String> refused) {
        boolean waited = leftMs() <= 0;
        if (isClosed() || smallest().isEmpty()) {
            return Optional.empty();
        }
        return set.vacantPlaces().stream()
                .filter(vacant -> (vacant.failed() || waited) && !refused.containsKey(vacant.place())).findFirst();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private Optional<SpareDevice> smallest() {
        return set.spares().stream().filter(SpareDevice::isUsable)
                .min(Comparator.comparingLong(SpareDevice::sizeBytes));
    }

    private void fill(VacantPlace vacant, Map<Integer, String> refused) {
        int place = vacant.place();
        if (!vacant.failed() && orders.takeBack(place)) {
            LOG.info("{}: the device that was missing from place {} is back, and needs no spare", server, inServer(place));
            return;
        }
        String spare = smallest().orElseThrow().name();
        try {
            String former = orders.useSpare(place, spare).map(name -> "device " + name).orElse("the device");
            String deed = former + (vacant.failed() ? " failed in place " : " was missing from or out of place ")
                    + inServer(place) + ", and spare " + spare + " has its place now: take " + former + " away, and " + add();
            LOG.error("{}: {}", server, deed);
            synchronized (this) {
                deeds.add(deed);
                used++;
            }
        } catch (BatonException e) {
            LOG.error("{}: no spare can take place {}: {}", server, inServer(place), e.getMessage());
            refused.put(place, e.getMessage());
        } catch (IOException | RuntimeException e) {
            LOG.error("{}: spare {} can't take place {}", server, spare, inServer(place), e);
            if (smallest().filter(left -> left.name().equals(spare)).isPresent()) {
                refused.put(place, e.toString());
            }
        }
    }
}
