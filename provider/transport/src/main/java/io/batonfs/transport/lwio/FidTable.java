package io.batonfs.transport.lwio;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Fids of one connection (LW-5, LW-14). A Fid is a slot of the table in its low bits and the slot's generation in the
 * others, so a Fid that was closed does not fit whoever has its slot now. Slots are used again in the order in which they
 * became free (LW-16). The table has at least twice as many as are open, in powers of two up to 2^16, so it has the size
 * of what is open at the same time, however many come and go, and as long as up to {@code 2^15} are open, no Fid comes
 * again before as many others have been given.
 *
 * <p>When the table doubles, one more bit of each Fid belongs to the slot and one less to the generation: no Fid changes,
 * and each old slot has become two, whose next Fids go on where the old one's would.
 *
 * <p>Thread-safe: guarded by {@code this}; files are closed without it, once their last I/O has ended.
 */
final class FidTable {
    private static final Logger LOG = LoggerFactory.getLogger(FidTable.class);
    private static final int FIDS = FidParams.MAX_FID + 1;
    private static final int FIRST_SLOTS = 8;
    private static final Runnable NOTHING = () -> { };

    private final int limit;
    private OpenFid[] slots = new OpenFid[FIRST_SLOTS];
    /** The Fid that each slot had last, not yet cut to 16 bits; less than its first one if it had none yet. */
    private long[] lastFids = new long[FIRST_SLOTS];
    /** Free slots, a ring: the one that has been free longest first. */
    private char[] free = new char[FIRST_SLOTS];
    private int firstFree;
    private int freeCount = FIRST_SLOTS;
    private int open;
    /** Files whose close has not been called yet, being opened, open or closing, and 1 for {@link #closeAll}'s run. */
    private int unclosed;
    private boolean ended;
    /** Whether {@link #closeAll} has yet to come through. */
    private boolean closingAll;
    private Runnable allClosed;
    /** Those being closed, until all that comes of it has been done; linked. */
    private OpenFid firstClosing;

    FidTable(int limit) {
        this.limit = limit;
        for (int slot = 0; slot < FIRST_SLOTS; slot++) {
            // Slot 0 comes last, as Fid 8: 0 is none.
            lastFids[slot] = slot == 0 ? 0 : slot - FIRST_SLOTS;
            free[slot] = (char) ((slot + 1) % FIRST_SLOTS);
        }
    }

    /** A file is going to be opened: {@link #closeAll}, which comes later, waits for {@link #opened}. */
    synchronized void opening() {
        unclosed++;
    }

    /**
     * The file has its number, or is not to get one.
     *
     * @return to be run next; if that fails, {@link #finishLeft} does it
     */
    synchronized Runnable opened() {
        unclosed--;
        return whenAllClosed();
    }

    /**
     * Gives a file a number.
     *
     * @param flags {@link FidParams}' FlagsAndAttributes
     * @return -1 if there are too many or the connection has ended
     */
    synchronized int add(RegisteredFile file, int flags) {
        if (ended || open == limit) {
            return -1;
        }
        if (open >= slots.length / 2 && slots.length < FIDS) {
            grow();
        }
        int slot = free[firstFree];
        do {
            lastFids[slot] += slots.length;
        } while ((char) lastFids[slot] == 0);
        int fid = (char) lastFids[slot];
        slots[slot] = new OpenFid(file, flags, fid);
        firstFree = (firstFree + 1) % free.length;
        freeCount--;
        open++;
        unclosed++;
        return fid;
    }

    private void grow() {
        int before = slots.length;
        int mask = before * 2 - 1;
        OpenFid[] moreSlots = new OpenFid[before * 2];
        long[] moreFids = new long[before * 2];
        for (int slot = 0; slot < before; slot++) {
            long last = lastFids[slot];
            // Where the last one belongs now, and where the one before it would.
            moreFids[(int) last & mask] = last;
            moreFids[(int) (last - before) & mask] = last - before;
            OpenFid fid = slots[slot];
            if (fid != null) {
                moreSlots[fid.number & mask] = fid;
            }
        }
        char[] earlierFree = free;
        int earlierFirst = firstFree;
        int earlierCount = freeCount;
        free = new char[before * 2];
        firstFree = 0;
        freeCount = 0;
        // Slots that go on where the old ones would, then those that have become free by this, then the others' twins.
        for (int i = 0; i < earlierCount; i++) {
            setFree((int) (lastFids[earlierFree[(earlierFirst + i) % before]] + before) & mask);
        }
        for (OpenFid fid : slots) {
            if (fid != null) {
                setFree((fid.number ^ before) & mask);
            }
        }
        for (int i = 0; i < earlierCount; i++) {
            setFree((int) lastFids[earlierFree[(earlierFirst + i) % before]] & mask);
        }
        slots = moreSlots;
        lastFids = moreFids;
    }

    /** Slot 0 has no Fid but 0 once slots are all there is to a Fid. */
    private void setFree(int slot) {
        if (slot != 0 || free.length < FIDS) {
            free[(firstFree + freeCount) % free.length] = (char) slot;
            freeCount++;
        }
    }

    /** Slots of the table at this moment. */
    synchronized int slots() {
        return slots.length;
    }

    private OpenFid find(int fid) {
        OpenFid found = slots[fid & slots.length - 1];
        return found != null && found.number == fid ? found : null;
    }

    /** Begins an I/O; null if the Fid is not open. */
    synchronized OpenFid begin(int fid) {
        OpenFid found = find(fid);
        if (found == null || found.closing) {
            return null;
        }
        found.underWay++;
        return found;
    }

    /** Why {@link #begin} gave nothing. */
    synchronized LwioStatus whyNot(int fid) {
        long last = lastFids[fid & slots.length - 1];
        return fid != 0 && (last >= FIDS || fid <= last) ? LwioStatus.FILE_CLOSED : LwioStatus.INVALID_HANDLE;
    }

    /** Fids that are open. */
    synchronized int open() {
        return open;
    }

    /** Ends an I/O. */
    void end(OpenFid fid) {
        if (endsLast(fid)) {
            finish(fid);
        }
    }

    /** Ends an I/O; if it was the last that the Fid's closing waits for, {@link #finish} is the caller's to call. */
    synchronized boolean endsLast(OpenFid fid) {
        fid.underWay--;
        return fid.underWay == 0 && fid.closing;
    }

    /**
     * Refuses new I/O and closes the file once the last one has ended.
     *
     * @param whenClosed run after that, maybe before this returns
     * @return false if the Fid is not open
     */
    boolean close(int fid, Runnable whenClosed) {
        OpenFid found;
        synchronized (this) {
            found = begin(fid);
            if (found == null) {
                return false;
            }
            found.whenClosed = whenClosed;
            // Stores alone, until it is found as one that is being closed.
            found.closing = true;
            found.closerHolds = true;
            found.behind = firstClosing;
            if (firstClosing != null) {
                firstClosing.before = found;
            }
            firstClosing = found;
            int slot = fid & slots.length - 1;
            slots[slot] = null;
            open--;
            setFree(slot);
        }
        if (closerEnds(found)) {
            finish(found);
        }
        return true;
    }

    /** Who closes it ends what it has begun for that, unless {@link #finishLeft} has; as {@link #endsLast}. */
    private synchronized boolean closerEnds(OpenFid fid) {
        if (!fid.closerHolds) {
            return false;
        }
        fid.closerHolds = false;
        return endsLast(fid);
    }

    /**
     * Finishes what an Error has cut short: Fids whose last I/O has ended, or would have with the call that was to close
     * them, and which nobody is at.
     */
    void finishLeft() {
        for (OpenFid fid = nextLeft(); fid != null; fid = nextLeft()) {
            finish(fid);
        }
        Runnable then;
        synchronized (this) {
            then = whenAllClosed();
        }
        then.run();
    }

    private synchronized OpenFid nextLeft() {
        for (OpenFid fid = firstClosing; fid != null; fid = fid.behind) {
            closerEnds(fid);
            if (fid.underWay == 0 && !fid.finishing) {
                return fid;
            }
        }
        return null;
    }

    /**
     * The connection has ended: closes everything. After an Error in it, it may be called again.
     *
     * @param whenAllClosed run when the last I/O of the last file has ended, maybe before this returns; twice does no
     *                      harm
     */
    void closeAll(Runnable whenAllClosed) {
        List<OpenFid> left;
        synchronized (this) {
            left = Arrays.stream(slots).filter(Objects::nonNull).toList();
            if (!ended) {
                ended = true;
                closingAll = true;
                unclosed++;
            }
            allClosed = whenAllClosed;
        }
        for (OpenFid fid : left) {
            close(fid.number, NOTHING);
        }
        finishLeft();
        Runnable then;
        synchronized (this) {
            if (closingAll) {
                closingAll = false;
                unclosed--;
            }
            then = whenAllClosed();
        }
        then.run();
    }

    /**
     * Closes the file. Whatever becomes of that, those that wait for it hear that it is closed. If an Error keeps them
     * from it, {@link #finishLeft} does the rest.
     */
    void finish(OpenFid fid) {
        if (!beginsToFinish(fid)) {
            return;
        }
        try {
            if (!fid.fileClosed) {
                closeFile(fid);
            }
        } finally {
            try {
                if (fid.fileClosed) {
                    fid.whenClosed.run();
                    finished(fid);
                }
            } finally {
                fid.finishing = false;
            }
        }
    }

    private synchronized boolean beginsToFinish(OpenFid fid) {
        if (fid.finishing || fid.finished) {
            return false;
        }
        fid.finishing = true;
        return true;
    }

    /** Once, as the file is promised. */
    private static void closeFile(OpenFid fid) {
        fid.fileClosed = true;
        try {
            fid.file.close();
        } catch (RuntimeException | Error e) {
            LOG.error("a registered file could not be closed", e);
        }
    }

    private void finished(OpenFid fid) {
        Runnable then;
        synchronized (this) {
            if (fid.before == null) {
                firstClosing = fid.behind;
            } else {
                fid.before.behind = fid.behind;
            }
            if (fid.behind != null) {
                fid.behind.before = fid.before;
            }
            fid.finished = true;
            unclosed--;
            then = whenAllClosed();
        }
        then.run();
    }

    /** Under the lock: what is to be done now. */
    private Runnable whenAllClosed() {
        return unclosed == 0 && ended ? allClosed : NOTHING;
    }

    /** A registered file and how many I/Os it has under way. */
    static final class OpenFid {
        private final int number;
        final RegisteredFile file;
        final boolean checksummed;
        /** Whether collapsed writes are allowed (LW-12). */
        final boolean unbuffered;
        private int underWay;
        private boolean closing;
        /** Whether one of those under way is the call that closes it. */
        private boolean closerHolds;
        private Runnable whenClosed;
        /** Neighbours among those being closed. */
        private OpenFid before;
        private OpenFid behind;
        /** Whether somebody is at closing the file and telling so; let go by a store. */
        private volatile boolean finishing;
        /** Of who is at it. */
        private volatile boolean fileClosed;
        private boolean finished;

        OpenFid(RegisteredFile file, int flags, int number) {
            this.number = number;
            this.file = file;
            this.checksummed = (flags & FidParams.FLAG_CHECKSUMMED) != 0;
            this.unbuffered = (flags & FidParams.FLAG_NO_INTERMEDIATE_BUFFERING) != 0;
        }
    }
}
