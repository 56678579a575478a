package io.batonfs.pages;

import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The pages and extents of one server: reads and writes by volume address go through the accelerated path, everything
 * else through the control path (VA-1). Thread-safe.
 */
public interface PageEngine extends Closeable {

    /**
     * Makes an extent known here, so that its pages can be written. Doing it again for the same extent and pages does
     * nothing, but for a higher epoch, and for the pool, where pages are made from then on. After a restart it is needed again before pages are written
     * that had no segment: what a restart finds is what the pools hold.
     *
     * @param poolName the pool to keep its pages in, chosen by class of service
     * @throws io.batonfs.model.BatonException ALREADY_EXISTS if a page is held by another extent (DESIGN.md 6),
     *                                         NOT_FOUND if there is no such pool
     */
    void addExtent(Extent extent, String poolName) throws IOException;

    /**
     * Starts a write; the completion is called once, maybe before this returns. Bytes are only added at the extent's
     * end. A write that lies wholly before the end and repeats what stands there succeeds again, so that a client may
     * repeat what was not answered. Writes of one extent are carried out in the order of submission; none needs to wait
     * for the one before. An empty write with {@code writeThrough} forces the extent; its address counts for nothing.
     * FENCED if the writer's epoch is older than the one in force; OUTCOME_UNKNOWN if the extent has to be sealed and
     * gone on with in a new one.
     */
    void write(WriteRequest request, IoCompletion completion);

    /**
     * Starts a read; the completion is called once, maybe before this returns. A page of no extent held here fails with
     * NO_SUCH_EXTENT, bytes beyond the acknowledged length with INVALID_ARGUMENT, a page that should be here and is not
     * with DATA_LOST.
     */
    void read(ReadRequest request, IoCompletion completion);

    /**
     * As {@link #read}, carried out in the caller's thread as long as nothing exceptional is met: for callers with
     * threads enough of their own, whose reads mostly find their data in memory, so that a hop to another thread would
     * cost more than the read.
     */
    void readHere(ReadRequest request, IoCompletion completion);

    /**
     * Reads in the caller's thread into memory that is only lent: once this returns, nothing touches it any more. So
     * whatever is exceptional, and would be waited for, ends it here; {@link #read} deals with that, and says why.
     *
     * @return whether it was read; if not, the destination holds anything
     */
    boolean readAtOnce(ReadRequest request);

    /**
     * Whether {@link #addExtent} has to bring the catalog's word before anything is said of an extent's length: what a start
     * found of it may be a part only, since its first pages may be lost, or in a pool that could not be opened; in one such may
     * be all of an extent of which nothing was found. Costs nothing.
     */
    boolean needsWord(ExtentId extent);

    /**
     * What is held of an extent.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if it is not known here, DATA_LOST if its length is not
     *                                         ({@link ExtentState#lengthKnown})
     */
    ExtentState state(ExtentId extent) throws IOException;

    /**
     * How many failed devices the pool survives in which the least safe page of an extent is; 0 of one without pages.
     *
     * @throws io.batonfs.model.BatonException NO_SUCH_EXTENT if it is not known here
     */
    int failuresSurvived(ExtentId extent) throws IOException;

    /** Every extent held here (CAT-7: owners report what they hold). */
    List<ExtentState> report();

    /** How many {@link #report} would list; costs nothing. */
    int extents();

    /**
     * Refuses from now on every writer that shows an older epoch, and waits for writes under way (CAT-10). Survives a
     * power cut when it returns.
     */
    ExtentState fence(ExtentId extent, Epoch writeEpoch) throws IOException;

    /**
     * Ends appending at a length, for ever (the same length again does nothing).
     *
     * @param lengthBytes at most the acknowledged length, else INVALID_ARGUMENT
     * @param force       whether all its bytes must survive a power cut when this returns
     */
    ExtentState seal(ExtentId extent, long lengthBytes, boolean force) throws IOException;

    /** CRC32C of a range within the acknowledged length. */
    int checksum(ExtentId extent, long offset, long lengthBytes) throws IOException;

    /** Gives the space of an extent back; waits for I/O under way on it. An unknown extent is none of our affair. */
    void free(ExtentId extent) throws IOException;

    /** I/Os that met no exception, and I/Os that the control path handled: the counters of VA-1. */
    PageEngineCounters counters();
}
