package io.batonfs.transport.lwio;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Fids of one connection (LW-5, LW-14). Numbers begin at 1; a closed one is used again only when all others have
 * been, the one closed longest ago first (LW-16), so that late requests to it find it closed for as long as can be.
 * Thread-safe: guarded by {@code this}; files are closed without it, once their last I/O has ended.
 */
final class FidTable {
    private static final Logger LOG = LoggerFactory.getLogger(FidTable.class);
    /** The largest number: it has 16 bits. */
    static final int MAX_FIDS = 65535;

    private final int limit;
    private final List<OpenFid> byNumber = new ArrayList<>();
    private final ArrayDeque<Integer> closedNumbers = new ArrayDeque<>();
    private int open;
    /** Files whose close has not been called yet, open or closing, and 1 for {@link #closeAll} while it runs. */
    private int unclosed;
    private boolean ended;
    private Runnable allClosed;

    FidTable(int limit) {
        this.limit = limit;
        byNumber.add(null);
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
        open++;
        unclosed++;
        int fid;
        if (byNumber.size() <= MAX_FIDS) {
            fid = byNumber.size();
            byNumber.add(new OpenFid(file, flags));
        } else {
            fid = closedNumbers.removeFirst();
            byNumber.set(fid, new OpenFid(file, flags));
        }
        return fid;
    }

    /** Begins an I/O; null if the Fid is not open. */
    synchronized OpenFid begin(int fid) {
        OpenFid found = fid < byNumber.size() ? byNumber.get(fid) : null;
        if (found == null || found.closing) {
            return null;
        }
        found.underWay++;
        return found;
    }

    /** Why {@link #begin} gave nothing. */
    synchronized LwioStatus whyNot(int fid) {
        return fid > 0 && fid < byNumber.size() ? LwioStatus.FILE_CLOSED : LwioStatus.INVALID_HANDLE;
    }

    /** Fids that are open. */
    synchronized int open() {
        return open;
    }

    /** Ends an I/O. */
    void end(OpenFid fid) {
        synchronized (this) {
            fid.underWay--;
            if (fid.underWay > 0 || !fid.closing) {
                return;
            }
        }
        finish(fid);
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
            found.closing = true;
            found.whenClosed = whenClosed;
            byNumber.set(fid, null);
            closedNumbers.addLast(fid);
            open--;
        }
        end(found);
        return true;
    }

    /**
     * The connection has ended: closes everything.
     *
     * @param whenAllClosed run once the last I/O of the last file has ended, maybe before this returns
     */
    void closeAll(Runnable whenAllClosed) {
        int count;
        synchronized (this) {
            count = byNumber.size();
            ended = true;
            unclosed++;
            allClosed = whenAllClosed;
        }
        for (int fid = 1; fid < count; fid++) {
            close(fid, () -> { });
        }
        oneClosed();
    }

    private void finish(OpenFid fid) {
        try {
            fid.file.close();
        } catch (RuntimeException e) {
            LOG.error("a registered file could not be closed", e);
        }
        fid.whenClosed.run();
        oneClosed();
    }

    private void oneClosed() {
        Runnable then;
        synchronized (this) {
            unclosed--;
            then = unclosed == 0 && ended ? allClosed : null;
        }
        if (then != null) {
            then.run();
        }
    }

    /** A registered file and how many I/Os it has under way. */
    static final class OpenFid {
        final RegisteredFile file;
        final boolean checksummed;
        /** Whether collapsed writes are allowed (LW-12). */
        final boolean unbuffered;
        private int underWay;
        private boolean closing;
        private Runnable whenClosed;

        OpenFid(RegisteredFile file, int flags) {
            this.file = file;
            this.checksummed = (flags & FidParams.FLAG_CHECKSUMMED) != 0;
            this.unbuffered = (flags & FidParams.FLAG_NO_INTERMEDIATE_BUFFERING) != 0;
        }
    }
}
