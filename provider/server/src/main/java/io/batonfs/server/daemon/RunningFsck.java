package io.batonfs.server.daemon;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.catalog.RangeUses;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckPart;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.server.PoolName;
import io.batonfs.server.local.CheckedGroup;
import io.batonfs.server.local.Damage;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a group that runs checked by its server, over the control port, and prints what that finds. Used by one thread; when the
 * process is told to end meanwhile, another one ends the check at the server, which has room for one only.
 */
final class RunningFsck {
    private static final Logger LOG = LoggerFactory.getLogger(RunningFsck.class);
    /** Between two questions how far it is: at first nearly none, since most groups are small. */
    private static final long FIRST_PAUSE_MS = 20;
    private static final long MOST_PAUSE_MS = 1000;
    /** The process ends by then, whether or not the server has answered. */
    private static final long MOST_MS_TO_END = 2000;

    private final Scrubbing scrubbing;
    private final CheckService checks;
    private final PrintWriter out;
    private final PrintWriter err;
    private final UUID client = UUID.randomUUID();
    private final Map<String, String> printed = new HashMap<>();
    private final AtomicLong calls = new AtomicLong();
    private boolean scrubbed;

    /** How passes are begun. */
    @FunctionalInterface
    interface Scrubbing {
        /** Begins one of each set of a server of which none is under way; whether there was any. */
        boolean begin(ServerId server, CallContext context) throws IOException;
    }

    /**
     * A pass that is waited for.
     *
     * @param from   how things stood when the waiting began
     * @param former whether the pass had begun before anybody asked for it
     */
    private record Awaited(ScrubStanding from, boolean former) {
    }

    RunningFsck(Scrubbing scrubbing, CheckService checks, PrintWriter out, PrintWriter err) {
        this.scrubbing = scrubbing;
        this.checks = checks;
        this.out = out;
        this.err = err;
    }

    private CallContext context() throws IOException {
        return ControlOptions.context(client, calls.incrementAndGet());
    }

    /**
     * Has all blocks read by scrubbing, and waits for that. What a pass has read that was under way before this was asked counts
     * for nothing: another one is made behind it. Whoever ends the waiting does not end the pass.
     *
     * @return the sets whose pass ended before all was read, a sentence each
     * @throws IOException if a set is not scrubbed, or it could not be found out
     */
    List<String> scrub() throws IOException, InterruptedException {
        Map<String, Awaited> awaited = new LinkedHashMap<>();
        Set<ServerId> servers = new LinkedHashSet<>();
        for (ScrubStanding set : checks.scrubStandings(context())) {
            if (!set.isOn()) {
                throw new IOException(who(set) + " does not scrub: " + set.offBecause());
            }
            awaited.put(who(set), new Awaited(set, set.underWay()));
            servers.add(set.server());
        }
        for (ServerId server : servers) {
            if (scrubbing.begin(server, context())) {
                print(server.toString(), "a pass of scrubbing has begun");
            }
        }
        for (Awaited each : awaited.values()) {
            if (each.former()) {
                print(who(each.from()), "a pass of scrubbing is under way already, since " + Instant.ofEpochMilli(
                        each.from().passBegunMs()).truncatedTo(ChronoUnit.SECONDS) + "; all is read once more behind it");
            }
        }
        Thread end = new Thread(() -> {
            err.println("the pass of scrubbing goes on; \"baton scrub\" shows how far it is");
            err.flush();
        }, "baton-fsck-end");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            List<String> early = awaitPasses(awaited);
            scrubbed = true;
            return early;
        } finally {
            FsckCommand.forget(end);
        }
    }

    private List<String> awaitPasses(Map<String, Awaited> awaited) throws IOException, InterruptedException {
        List<String> early = new ArrayList<>();
        long pauseMs = FIRST_PAUSE_MS;
        while (!awaited.isEmpty()) {
            List<ScrubStanding> now = checks.scrubStandings(context());
            // A set that was given back meanwhile is not waited for.
            awaited.keySet().retainAll(now.stream().map(RunningFsck::who).toList());
            for (ScrubStanding set : now) {
                Awaited its = awaited.get(who(set));
                if (its != null && isOver(set, its, early)) {
                    awaited.remove(who(set));
                    if (its.former()) {
                        awaited.put(who(set), new Awaited(set, false));
                        scrubbing.begin(set.server(), context());
                    }
                }
            }
            pauseMs = pause(pauseMs, !awaited.isEmpty());
        }
        return early;
    }

    private boolean isOver(ScrubStanding set, Awaited awaited, List<String> early) throws IOException {
        if (set.lastWholePassMs() != awaited.from().lastWholePassMs()) {
            print(who(set), awaited.former() ? "that pass has ended, and another one begins" : "all blocks were read");
            return true;
        }
        if (set.paused() || !set.isOn()) {
            throw new IOException(who(set) + ": scrubbing was " + (set.paused() ? "paused" : "ended")
                    + " meanwhile; resume it with \"baton scrub resume\" and begin again");
        }
        if (!set.underWay()) {
            if (!awaited.former()) {
                early.add(who(set) + ": the pass of scrubbing ended before all was read; \"baton scrub\" says why");
            }
            return true;
        }
        print(who(set), set.percent() + " % read" + (set.heldBecause().isEmpty() ? "" : "; held: " + set.heldBecause()));
        return false;
    }

    private static String who(ScrubStanding set) {
        return set.server() + (set.set() == PoolName.FIRST_SET ? "" : ", set " + set.set());
    }

    private static long pause(long ms, boolean waits) throws InterruptedException {
        if (waits) {
            TimeUnit.MILLISECONDS.sleep(ms);
        }
        return Math.min(MOST_PAUSE_MS, 2 * ms);
    }

    private void print(String who, String line) {
        if (!line.equals(printed.put(who, line))) {
            err.println(who.isEmpty() ? line : who + ": " + line);
            err.flush();
        }
    }

    /**
     * Checks, and prints the report. However that ends, the server has no check of this one's afterwards.
     *
     * @param paths    only damage that is seen at or below these is told; empty: all
     * @param problems what is known to be wrong besides, a sentence each
     * @return whether the group is sound, as far as is known
     */
    boolean check(List<String> paths, List<String> problems) throws IOException, InterruptedException {
        Thread atExit = new Thread(this::endInTime, "baton-fsck-end");
        Runtime.getRuntime().addShutdownHook(atExit);
        CheckedGroup found;
        List<ScrubStanding> passes;
        try {
            found = fetch(done(paths).totals().orElseThrow(), problems);
            passes = checks.scrubStandings(context());
        } finally {
            FsckCommand.forget(atExit);
            endUninterrupted();
        }
        CheckReport.printKnown(found, passes, scrubbed, out);
        return found.isSound();
    }

    /** Where the check stands at its end. */
    private CheckStanding done(List<String> paths) throws IOException, InterruptedException {
        CheckStanding standing = checks.beginCheck(context(), paths);
        long pauseMs = FIRST_PAUSE_MS;
        while (standing.state() == CheckStanding.State.RUNNING) {
            print("", standing.what());
            pauseMs = pause(pauseMs, true);
            standing = checks.checkStanding(context());
        }
        if (standing.state() == CheckStanding.State.FAILED) {
            throw new IOException(standing.what());
        }
        return standing;
    }

    /** While the process ends, which no thread that is a daemon keeps from it. */
    private void endInTime() {
        Thread end = new Thread(this::end, "baton-fsck-end-check");
        end.setDaemon(true);
        end.start();
        try {
            end.join(MOST_MS_TO_END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who is interrupted could not say it. */
    private void endUninterrupted() {
        boolean interrupted = Thread.interrupted();
        end();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A server that can't be told forgets the check by itself, a minute later. */
    private void end() {
        try {
            checks.endCheck(context());
        } catch (IOException e) {
            LOG.debug("The server forgets the check when nobody has asked for it for a while", e);
        }
    }

    private CheckedGroup fetch(CheckStanding.Totals totals, List<String> known) throws IOException {
        List<String> problems = new ArrayList<>(known);
        List<Damage> damage = new ArrayList<>();
        List<ExtentUse> uses = new ArrayList<>();
        CheckPart.Lost lost = null;
        int fetched = 0;
        boolean more = true;
        while (more) {
            CheckPart part = checks.checkPart(context(), fetched);
            for (CheckPart.Finding finding : part.findings()) {
                if (finding instanceof CheckPart.Problem problem) {
                    problems.add(problem.sentence());
                } else if (finding instanceof CheckPart.Lost next) {
                    add(lost, uses, damage);
                    lost = next;
                } else if (finding instanceof CheckPart.Place place && lost != null) {
                    uses.add(new ExtentUse(place.place(), place.offset(), place.lengthBytes()));
                } else {
                    throw new IOException("the answer is not that of a Baton server of this version: a place of nothing");
                }
            }
            fetched += part.findings().size();
            more = !part.last();
            if (more && part.findings().isEmpty()) {
                throw new IOException("the answer is not that of a Baton server of this version: an empty part");
            }
        }
        add(lost, uses, damage);
        return new CheckedGroup(totals.group(), false, totals.catalogRead(), totals.allRead(), problems, 0, damage,
                totals.unnamedBytes(), totals.leftoverBytes(), 0, totals.extents(), totals.strayExtents(),
                totals.strayBytes());
    }

    /** With its places, which are all there when the next one comes. */
    private static void add(CheckPart.Lost lost, List<ExtentUse> uses, List<Damage> damage) {
        if (lost != null) {
            damage.add(new Damage(lost.server(), lost.pool(), lost.volume(), lost.page(), lost.extent(), lost.offset(),
                    lost.lengthBytes(), lost.reason(), new RangeUses(uses, lost.morePlaces())));
            uses.clear();
        }
    }
}
