package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.KnownLosses;
import io.batonfs.pools.PackRounds;
import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.Rebuilder;
import io.batonfs.pools.ScrubFile;
import io.batonfs.pools.ScrubProgress;
import io.batonfs.pools.ScrubState;
import io.batonfs.pools.Scrubber;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a storage server does to its devices by itself, on one thread of its own, so that one thing waits for another and
 * none for clients: scrubbing (POOL-4), rebuilding of devices that were taken in, also by an earlier process, and taking in of
 * spares (POOL-3). It also asks now and then whether small files should be packed, which others do. What scrubbing must know after a restart is kept in a directory of its own; how far a device is
 * rebuilt, on the device.
 *
 * <p>What keeps it from working keeps no server from serving: it is told in the log and among the problems. Thread-safe.
 * Its owner closes it before the set.
 */
final class SetMaintenance implements Closeable {
    static final String SCRUB_FILE = "scrub";

    private static final Logger LOG = LoggerFactory.getLogger(SetMaintenance.class);

    private final ServerId server;
    private final int number;
    /** For messages. */
    private final String who;
    private final String keyPrefix;
    private final OpenParts parts = new OpenParts();
    private final Rebuilder rebuilder;
    private final SpareKeeper spares;
    private final Optional<Scrubber> scrubber;
    /** Why nothing is scrubbed that should be; empty if all is as it is set. */
    private final Optional<String> failure;
    private final Clock clock;
    private final long begunMs;

    private SetMaintenance(ServerId server, int number, MaintenanceSettings settings, StorageServerConfig.Directory directory,
            StorageSet set, DeviceOrders orders, HostSpace space, ThreadFactory threads, Clock clock, LongSupplier nanoTime) {
        this.server = server;
        this.number = number;
        this.clock = clock;
        this.begunMs = clock.millis();
        boolean first = number == PoolName.FIRST_SET;
        this.who = first ? server.toString() : server + ", set " + number;
        this.keyPrefix = settings.keyPrefix();
        ScheduledThreadPoolExecutor executor = parts.addThreads(
                who + "'s maintenance", new ScheduledThreadPoolExecutor(1, threads));
        executor.setRemoveOnCancelPolicy(true);
        Runnable told = () -> settleSoon(executor, orders);
        set.addDevicesListener(told);
        Closeable untold = () -> set.removeDevicesListener(told);
        parts.add(untold);
        this.rebuilder = parts.add(new Rebuilder(set, settings.rebuild(), executor, clock));
        rebuilder.start();
        this.spares = parts.add(new SpareKeeper(server, number, set, orders, settings.spareDelay(), space::shortage,
                executor, nanoTime));
        spares.start();
        parts.add(new PackRounds(set, executor, space::shortage)).start();
        if (settings.scrub().isEmpty()) {
            this.scrubber = Optional.empty();
            this.failure = Optional.empty();
            return;
        }
        Path file;
        try {
            file = directory.make().resolve(first ? SCRUB_FILE : SCRUB_FILE + "-" + number);
        } catch (IOException e) {
            LOG.error("{} does not scrub", who, e);
            this.scrubber = Optional.empty();
            this.failure = Optional.of("the directory for where a pass is can't be made: " + e
                    + "; make room for it or let this user in, and restart the server");
            return;
        }
        Scrubber made = parts.add(new Scrubber(
                set, settings.scrub().get(), new ScrubFile(file), executor, clock, space::shortage));
        Optional<String> failed = Optional.empty();
        try {
            made.start();
        } catch (IOException e) {
            LOG.error("{} does not scrub", who, e);
            failed = Optional.of("where the last pass was can't be read: " + e.getMessage() + "; delete " + file
                    + " to begin anew, and restart the server");
        }
        this.failure = failed;
        this.scrubber = failed.isEmpty() ? Optional.of(made) : Optional.empty();
    }

    /**
     * Begins.
     *
     * @param number    the number of the set in its server, from 1
     * @param directory for what is kept, nobody else's; asked for only if something is
     * @param orders    carries out what is to be done with spares
     * @param space     while there is a shortage nothing is done to the devices
     * @param threads   makes the one thread
     * @param nanoTime  a clock that only goes forward, in nanoseconds, for how long missing devices are waited for
     */
    static SetMaintenance begin(ServerId server, int number, MaintenanceSettings settings,
            StorageServerConfig.Directory directory, StorageSet set, DeviceOrders orders, HostSpace space,
            ThreadFactory threads, Clock clock, LongSupplier nanoTime) {
        return new SetMaintenance(server, number, settings, directory, set, orders, space, threads, clock, nanoTime);
    }

    /** Deletes what was kept of a further set that is gone; its number is never used again, so that what is left does no harm. */
    static void forget(int number, StorageServerConfig.Directory directory) {
        try {
            Files.deleteIfExists(directory.make().resolve(SCRUB_FILE + "-" + number));
        } catch (IOException e) {
            LOG.warn("what is kept of scrubbing set {}, which is gone, can't be deleted", number, e);
        }
    }

    /** What it must know of devices that are or were retired; called with locks of the set held. */
    private static void settleSoon(Executor executor, DeviceOrders orders) {
        try {
            executor.execute(orders::settleRetirements);
        } catch (RejectedExecutionException e) {
            LOG.debug("what became of a device that was retired is found out at the next start", e);
        }
    }

    List<RebuildReport> rebuilds() {
        return rebuilder.progress().stream().map(progress -> new RebuildReport(server, inServer(progress))).toList();
    }

    /** With the place among those of the server. */
    private RebuildProgress inServer(RebuildProgress progress) {
        return new RebuildProgress(progress.pool(), PoolName.placeInServer(number, progress.place()), progress.device(),
                progress.state(), progress.doneBytes(), progress.totalBytes(), progress.bytesPerSecond(),
                progress.secondsLeft(), progress.lostBytes(), progress.lost(), progress.reason());
    }

    /** Puts spares into the places of devices that failed. */
    SpareKeeper spares() {
        return spares;
    }

    ScrubReport scrub() {
        return new ScrubReport(server, number, scrubber.map(Scrubber::progress),
                scrubber.isPresent() ? "" : failure.orElse(keyPrefix + "scrub.enabled is false"), failure.isPresent());
    }

    /**
     * Carries out an order.
     *
     * @return whether anything is other than before
     * @throws BatonException UNSUPPORTED if nothing is scrubbed here, or no longer, or a pass is to begin while it is
     *                        paused: it would not help to try again
     */
    boolean scrub(ScrubOrder order) throws BatonException {
        Scrubber told = scrubber.orElseThrow(() -> new BatonException(ErrorCode.UNSUPPORTED,
                who + " does not scrub: " + failure.orElse(keyPrefix
                        + "scrub.enabled is false; set it to true and restart the server")));
        boolean changed = switch (order) {
            case START -> told.scrubNow();
            case PAUSE -> told.pause();
            case RESUME -> told.resume();
        };
        ScrubState state = told.progress().state();
        if (!changed && state == ScrubState.CLOSED) {
            throw new BatonException(ErrorCode.UNSUPPORTED, who + " does not scrub any more, because it is ending");
        }
        if (!changed && order == ScrubOrder.START && state == ScrubState.PAUSED) {
            throw new BatonException(ErrorCode.UNSUPPORTED, who + " has paused scrubbing; resume it first");
        }
        return changed;
    }

    /** Scrubbing waits for an order to resume, where anything is scrubbed. */
    void pauseScrub() {
        scrubber.ifPresent(Scrubber::pause);
    }

    /** How scrubbing is, for who waits for a pass. */
    ScrubStanding standing() {
        ScrubReport report = scrub();
        if (report.progress().isEmpty()) {
            return new ScrubStanding(server, number, report.offBecause(), false, 0, false, "", 0, 0, 0, false);
        }
        ScrubProgress progress = report.progress().get();
        long lastMs = progress.lastWholePassMs();
        return new ScrubStanding(server, number, "", progress.passBegunMs() > 0, progress.passBegunMs(),
                progress.state() == ScrubState.PAUSED, progress.heldBecause().orElse(""), (int) (progress.fraction() * 100), lastMs,
                lastMs == 0 ? 0 : Math.max(0, clock.millis() - lastMs), lastMs >= begunMs);
    }

    /** What scrubbing has met that is lost, as far as that is known. */
    KnownLosses scrubLosses() {
        return scrubber.map(Scrubber::losses).orElse(KnownLosses.NONE);
    }

    /** What keeps its set from being whole, or could not be found out about it, a sentence each. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        rebuilds().forEach(report -> addFaults(report, faults));
        scrubber.map(Scrubber::progress).ifPresent(progress -> {
            progress.failures().forEach(reason -> faults.add(who + ": scrubbing: " + reason));
            if (progress.failureCount() > progress.failures().size()) {
                faults.add(who + ": scrubbing: " + (progress.failureCount() - progress.failures().size())
                        + " failures more, which are not told");
            }
        });
        return faults;
    }

    /** What an operator should look at. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        failure.ifPresent(reason -> problems.add(who + ": it does not scrub: " + reason));
        scrubber.map(Scrubber::progress).ifPresent(progress -> addProblems(progress, problems));
        rebuilds().forEach(report -> addProblems(report, problems));
        problems.addAll(spares.problems());
        return problems;
    }

    private void addProblems(ScrubProgress progress, List<String> problems) {
        if (progress.lostBytes() > 0) {
            problems.add(who + ": scrubbing has met " + progress.lostBytes() + " bytes that redundancy could not give "
                    + "back; \"baton scrub\" lists them, and \"baton fsck --running\" the files: restore those from other "
                    + "copies");
        }
        if (progress.failureCount() > 0) {
            problems.add(who + ": scrubbing could not look at or mend everything; \"baton scrub\" says what");
        }
    }

    private String what(RebuildReport report) {
        return server + ", pool " + report.progress().pool() + ": rebuilding of device " + report.progress().device();
    }

    private void addFaults(RebuildReport report, List<String> problems) {
        RebuildProgress progress = report.progress();
        String what = what(report);
        if (report.isUnfinished()) {
            problems.add(what + " is " + progress.state().name().toLowerCase(Locale.ROOT) + ", " + report.percent()
                    + " % are done; \"baton pools\" shows how long it takes");
        } else if (!progress.reason().isEmpty()) {
            problems.add(what + " has failed: " + progress.reason());
        }
    }

    private void addProblems(RebuildReport report, List<String> problems) {
        RebuildProgress progress = report.progress();
        addFaults(report, problems);
        if (progress.lostBytes() > 0) {
            problems.add(what(report) + " has met " + progress.lostBytes() + " bytes that are lost; \"baton pools\" lists "
                    + "them, and \"baton fsck --running\" the files: restore those from other copies");
        }
    }

    /** Ends after the step that is under way, of about 1 MiB; the next process goes on there. */
    @Override
    public void close() throws IOException {
        parts.close();
    }
}
