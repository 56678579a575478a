package io.batonfs.pools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Which rows of a pool are free. It is rebuilt from the segment slots at each open. Rows given back wait for the next
 * checkpoint ({@link #release}): until then a crash may bring back the segment that they belonged to, or replay may
 * need what is in them.
 *
 * <p>Free rows are kept as runs, neighbours joined. Who asks gets rows behind those it has (the hint) if they are free,
 * else the beginning of the shortest run that is long enough, the first of several: so long runs stay long, and what
 * has been used before is used again before what never was, which the operating system has in its cache and a sparse
 * file has blocks for. If no run is long enough, the longest ones are taken, so that a segment has few pieces.
 *
 * <p>Who asks for no rows, or gives rows back that are free, wait already or lie outside of the pool, is refused before
 * anything has changed: an allocator that gave a row to two segments would cost both. Callers can't come to that by what
 * users or devices say, since a segment is freed once, under its lock, and rows that devices name pass {@link #occupy};
 * so it means that memory is wrong, and within a change it closes the pool to changes.
 *
 * <p>Rows that are free may be <i>claimed</i> for a while ({@link #claim}), by who wants to write something there that
 * nobody will read. They count as free, and nobody is given them meanwhile; who can't do without them waits
 * ({@link #awaitClaimed}). Claims are in memory only: a crash ends them.
 *
 * <p>Some rows may be <i>kept</i> for those who give more back than they take ({@link #borrow}, {@link #repay}): nobody else
 * is given them. What is borrowed counts as a part of them, and for more than those whoever can't do without waits as for
 * claims; so who allocates finds as much as if nobody borrowed.
 *
 * <p>Each call takes time that grows with the logarithm of the number of free runs, which are at most one more than the
 * runs of all segments, and some 130 bytes of memory for each; but a claim looks at all free runs of its range.
 * Thread-safe; every method takes this object's lock.
 *
 * <p>Public for the benchmark, which measures it alone.
 */
public final class RowAllocator {
    /** As many as the length of a {@link Run} can tell. */
    static final long MOST_ROWS = Integer.MAX_VALUE - 8L;

    private final TreeMap<Long, Run> free = new TreeMap<>();
    private final TreeSet<Run> bySize = new TreeSet<>(Comparator.comparingInt(Run::rows).thenComparingLong(Run::start));
    private final TreeMap<Long, Run> waiting = new TreeMap<>();
    private final TreeMap<Long, Run> claimed = new TreeMap<>();
    private final long rows;
    private final long kept;
    private long freeRows;
    private long waitingRows;
    private long claimedRows;
    /** Rows that were borrowed and not repaid. */
    private long lent;
    /** Who can't do without rows that are claimed, or may not. */
    private int wanting;

    /**
     * All rows of a pool, free.
     *
     * @param rows how many; no more than 2^31 - 9 are used
     */
    public RowAllocator(long rows) {
        this(rows, 0);
    }

    /**
     * The same, of which some are kept.
     *
     * @param kept rows that only {@link #borrow} gives
     */
    RowAllocator(long rows, long kept) {
        this.rows = Math.min(rows, MOST_ROWS);
        this.kept = kept;
        if (this.rows > 0) {
            insert(new Run(0, (int) this.rows));
        }
    }

    long rows() {
        return rows;
    }

    /** Rows that are free or soon will be, claimed ones among them. */
    synchronized long freeRows() {
        return freeRows + waitingRows + claimedRows;
    }

    /** Those of them that {@link #allocate} may give, or may when what is lent is repaid; below 0 where too few are kept. */
    synchronized long spareRows() {
        return freeRows + waitingRows + claimedRows + lent - kept;
    }

    private long unlent() {
        return Math.max(0, kept - lent);
    }

    /** How many a checkpoint would free. */
    synchronized long waitingRows() {
        return waitingRows;
    }

    /**
     * Marks rows as used, when the pool is opened.
     *
     * @return whether they were free and within the pool; if not, some of them may be marked all the same
     */
    synchronized boolean occupy(List<Run> runs) {
        for (Run run : runs) {
            if (freeFrom(run.start()) < run.rows()) {
                return false;
            }
            take(run.start(), run.rows());
        }
        return true;
    }

    /**
     * Takes rows, together if possible.
     *
     * @param hint row at which to look first
     * @return runs, by their place, or null if there are not enough rows
     * @throws IllegalArgumentException if it is none that is asked for
     */
    public synchronized List<Run> allocate(int count, long hint) {
        return take(count, hint, freeRows - unlent());
    }

    /**
     * The same, also of rows that are kept. One borrows at a time, and says when he has given rows for them, or those back:
     * {@link #repay}, or {@link #unborrow} if no record ever named them.
     */
    synchronized List<Run> borrow(int count, long hint) {
        List<Run> runs = take(count, hint, freeRows);
        lent += runs == null ? 0 : count;
        return runs;
    }

    /**
     * As {@link #putBack}, of rows that were borrowed: they are kept again.
     *
     * @throws IllegalArgumentException as there
     */
    synchronized void unborrow(List<Run> runs) {
        putBack(runs);
        lent -= runs.stream().mapToLong(Run::rows).sum();
        notifyAll();
    }

    /**
     * As {@link #putBackLater}; nothing is borrowed any more.
     *
     * @throws IllegalArgumentException as there
     */
    synchronized void repay(List<Run> runs) {
        putBackLater(runs);
        lent = 0;
        notifyAll();
    }

    private List<Run> take(int count, long hint, long most) {
        if (count < 1) {
            throw new IllegalArgumentException("nobody can be given " + count + " rows");
        }
        if (count > most) {
            return null;
        }
        if (freeFrom(hint) >= count) {
            return List.of(take(hint, count));
        }
        List<Run> runs = new ArrayList<>();
        int rest = count;
        while (rest > 0) {
            Run shortest = bySize.ceiling(new Run(0, rest));
            Run run = shortest != null ? shortest : bySize.last();
            runs.add(take(run.start(), Math.min(rest, run.rows())));
            rest -= Math.min(rest, run.rows());
        }
        runs.sort(Comparator.comparingLong(Run::start));
        return runs;
    }

    /**
     * Gives rows back at once: no record ever named them.
     *
     * @throws IllegalArgumentException if some of them are not in use; then none is given back
     */
    public synchronized void putBack(List<Run> runs) {
        checkInUse(runs);
        runs.forEach(this::insert);
    }

    /**
     * Gives rows back that a segment had.
     *
     * @throws IllegalArgumentException if some of them are not in use; then none is given back
     */
    synchronized void putBackLater(List<Run> runs) {
        checkInUse(runs);
        for (Run run : runs) {
            waiting.put(run.start(), run);
            waitingRows += run.rows();
        }
    }

    /**
     * Takes free rows that lie together out of use until they are {@linkplain #unclaim given back}.
     *
     * @param from   the first row that may be taken
     * @param end    the row after the last that may be
     * @param count  how many, at least 1
     * @param align  they begin at a multiple of this
     * @param leave  rows that must be left free for others
     * @param random chooses among several places, each as likely as another
     * @return empty if there is no such run, or somebody needs what is free
     */
    synchronized Optional<Run> claim(long from, long end, int count, int align, long leave, RandomGenerator random) {
        if (wanting > 0 || freeRows - count < leave) {
            return Optional.empty();
        }
        Long before = free.floorKey(from);
        long places = 0;
        for (Run run : free.subMap(before == null ? from : before, Math.max(from, end)).values()) {
            places += places(run, from, end, count, align);
        }
        if (places == 0) {
            return Optional.empty();
        }
        long place = random.nextLong(places);
        for (Run run : free.subMap(before == null ? from : before, end).values()) {
            long here = places(run, from, end, count, align);
            if (place < here) {
                Run taken = take(firstPlace(run, from, align) + place * align, count);
                claimed.put(taken.start(), taken);
                claimedRows += count;
                return Optional.of(taken);
            }
            place -= here;
        }
        throw new AssertionError("place " + place + " is beyond all runs");
    }

    /** Whether {@link #claim} of so many rows finds too few for what must be left, though it would not in an empty pool. */
    synchronized boolean isTooFull(int count, long leave) {
        return freeRows - count < leave && rows - count >= leave;
    }

    /** Whether rows of a range wait for a checkpoint to be free. */
    synchronized boolean isAwaited(long from, long end) {
        return waiting.values().stream().anyMatch(run -> run.start() < end && from < run.end());
    }

    private static long firstPlace(Run run, long from, int align) {
        return (Math.max(run.start(), from) + align - 1) / align * align;
    }

    private static long places(Run run, long from, long end, int count, int align) {
        long room = Math.min(run.end(), end) - count - firstPlace(run, from, align);
        return room < 0 ? 0 : room / align + 1;
    }

    /**
     * Gives back what {@link #claim} gave.
     *
     * @throws IllegalArgumentException if it is not claimed
     */
    synchronized void unclaim(Run run) {
        if (!claimed.remove(run.start(), run)) {
            throw new IllegalArgumentException("the rows " + run + " are not claimed");
        }
        claimedRows -= run.rows();
        insert(run);
        notifyAll();
    }

    /** Nothing is claimed any more until {@link #endWanting} was called as often: somebody has found too few rows. */
    synchronized void beginWanting() {
        wanting++;
    }

    /** Whether somebody is between {@link #beginWanting} and {@link #endWanting}. */
    synchronized boolean isWanted() {
        return wanting > 0;
    }

    /** The end of {@link #beginWanting}. */
    synchronized void endWanting() {
        wanting--;
    }

    /**
     * Waits until so many rows, and those that are kept, are free or wait for a checkpoint, as long as giving back claims, or
     * more than is kept that was lent, can bring that about; whoever has claimed something gives it back within a sample's
     * time. Called between {@link #beginWanting} and {@link #endWanting}. An interrupt is kept for later.
     */
    synchronized void awaitClaimed(int count) {
        boolean interrupted = false;
        while (freeRows + waitingRows - unlent() < count && (claimedRows > 0 || lent > kept)) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A checkpoint is finished: rows that waited are free. */
    synchronized void release() {
        waiting.values().forEach(this::insert);
        waiting.clear();
        waitingRows = 0;
    }

    /** Length of the longest free run. */
    synchronized int largestFreeRun() {
        return bySize.isEmpty() ? 0 : bySize.last().rows();
    }

    /** How many runs of free rows there are, none beside another. */
    public synchronized int freeRuns() {
        return free.size();
    }

    /** How many rows from one on, itself included, are free. */
    private long freeFrom(long row) {
        Map.Entry<Long, Run> at = free.floorEntry(row);
        return at == null ? 0 : Math.max(0, at.getValue().end() - row);
    }

    /** Takes free rows out of the run that they lie in. */
    private Run take(long start, int count) {
        Run whole = free.floorEntry(start).getValue();
        remove(whole);
        if (start > whole.start()) {
            add(new Run(whole.start(), (int) (start - whole.start())));
        }
        if (start + count < whole.end()) {
            add(new Run(start + count, (int) (whole.end() - start - count)));
        }
        freeRows -= count;
        return new Run(start, count);
    }

    private void checkInUse(List<Run> runs) {
        long end = 0;
        for (Run run : runs.stream().sorted(Comparator.comparingLong(Run::start)).toList()) {
            if (run.start() < end || run.end() > rows || meets(free, run) || meets(waiting, run)
                    || meets(claimed, run)) {
                throw new IllegalArgumentException("of the rows " + runs + " some are not in use: they are free, wait "
                        + "for a checkpoint already, are claimed, are named twice, or lie behind the last of " + rows);
            }
            end = run.end();
        }
    }

    private static boolean meets(TreeMap<Long, Run> runs, Run run) {
        Map.Entry<Long, Run> last = runs.lowerEntry(run.end());
        return last != null && last.getValue().end() > run.start();
    }

    private void insert(Run run) {
        Map.Entry<Long, Run> before = free.floorEntry(run.start());
        Map.Entry<Long, Run> behind = free.ceilingEntry(run.start());
        long start = run.start();
        long end = run.end();
        if (before != null && before.getValue().end() == start) {
            start = before.getKey();
            remove(before.getValue());
        }
        if (behind != null && behind.getKey() == end) {
            end = behind.getValue().end();
            remove(behind.getValue());
        }
        add(new Run(start, (int) (end - start)));
        freeRows += run.rows();
    }

    private void add(Run run) {
        free.put(run.start(), run);
        bySize.add(run);
    }

    private void remove(Run run) {
        free.remove(run.start());
        bySize.remove(run);
    }
}
