package io.batonfs.server.frontend;

import io.batonfs.catalog.CatalogFigures;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.FreePart;
import io.batonfs.catalog.FreePosition;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    /** What could not be freed, as its owner is down or its pool takes no changes, is not tried in every round. */
    static final long FREE_AGAIN_MS = 10_000;

    private final CatalogCalls calls;
    private final ExtentOwners owners;
    private final LeaseRecovery recovery;
    private final SigningKeys signingKeys;
    private final HoldingsCheck holdings;
    private final PolicyWishes wishes;
    private final ScheduledExecutorService executor;
    private final long periodMs;
    private Optional<ScheduledFuture<?>> schedule = Optional.empty();
    private long nextExpiryMs;
    private long nextHoldingsMs;
    /** Where the last part of the queue ended that was tried to be freed; empty to begin anew. */
    private Optional<FreePosition> triedToFree = Optional.empty();
    private long nextFreeAgainMs;
    /** Of the extents that could not be freed, what the log was told last. */
    private String toldUnfreed = "";

    Housekeeper(CatalogCalls calls, ExtentOwners owners, LeaseRecovery recovery, SigningKeys signingKeys,
            HoldingsCheck holdings, PolicyWishes wishes, ScheduledExecutorService executor, long periodMs) {
        this.calls = calls;
        this.owners = owners;
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

    private static void attempt(String what, Work work) {
        if (Thread.currentThread().isInterrupted()) {
            return;
        }
        try {
            work.run();
        } catch (IOException | RuntimeException | Error e) {
            if (Thread.currentThread().isInterrupted()) {
                return; // closed; whatever was under way is begun again after the next start
            }
            // Thrown on, it would end all rounds to come, and nobody would be told.
            LOG.warn("Background work, {}, was cut short and goes on in the next round: {}", what, e.toString());
            if (e instanceof Error) {
                LOG.error("The cause", e);
            } else {
                LOG.debug("The cause", e);
            }
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
        if (holdings.restoredFromPast().isPresent()) {
            return;
        }
        long nowMs = calls.nowMs();
        if (nowMs >= nextFreeAgainMs) {
            nextFreeAgainMs = nowMs + FREE_AGAIN_MS;
            triedToFree = Optional.empty();
        }
        FreePart due = calls.read(reader -> reader.extentsToFree(nowMs, triedToFree, BATCH));
        if (due.extents().isEmpty()) {
            return;
        }
        List<ExtentId> freed = free(due.extents());
        if (!freed.isEmpty()) {
            calls.submitOwn(new Command.ExtentsFreed(freed), Reply.Done.class);
        }
        triedToFree = due.reached();
    }

    /** Has all holders of each extent give its space back; which have, and so can be forgotten. */
    private List<ExtentId> free(List<PlacedExtent> extents) throws IOException {
        List<ExtentId> freed = new ArrayList<>();
        Set<ServerId> silent = new HashSet<>();
        int left = 0;
        String why = "";
        for (PlacedExtent placed : extents) {
            Set<ServerId> holders = new LinkedHashSet<>();
            placed.routes().forEach(route -> holders.addAll(route.owners()));
            try {
                for (ServerId holder : holders) {
                    free(holder, placed.extent().id(), silent);
                }
                freed.add(placed.extent().id());
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                left++;
                why = why.isEmpty() ? placed.extent().id() + ": " + e.getMessage() : why;
            }
        }
        if (!why.isEmpty() && !why.equals(toldUnfreed)) {
            LOG.warn("{} of {} extents that nothing refers to could not be freed yet; they are tried again. The first is {}",
                    left, extents.size(), why);
            toldUnfreed = why;
        }
        return freed;
    }

    /** One that can't be reached is not asked again in this round, since each question may take long. */
    private void free(ServerId holder, ExtentId extent, Set<ServerId> silent) throws IOException {
        if (silent.contains(holder)) {
            throw new BatonException(ErrorCode.UNREACHABLE, holder + " can't be reached");
        }
        try {
            owners.free(holder, extent);
        } catch (BatonException e) {
            if (e.code() == ErrorCode.UNREACHABLE) {
                silent.add(holder);
            }
            throw e;
        }
    }

    /** Ends the background work; a round under way is interrupted where it waits. */
    @Override
    public void close() {
        schedule.ifPresent(rounds -> rounds.cancel(true));
    }
}
