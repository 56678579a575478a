package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceHealth;
import io.batonfs.pools.StorageSet;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the devices of a storage server once a second: which do not answer, and of which damage keeps coming
 * ({@link DeviceRules}). What it finds the log is told once, and once more when it is over; {@link #reports} tells whoever asks.
 *
 * <p>It takes no lock of a set and does no I/O, so a device that does not answer does not stop it; nor must what else the
 * timer runs. What was told is the timer's alone. Otherwise thread-safe; its owner closes it before the timer.
 */
final class DeviceWatch implements Closeable {
    /** From the end of one look to the next. */
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(DeviceWatch.class);

    /**
     * Most time that passes from one look to the next: while the process, or its machine, was stopped, devices were
     * not asked for anything either.
     */
    private static final long MOST_ELAPSED_NANOS = 2 * INTERVAL.toNanos();

    private final ServerId server;
    private final Supplier<List<OpenDevices>> sets;
    private final DeviceRules rules;
    private final Consumer<String> trouble;
    private final Consumer<String> over;
    private final ScheduledExecutorService timer;
    private final LongSupplier nanoTime;
    /** Those of whom it was told that they do not answer, with the milliseconds for which they did not at the last look. */
    private final Map<Who, Long> hung = new HashMap<>();
    /** Those of whom it was told that they are going bad. */
    private final Set<Who> goingBad = new HashSet<>();
    private long lookedNanos;
    /** Guarded by this object's lock, as what follows. */
    private ScheduledFuture<?> next;
    private boolean closed;

    /** A device as it is told of. */
    private record Who(int set, String device, boolean isFormer) {
    }

    /**
     * An open set of devices.
     *
     * @param number its number in the server, from 1
     */
    record OpenDevices(int number, StorageSet devices) {
    }

    private DeviceWatch(ServerId server, Supplier<List<OpenDevices>> sets, DeviceRules rules, Consumer<String> trouble,
            Consumer<String> over, ScheduledExecutorService timer, LongSupplier nanoTime) {
        this.server = server;
        this.sets = sets;
        this.rules = rules;
        this.trouble = trouble;
        this.over = over;
        this.timer = timer;
        this.nanoTime = nanoTime;
        this.lookedNanos = nanoTime.getAsLong();
    }

    /**
     * Begins.
     *
     * @param sets     those that are open, without waiting for anybody
     * @param trouble  told once of each device that is in trouble, a sentence; for the log
     * @param over     told when that is over
     * @param timer    runs the looks; nothing that it runs may wait for a device
     * @param nanoTime a clock that only goes forward, in nanoseconds
     */
    static DeviceWatch begin(ServerId server, Supplier<List<OpenDevices>> sets, DeviceRules rules,
            Consumer<String> trouble, Consumer<String> over, ScheduledExecutorService timer, LongSupplier nanoTime) {
        DeviceWatch watch = new DeviceWatch(server, sets, rules, trouble, over, timer, nanoTime);
        watch.lookLater();
        return watch;
    }

    private synchronized void lookLater() {
        if (!closed) {
            try {
                next = timer.schedule(this::look, INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("{}: its devices are not looked at any more, as it is ending", server, e);
            }
        }
    }

    private void look() {
        try {
            long now = nanoTime.getAsLong();
            Duration elapsed = Duration.ofNanos(Math.min(now - lookedNanos, MOST_ELAPSED_NANOS));
            lookedNanos = now;
            sets.get().forEach(set -> set.devices().timePasses(elapsed));
            tell(reports());
        } catch (RuntimeException e) {
            LOG.error("{}: its devices could not be looked at", server, e);
        } finally {
            lookLater();
        }
    }

    private void tell(List<DeviceReport> reports) {
        Set<Who> present = new HashSet<>();
        // Former ones first: who has the place of one now may be called like it, and what was told is not of that one.
        for (DeviceReport report : reports.stream().sorted(Comparator.comparing(each -> !who(each).isFormer())).toList()) {
            Who who = who(report);
            present.add(who);
            tellIfHung(who, report);
            if (report.isGoingBad() && goingBad.add(who)) {
                trouble.accept(report.goingBadSentence());
            } else if (!report.isGoingBad() && goingBad.remove(who)) {
                over.accept(report.who() + " had fewer than " + rules.damagedBlocks()
                        + " damaged blocks within the last day");
            }
        }
        // Of a set that is closed by now nobody knows.
        Set<Integer> open = new HashSet<>();
        sets.get().forEach(set -> open.add(set.number()));
        hung.keySet().stream().filter(who -> who.isFormer() && !present.contains(who) && open.contains(who.set()))
                .forEach(who -> over.accept(server + ", set " + who.set() + ": " + who.device()
                        + ", which was taken out, has answered everything"));
        // Who lost its place meanwhile is nobody to tell of, unless it is a former one.
        hung.keySet().retainAll(present);
        goingBad.retainAll(present);
    }

    private static Who who(DeviceReport report) {
        return new Who(report.set(), report.health().device(), report.health().role() == DeviceHealth.Role.FORMER);
    }

    private void tellIfHung(Who who, DeviceReport report) {
        if (report.isHung()) {
            if (hung.put(who, TimeUnit.SECONDS.toMillis(report.unansweredSeconds())) == null) {
                trouble.accept(report.hungSentence());
                if (who.isFormer()) {
                    hung.remove(new Who(who.set(), who.device(), false));
                }
            }
        } else if (hung.containsKey(who)) {
            over.accept(report.who() + " answers again, after "
                    + TimeUnit.MILLISECONDS.toSeconds(hung.remove(who)) + " s");
        }
    }

    /** How each device is, set after set. Takes no lock, and so waits for no device. */
    List<DeviceReport> reports() {
        List<DeviceReport> reports = new ArrayList<>();
        for (OpenDevices set : sets.get()) {
            for (DeviceHealth health : set.devices().deviceHealth()) {
                reports.add(new DeviceReport(server, set.number(), health, rules.isHung(health),
                        health.role() != DeviceHealth.Role.FORMER && rules.isGoingBad(health.damagedInADay())));
            }
        }
        return reports;
    }

    /** What an operator should know of devices, a sentence each. */
    List<String> problems() {
        return reports().stream().flatMap(report -> report.problems().stream()).toList();
    }

    /** Of devices that do not answer, a sentence each. */
    List<String> hung() {
        return reports().stream().filter(DeviceReport::isHung).map(DeviceReport::hungSentence).toList();
    }

    /** Ends; a look that is under way ends by itself. */
    @Override
    public synchronized void close() {
        closed = true;
        if (next != null) {
            next.cancel(false);
        }
    }
}
