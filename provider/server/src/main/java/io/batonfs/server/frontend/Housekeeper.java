package io.batonfs.server.frontend;

import io.batonfs.catalog.CatalogFigures;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.Reply;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group's background work (CAT-7, CAT-8, CAT-10): reclaims what nothing names, recovers leases whose writers are
 * gone, has owners free extents, rolls signing keys, finds what is wanted in other pools. Works in bounded steps on one thread
 * of the executor, which its owner closes after this. What fails is logged and tried again in the next round, and holds up
 * nothing else: neither the other kinds of work nor, where extents are freed, the others of them. An error frees nothing.
 */
final class Housekeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

    /** Keeps one command short, mostly below 50 ms, so that users' commands are not held up long behind it. */
    private static final int STEPS = 100;
    private static final int BATCH = 500;
    /** Expiry of tokens and replies has no queue to look at, so it is asked for now and then. */
    private static final long EXPIRY_PERIOD_MS = 10_000;
    /** Reads every owner's list, so not often; the first round after a start does it. */
    private static final long HOLDINGS_PERIOD_MS = 300_000;

    private final CatalogCalls calls;
    private final ExtentFreeing freeing;
    private final LeaseRecovery recovery;
    private final SigningKeys signingKeys;
    private final HoldingsCheck holdings;
    private final PolicyWishes wishes;
    private final ScheduledExecutorService executor;
    private final long periodMs;
    private Optional<ScheduledFuture<?>> schedule = Optional.empty();
    private long nextExpiryMs;
    private long nextHoldingsMs;
    /** By kinds of work, with what those failed that failed in the last round. */
    private final Map<String, String> failing = new HashMap<>();

    Housekeeper(CatalogCalls calls, ExtentOwners owners, LeaseRecovery recovery, SigningKeys signingKeys,
            HoldingsCheck holdings, PolicyWishes wishes, ScheduledExecutorService executor, long periodMs) {
        this.calls = calls;
        this.freeing = new ExtentFreeing(calls, owners);
        this.recovery = recovery;
        this.signingKeys = signingKeys;
        this.holdings = holdings;
        this.wishes = wishes;
        this.executor = executor;
        this.periodMs = periodMs;
    }

    /** Starts the rounds. Called once, by the thread that closes this too. */
    void begin() {
        schedule = Optional.of(executor.scheduleWithFixedDelay(this::round, periodMs, periodMs, TimeUnit.MILLISECONDS));
    }

    private void round() {
        // Each apart: a catalog that takes no commands, or an owner that is down, must not hold the others up.
        attempt("rolling signing keys", signingKeys::refresh);
        attempt("expiring and reclaiming", this::reclaim);
        attempt("recovering leases", this::recoverLeases);
        attempt("comparing what owners hold", this::checkHoldings);
        attempt("freeing extents", this::freeExtents);
        attempt("looking for what is wanted in other pools", wishes::find);
    }

    private interface Work {
        void run() throws IOException;
    }

    private void attempt(String what, Work work) {
        if (Thread.currentThread().isInterrupted()) {
            return;
        }
        try {
            work.run();
            failing.remove(what);
        } catch (IOException | RuntimeException | Error e) {
            if (Thread.currentThread().isInterrupted()) {
                return; // closed; whatever was under way is begun again after the next start
            }
            // Thrown on, it would end all rounds to come, and nobody would be told.
            tell(what, e);
        }
    }

    /** Once, as long as it fails in the same way: rounds come twice a second. */
    private void tell(String what, Throwable failure) {
        if (failure.toString().equals(failing.put(what, failure.toString()))) {
            LOG.debug("Background work, {}, goes on failing", what, failure);
        } else if (failure instanceof IOException) {
            LOG.warn("Background work, {}, was cut short and goes on in the next round: {}", what, failure.toString());
            LOG.debug("The cause", failure);
        } else {
            LOG.error("Background work, {}, was cut short and goes on in the next round", what, failure);
        }
    }

    private void reclaim() throws IOException {
        CatalogFigures figures = calls.read(reader -> reader.figures());
        boolean due = calls.nowMs() >= nextExpiryMs;
        if (due) {
            nextExpiryMs = calls.nowMs() + EXPIRY_PERIOD_MS;
        }
        boolean more = due || figures.reclaimWaiting() > 0 || figures.compactWaiting() > 0;
        while (more && !Thread.currentThread().isInterrupted()) {
            more = calls.submitOwn(new Command.Housekeep(STEPS), Reply.Housekept.class).more();
        }
    }

    private void recoverLeases() throws IOException {
        for (LeaseInfo lease : calls.read(reader -> reader.leasesDue(calls.nowMs(), BATCH))) {
            try {
                recovery.recover(lease.file(), true);
                LOG.info("Closed {} whose writer has gone away", lease.file());
            } catch (IOException e) {
                LOG.warn("{} could not be closed for its writer yet: {}", lease.file(), e.getMessage());
            }
        }
    }

    private void checkHoldings() throws IOException {
        if (calls.nowMs() >= nextHoldingsMs) {
            nextHoldingsMs = calls.nowMs() + HOLDINGS_PERIOD_MS;
            holdings.check();
        }
    }

    private void freeExtents() throws IOException {
        if (holdings.restoredFromPast().isEmpty()) {
            freeing.proceed();
        }
    }

    /** Ends the background work; a round under way is interrupted where it waits. */
    @Override
    public void close() {
        schedule.ifPresent(rounds -> rounds.cancel(true));
    }
}
