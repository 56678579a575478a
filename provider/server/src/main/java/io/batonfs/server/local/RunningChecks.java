package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.ExtentUse;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckPart;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.server.OpenParts;
import io.batonfs.server.storage.Administrators;
import io.batonfs.server.storage.StorageServer;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks of a group that runs, for administrators: one at a time, on a thread of its own that is made with the first.
 *
 * <p>Thread-safe. The lock guards which check there is, and what is known of it; nobody waits for anything with it, so calls
 * are answered at once. The thread works without it and takes it to say how far it is. A check ends when it is through,
 * when its owner says so, when nobody has asked for it for {@link CheckService#PATIENCE_MS}, and with {@link #close}, which
 * waits for it: it looks at each row of the catalog whether it is to end.
 */
final class RunningChecks implements CheckService, Closeable {
    /** Of a reply: some milliseconds to make, and less than a client's buffers. */
    private static final int MOST_FINDINGS = 1000;
    private static final int MOST_BYTES = 1 << 20;
    /** Of a finding, beside its texts; a character has up to three bytes. */
    private static final int BYTES_BESIDE = 64;
    private static final int BYTES_OF_A_CHARACTER = 3;

    private static final Logger LOG = LoggerFactory.getLogger(RunningChecks.class);

    private final GroupId group;
    private final Catalog catalog;
    private final Supplier<List<StorageServer>> servers;
    private final Administrators administrators;
    private final CheckBounds bounds;
    private final LongSupplier nanoTime;
    private final ScheduledThreadPoolExecutor executor;
    /** Guarded by this object's lock; null if there is none. */
    private Job current;
    /** Guarded by this object's lock. */
    private boolean closed;

    /**
     * @param servers  the storage servers of the group, asked for at each check
     * @param nanoTime a clock that only goes forward
     * @param threads  makes the one thread
     */
    RunningChecks(GroupId group, Catalog catalog, Supplier<List<StorageServer>> servers, Administrators administrators,
            CheckBounds bounds, LongSupplier nanoTime, ThreadFactory threads) {
        this.group = group;
        this.catalog = catalog;
        this.servers = servers;
        this.administrators = administrators;
        this.bounds = bounds;
        this.nanoTime = nanoTime;
        this.executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** A check; what is not final is guarded by the lock, but for what is volatile. */
    private static final class Job {
        private final UUID client;
        private final String user;
        private final List<String> paths;
        private final CheckStop stop = new CheckStop();
        private volatile long askedNanos;
        private CheckStanding standing = new CheckStanding(CheckStanding.State.RUNNING, "waiting", Optional.empty());
        private List<CheckPart.Finding> findings = List.of();
        private Optional<Future<?>> forgetting = Optional.empty();

        Job(UUID client, String user, List<String> paths, long nowNanos) {
            this.client = client;
            this.user = user;
            this.paths = paths;
            this.askedNanos = nowNanos;
        }
    }

    @Override
    public CheckStanding beginCheck(CallContext context, List<String> paths) throws IOException {
        checkAdministrator(context);
        checkPaths(paths);
        synchronized (this) {
            if (current != null && current.client.equals(context.invocation().clientId())) {
                return current.standing;
            }
            if (closed) {
                throw new BatonException(ErrorCode.UNREACHABLE, group + " is closing; try again when it is back");
            }
            if (current != null && !isLeft(current)) {
                throw new BatonException(ErrorCode.BUSY, "a check of " + group + " that " + current.user
                        + " has begun is under way or being told; try again when it has ended, or "
                        + TimeUnit.MILLISECONDS.toSeconds(PATIENCE_MS) + " seconds after whoever began it was killed");
            }
            if (current != null) {
                // It ends with its next step, before this one begins.
                end();
            }
            current = new Job(context.invocation().clientId(), context.caller().user(), List.copyOf(paths),
                    nanoTime.getAsLong());
            try {
                Job begun = current;
                executor.execute(() -> run(begun));
            } catch (OutOfMemoryError | RejectedExecutionException e) {
                current = null;
                throw new BatonException(ErrorCode.BUSY, "no thread can be made for a check of " + group
                        + "; see the bounds of the server's user and container", e);
            }
            LOG.info("A check of {} was begun by {}", group, context.caller().user());
            return current.standing;
        }
    }

    /** Ends the check that there is; what it has found leaves memory at once. Has the lock. */
    private void end() {
        current.stop.ask();
        current.forgetting.ifPresent(task -> task.cancel(false));
        current = null;
    }

    private void checkAdministrator(CallContext context) throws BatonException {
        administrators.check(context.caller(), "check " + group);
    }

    private void checkPaths(List<String> paths) throws IOException {
        if (paths.size() > MOST_PATHS) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "a check is about " + MOST_PATHS + " paths at most, not "
                    + paths.size() + "; name directories above them, or check some of them after the others");
        }
        Caller superuser = new Caller(administrators.user(), List.of(), true);
        catalog.read(reader -> {
            for (String path : paths) {
                if (reader.status(superuser, path).isEmpty()) {
                    throw new BatonException(ErrorCode.NOT_FOUND, path + " does not exist; check the path");
                }
            }
            return null;
        });
    }

    private boolean isLeft(Job job) {
        return nanoTime.getAsLong() - job.askedNanos > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    }

    private void run(Job job) {
        Runnable step = () -> {
            job.stop.check();
            if (isLeft(job)) {
                throw new CancellationException("nobody has asked for it any more");
            }
        };
        try {
            CheckedGroup found = new RunningCheck(group, catalog, servers.get(), bounds, what -> told(job,
                    new CheckStanding(CheckStanding.State.RUNNING, what, Optional.empty())), step).run(job.paths);
            done(job, found);
        } catch (CancellationException e) {
            LOG.info("The check of {} that {} has begun was ended: {}", group, job.user, e.getMessage());
            failed(job, "the check was ended: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("A check of {} failed by a fault of the server's", group, e);
            failed(job, "the check failed by a fault in the server (" + e + "); its log says more");
        }
    }

    private void done(Job job, CheckedGroup found) {
        List<CheckPart.Finding> findings = findings(found);
        LOG.info("The check of {} that {} has begun found {} lost ranges and {} problems", group, job.user,
                found.damage().size(), found.problems().size());
        synchronized (this) {
            job.findings = findings;
            job.standing = new CheckStanding(CheckStanding.State.DONE, "", Optional.of(new CheckStanding.Totals(
                    found.group(), found.catalogRead(), found.allRead(), found.unnamedBytes(), found.leftoverBytes(),
                    found.extents(), found.strayExtents(), found.strayBytes())));
            forgetLater(job);
        }
    }

    private synchronized void failed(Job job, String why) {
        told(job, new CheckStanding(CheckStanding.State.FAILED, why, Optional.empty()));
        forgetLater(job);
    }

    private synchronized void told(Job job, CheckStanding standing) {
        job.standing = standing;
    }

    /** What it found does not stay in memory for a client that is gone. Has the lock. */
    private void forgetLater(Job job) {
        if (current != job) {
            // It was ended meanwhile: nobody can ask for it, and nothing is to hold it.
            return;
        }
        try {
            job.forgetting = Optional.of(
                    executor.schedule(() -> forgetIfLeft(job), PATIENCE_MS, TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException e) {
            LOG.debug("The check goes with its group", e);
        }
    }

    private synchronized void forgetIfLeft(Job job) {
        if (current == job && isLeft(job)) {
            current = null;
        } else if (current == job) {
            forgetLater(job);
        }
    }

    /** Tasks that are to come: what holds checks, beside the one that there is. */
    int waiting() {
        return executor.getQueue().size();
    }

    private static List<CheckPart.Finding> findings(CheckedGroup found) {
        List<CheckPart.Finding> findings = new ArrayList<>();
        found.problems().forEach(problem -> findings.add(new CheckPart.Problem(problem)));
        for (Damage lost : found.damage()) {
            findings.add(new CheckPart.Lost(lost.server(), lost.pool(), lost.volume(), lost.page(), lost.extent(),
                    lost.offset(), lost.lengthBytes(), lost.reason(), lost.seen().morePlaces()));
            for (ExtentUse use : lost.uses()) {
                findings.add(new CheckPart.Place(use.place(), use.offset(), use.lengthBytes()));
            }
        }
        return findings;
    }

    @Override
    public CheckStanding checkStanding(CallContext context) throws IOException {
        checkAdministrator(context);
        synchronized (this) {
            return job(context).standing;
        }
    }

    private Job job(CallContext context) throws BatonException {
        if (current == null || !current.client.equals(context.invocation().clientId())) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no such check of " + group
                    + ", or none any more because nobody has asked for it for a minute; begin it again");
        }
        current.askedNanos = nanoTime.getAsLong();
        return current;
    }

    @Override
    public CheckPart checkPart(CallContext context, int from) throws IOException {
        checkAdministrator(context);
        List<CheckPart.Finding> all;
        synchronized (this) {
            Job job = job(context);
            if (job.standing.state() != CheckStanding.State.DONE || from < 0 || from > job.findings.size()) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the check is " + job.standing.state() + " and has "
                        + job.findings.size() + " findings, so none can be told from number " + from + " on; ask how far it"
                        + " is first");
            }
            all = job.findings;
        }
        List<CheckPart.Finding> part = new ArrayList<>();
        long bytes = 0;
        for (int at = from; at < all.size() && part.size() < MOST_FINDINGS; at++) {
            bytes += bytes(all.get(at));
            if (bytes > MOST_BYTES && !part.isEmpty()) {
                break;
            }
            part.add(all.get(at));
        }
        return new CheckPart(part, from + part.size() == all.size());
    }

    private static long bytes(CheckPart.Finding finding) {
        int characters;
        if (finding instanceof CheckPart.Lost lost) {
            characters = lost.pool().length() + lost.reason().length();
        } else if (finding instanceof CheckPart.Place place) {
            characters = place.place().length();
        } else {
            characters = ((CheckPart.Problem) finding).sentence().length();
        }
        return BYTES_BESIDE + (long) BYTES_OF_A_CHARACTER * characters;
    }

    @Override
    public void endCheck(CallContext context) throws IOException {
        checkAdministrator(context);
        synchronized (this) {
            if (current != null && current.client.equals(context.invocation().clientId())) {
                end();
            }
        }
    }

    @Override
    public List<ScrubStanding> scrubStandings(CallContext context) throws IOException {
        checkAdministrator(context);
        return servers.get().stream().flatMap(server -> server.scrubStandings().stream()).toList();
    }

    /** Ends the check that is under way, and waits for its thread. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            if (current != null) {
                current.stop.ask();
            }
        }
        // Not by interrupting it: that would close files under whoever reads them next.
        executor.shutdown();
        OpenParts.awaitEnd("the check of " + group, executor);
    }
}
