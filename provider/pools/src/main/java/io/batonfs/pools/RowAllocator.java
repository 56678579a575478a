package io.batonfs.pools;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Which rows of a pool are free. It is rebuilt from the segment slots at each open. Rows given back wait for the next
 * checkpoint ({@link #release}): until then a crash may bring back the segment that they belonged to, or replay may need
 * what is in them. From then on they are the first to be given out: the operating system has them in its cache, and a
 * sparse file has blocks for them.
 *
 * <p>Thread-safe; every method takes this object's lock.
 */
final class RowAllocator {
    /** As many as a {@link BitSet} has bits. */
    static final long MOST_ROWS = Integer.MAX_VALUE - 8L;

    private final BitSet used = new BitSet();
    private final List<Run> waiting = new ArrayList<>();
    private final long rows;
    private long freeRows;
    private long waitingRows;
    private long cursor;

    RowAllocator(long rows) {
        this.rows = Math.min(rows, MOST_ROWS);
        this.freeRows = this.rows;
    }

    long rows() {
        return rows;
    }

    /** Rows that are free or soon will be. */
    synchronized long freeRows() {
        return freeRows + waitingRows;
    }

    /** How many a checkpoint would free. */
    synchronized long waitingRows() {
        return waitingRows;
    }

    /**
     * Marks rows as used, when the pool is opened.
     *
     * @return whether they were free and within the pool
     */
    synchronized boolean occupy(List<Run> runs) {
        for (Run run : runs) {
            if (run.end() > rows || freeAt(run.start()) < run.rows()) {
                return false;
            }
            used.set((int) run.start(), (int) run.end());
            freeRows -= run.rows();
        }
        return true;
    }

    /**
     * Takes rows, together if possible.
     *
     * @param hint row at which to look first
     * @return runs, or null if there are not enough rows
     */
    synchronized List<Run> allocate(int count, long hint) {
        if (count > freeRows) {
            return null;
        }
        long together = hint < rows && freeAt(hint) >= count ? hint : findTogether(count);
        List<Run> runs = new ArrayList<>();
        if (together >= 0) {
            runs.add(new Run(together, count));
        } else {
            gather(count, runs);
        }
        for (Run run : runs) {
            used.set((int) run.start(), (int) run.end());
            freeRows -= run.rows();
            cursor = run.end();
        }
        return runs;
    }

    /** Gives rows back at once: no record ever named them. */
    synchronized void putBack(List<Run> runs) {
        for (Run run : runs) {
            used.clear((int) run.start(), (int) run.end());
            freeRows += run.rows();
        }
    }

    /** Gives rows back that a segment had. */
    synchronized void putBackLater(List<Run> runs) {
        waiting.addAll(runs);
        waitingRows += runs.stream().mapToLong(Run::rows).sum();
    }

    /** A checkpoint is finished: rows that waited are free. */
    synchronized void release() {
        for (Run run : waiting) {
            cursor = Math.min(cursor, run.start());
        }
        putBack(waiting);
        waiting.clear();
        waitingRows = 0;
    }

    /** Length of the longest free run: for tests and for the status of a fragmented pool. */
    synchronized long largestFreeRun() {
        long largest = 0;
        int at = used.nextClearBit(0);
        while (at < rows) {
            long length = freeAt(at);
            largest = Math.max(largest, length);
            at = used.nextClearBit((int) (at + length));
        }
        return largest;
    }

    private long freeAt(long row) {
        if (used.get((int) row)) {
            return 0;
        }
        int next = used.nextSetBit((int) row);
        return (next < 0 ? rows : next) - row;
    }

    private long findTogether(int count) {
        for (long from : new long[] {cursor, 0}) {
            long at = used.nextClearBit((int) Math.min(from, rows));
            while (at < rows) {
                long length = freeAt(at);
                if (length >= count) {
                    return at;
                }
                at = used.nextClearBit((int) (at + length));
            }
        }
        return -1;
    }

    private void gather(int count, List<Run> runs) {
        int rest = count;
        long at = used.nextClearBit(0);
        while (rest > 0) {
            int length = (int) Math.min(rest, freeAt(at));
            runs.add(new Run(at, length));
            rest -= length;
            at = used.nextClearBit((int) (at + length));
        }
    }
}
