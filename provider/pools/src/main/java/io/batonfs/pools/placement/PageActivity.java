package io.batonfs.pools.placement;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Counts what is done with pages (POOL-7: recency, rate, mix of reads and writes), each under a small number, its
 * <i>slot</i>.
 *
 * <p><b>On the I/O path</b>, {@link #read} and {@link #wrote} add one to a count in the calling thread's stripe. They
 * take no lock, look at no clock, allocate nothing and never wait. Threads that share a stripe may lose a count when
 * they meet; nothing depends on a single one.
 *
 * <p><b>Once an interval</b>, whoever owns the rounds calls {@link #endInterval}: what was counted since the last
 * time becomes a <i>weight</i>, and the weights an average in which an interval counts half after the half-life. The
 * weight of {@code n} touches is the logarithm of {@code 1 + n}, base 2: a run of 512 reads, one after the other
 * through a page, counts 9 and not 512, so that one pass over a page does not look like use that lasts. A bit for
 * each of the last 64 intervals keeps whether anything was done at all.
 *
 * <p>Averages are taken over the intervals that were observed, but over no fewer than {@value #FEWEST_INTERVALS}:
 * what was done before a page was known here is taken for nothing, so that a page does not become hot by its first
 * touch. And what a time of quiet makes incredible is cut off: what was not touched for {@code q} intervals is not
 * taken for a page that is touched more than {@code 3 / q} times in each. So what was hot and is used no more cools in
 * minutes.
 *
 * <p><b>Threads.</b> {@code read} and {@code wrote} by any; a slot has to reach them by safe publication (in the
 * mapping table). All else takes this object's lock, never for longer than a few thousand pages take.
 */
public final class PageActivity {
    /** The slot of a page that is not counted: touching it does nothing. */
    public static final int UNTRACKED = -1;

    /** An average is over so many intervals at least. */
    static final int FEWEST_INTERVALS = 10;

    /**
     * The weight that may be expected, and fail to appear, in a time of quiet: with so many touches expected, one in
     * twenty pages has none.
     */
    private static final double MOST_IN_QUIET = 3;

    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK_PAGES = 1 << CHUNK_SHIFT;
    private static final int READS = 0;
    private static final int WRITES = 1;
    private static final int KINDS = 2;
    private static final int UNUSED = -1;
    private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(int[].class);

    private final int maxPages;
    private final int stripes;
    private final float keep;
    private final double[] shareKnown;
    private final Chunk[] chunks;
    private final Deque<Integer> freed = new ArrayDeque<>();
    private int slotsMade;
    private int interval;

    /** Slots come and go in chunks, so that no array is ever copied under those who count in it. */
    private static final class Chunk {
        final int[] counts;
        final int[] seen = new int[CHUNK_PAGES * KINDS];
        final float[] averages = new float[CHUNK_PAGES * KINDS];
        final long[] touched = new long[CHUNK_PAGES];
        final int[] addedIn = new int[CHUNK_PAGES];
        final int[] lastTouchedIn = new int[CHUNK_PAGES];

        Chunk(int stripes) {
            counts = new int[stripes * CHUNK_PAGES * KINDS];
            Arrays.fill(addedIn, UNUSED);
        }
    }

    /** Counts nothing yet. */
    public PageActivity(ActivityConfig config) {
        this.maxPages = config.maxPages();
        this.stripes = config.stripes();
        this.keep = (float) StrictMath.pow(0.5, 1.0 / config.halfLifeIntervals());
        this.shareKnown = new double[8 * config.halfLifeIntervals() + FEWEST_INTERVALS + 1];
        double unknown = 1;
        for (int observed = 0; observed < shareKnown.length; observed++) {
            shareKnown[observed] = 1 - unknown;
            unknown *= keep;
        }
        this.chunks = new Chunk[(maxPages + CHUNK_PAGES - 1) >>> CHUNK_SHIFT];
    }

    /** Begins to count for a page; {@link #UNTRACKED} if as many as can be are counted already. */
    public synchronized int add() {
        Integer again = freed.poll();
        if (again == null && slotsMade == maxPages) {
            return UNTRACKED;
        }
        int slot = again == null ? slotsMade++ : again;
        if (chunks[slot >>> CHUNK_SHIFT] == null) {
            chunks[slot >>> CHUNK_SHIFT] = new Chunk(stripes);
        }
        Chunk chunk = chunks[slot >>> CHUNK_SHIFT];
        int at = slot & CHUNK_PAGES - 1;
        for (int kind = 0; kind < KINDS; kind++) {
            chunk.seen[at * KINDS + kind] = counted(chunk, at, kind);
            chunk.averages[at * KINDS + kind] = 0;
        }
        chunk.touched[at] = 0;
        chunk.addedIn[at] = interval;
        chunk.lastTouchedIn[at] = interval;
        return slot;
    }

    /**
     * Ends counting for a page; its slot is given to another. A touch that comes late counts for that one.
     *
     * @throws IllegalArgumentException if the slot is not in use
     */
    public synchronized void remove(int slot) {
        if (slot == UNTRACKED) {
            return;
        }
        if (!isInUse(slot)) {
            throw new IllegalArgumentException("slot " + slot + " is not in use");
        }
        chunks[slot >>> CHUNK_SHIFT].addedIn[slot & CHUNK_PAGES - 1] = UNUSED;
        freed.push(slot);
    }

    /** A page is read. Any thread. */
    public void read(int slot) {
        touch(slot, READS);
    }

    /** A page is written. Any thread. */
    public void wrote(int slot) {
        touch(slot, WRITES);
    }

    private void touch(int slot, int kind) {
        if (slot >= 0) {
            int[] counts = chunks[slot >>> CHUNK_SHIFT].counts;
            int stripe = (int) Thread.currentThread().getId() & stripes - 1;
            int at = index(stripe, slot & CHUNK_PAGES - 1, kind);
            COUNTS.setOpaque(counts, at, (int) COUNTS.getOpaque(counts, at) + 1);
        }
    }

    /** Ends an interval for all pages and begins the next. Called by one thread at a time. */
    public void endInterval() {
        for (int first = 0; first < slotsMade(); first += CHUNK_PAGES) {
            endInterval(first >>> CHUNK_SHIFT);
        }
        synchronized (this) {
            interval++;
        }
    }

    private synchronized int slotsMade() {
        return slotsMade;
    }

    private synchronized void endInterval(int chunkNumber) {
        Chunk chunk = chunks[chunkNumber];
        int used = Math.min(CHUNK_PAGES, slotsMade - (chunkNumber << CHUNK_SHIFT));
        for (int at = 0; at < used; at++) {
            if (chunk.addedIn[at] != UNUSED) {
                boolean touched = average(chunk, at, READS) | average(chunk, at, WRITES);
                chunk.touched[at] = chunk.touched[at] << 1 | (touched ? 1 : 0);
                if (touched) {
                    chunk.lastTouchedIn[at] = interval + 1;
                }
            }
        }
    }

    /** Whether anything was counted. */
    private boolean average(Chunk chunk, int at, int kind) {
        int now = counted(chunk, at, kind);
        int since = now - chunk.seen[at * KINDS + kind];
        chunk.seen[at * KINDS + kind] = now;
        chunk.averages[at * KINDS + kind] = keep * chunk.averages[at * KINDS + kind] + (1 - keep) * weight(since);
        return since > 0;
    }

    /** Over all stripes. It wraps around, and falls by what a slow thread overwrites: only differences count. */
    private int counted(Chunk chunk, int at, int kind) {
        int sum = 0;
        for (int stripe = 0; stripe < stripes; stripe++) {
            sum += (int) COUNTS.getOpaque(chunk.counts, index(stripe, at, kind));
        }
        return sum;
    }

    private static int index(int stripe, int at, int kind) {
        return ((stripe << CHUNK_SHIFT) + at) * KINDS + kind;
    }

    /** The logarithm of 1 + touches, base 2, by straight lines between powers of two; 0 if there were none. */
    static float weight(int touches) {
        if (touches <= 0) {
            return 0;
        }
        long next = touches + 1L;
        int power = 63 - Long.numberOfLeadingZeros(next);
        return power + (float) (next - (1L << power)) / (1L << power);
    }

    /** What was done with a page until the last interval ended; {@link Activity#NONE} if it is counted no more. */
    public synchronized Activity of(int slot) {
        if (!isInUse(slot)) {
            return Activity.NONE;
        }
        Chunk chunk = chunks[slot >>> CHUNK_SHIFT];
        int at = slot & CHUNK_PAGES - 1;
        int observed = interval - chunk.addedIn[at];
        int quiet = interval - chunk.lastTouchedIn[at];
        double known = observed < shareKnown.length ? shareKnown[Math.max(observed, FEWEST_INTERVALS)] : 1;
        double reads = chunk.averages[at * KINDS + READS] / known;
        double writes = chunk.averages[at * KINDS + WRITES] / known;
        double credible = reads + writes > 0 ? Math.min(1, MOST_IN_QUIET / (quiet * (reads + writes))) : 1;
        return new Activity(reads * credible, writes * credible, Long.bitCount(chunk.touched[at]), quiet, observed);
    }

    private boolean isInUse(int slot) {
        return slot >= 0 && slot < slotsMade
                && chunks[slot >>> CHUNK_SHIFT].addedIn[slot & CHUNK_PAGES - 1] != UNUSED;
    }

    /** Memory that the counts of one page take. */
    public int bytesPerPage() {
        return Integer.BYTES * KINDS * (stripes + 1) + Float.BYTES * KINDS + Long.BYTES + 2 * Integer.BYTES;
    }
}
