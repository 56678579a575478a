package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.GuardedLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a loop's keepers have to do once they have let go of it: noted by the one that drives, done by it while it is
 * away; one at a time is. To note one takes no memory, so none is lost for want of it; there is room for so many, and
 * others have to do what comes beyond.
 *
 * <p>{@code noted} belongs to the loop's driver, {@code away} to the keeper that is away, and while none is to the
 * driver.
 */
final class LoopErrands {
    private static final Logger LOG = LoggerFactory.getLogger(LoopErrands.class);
    /** More than connections that one selection finds mostly. */
    private static final int MOST = 1024;

    private final String loop;
    private Errand[] noted = new Errand[MOST];
    private int notedCount;
    private Errand[] away = new Errand[MOST];
    /** Of these, what has been done and what there is; an Error between two leaves the others for the next time. */
    private int done;
    private int awayCount;
    private volatile boolean keeperAway;

    /** @param loop its name */
    LoopErrands(String loop) {
        this.loop = loop;
    }

    /** Whether a keeper is away. Any thread. */
    boolean isKeeperAway() {
        return keeperAway;
    }

    /** By the driver: whether there is anything to do, and nobody at it. */
    boolean areThere() {
        return !keeperAway && (notedCount > 0 || done < awayCount);
    }

    /** By the driver, while no keeper is away: false if there is no room. */
    boolean note(Errand errand) {
        if (notedCount == MOST) {
            return false;
        }
        noted[notedCount++] = errand;
        return true;
    }

    /**
     * By a keeper that drives.
     *
     * @param leave lets go of the loop
     */
    void run(Runnable leave) {
        try {
            keeperAway = true;
            runLeft(leave);
        } finally {
            keeperAway = false;
        }
    }

    private void runLeft(Runnable leave) {
        if (done == awayCount) {
            takeNoted();
        }
        leave.run();
        runAway();
    }

    private void takeNoted() {
        Errand[] spare = away;
        away = noted;
        awayCount = notedCount;
        done = 0;
        noted = spare;
        notedCount = 0;
    }

    private void runAway() {
        while (done < awayCount) {
            Errand errand = away[done];
            away[done] = null;
            done++;
            run(errand);
        }
    }

    /** All of them, when the loop has ended. */
    void runLast() {
        runAway();
        takeNoted();
        runAway();
    }

    private void run(Errand errand) {
        try {
            errand.run(Errand.Runner.WIRE);
        } catch (RuntimeException | Error e) {
            GuardedLog.error(LOG, "an errand of {} failed", loop, e);
        }
    }
}
