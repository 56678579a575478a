package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way that every change of a pool takes: room in journal and batch area is set aside, the record is written, forces
 * are shared, and checkpoints are made when room runs out, by the thread that needs it.
 *
 * <p>Changes hold {@link #gate} shared and go on side by side; a checkpoint holds it alone. Reads of segments don't
 * pass here. After a failure in the middle of a change or a checkpoint no further change is accepted, because memory
 * and devices may no longer agree; the next open finds out what holds. An {@link Error} is such a failure too, as when
 * memory runs out; one before a change's record was begun is not: then the change has not happened, and fails alone.
 *
 * <p>A force is done by one thread for all that wait ({@code forcing}): data devices, then a
 * {@link JournalRecord.Synced}, then the journal.
 */
final class Mutations {
    private static final Logger LOG = LoggerFactory.getLogger(Mutations.class);

    private final PoolLayout layout;
    private final PoolMembers members;
    private final Journal journal;
    private final Checkpointer checkpointer;
    private final RowAllocator allocator;
    private final ForcePolicy forces;
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private final ReentrantLock forcing = new ReentrantLock();
    private final Condition forced = forcing.newCondition();
    private boolean forceRunning;
    private long durableSequence;
    private final AtomicLong unforcedBytes = new AtomicLong();
    /** Whether an early force was asked for and has not ended. */
    private final AtomicBoolean earlyAsked = new AtomicBoolean();
    /** Whether a checkpoint was asked for because many rows wait for one, and has not ended. */
    private final AtomicBoolean recyclingAsked = new AtomicBoolean();
    private volatile Throwable closedBy;

    Mutations(PoolLayout layout, PoolMembers members, Journal journal, Checkpointer checkpointer,
            RowAllocator allocator, ForcePolicy forces) {
        this.layout = layout;
        this.members = members;
        this.journal = journal;
        this.checkpointer = checkpointer;
        this.allocator = allocator;
        this.forces = forces;
    }

    /** What a change does between {@link #change}'s setting room aside and giving the rest back. */
    interface Change {

        /**
         * Writes in place what may be there before the record, then the record, then does what follows from it.
         *
         * @param recording takes the record
         */
        void run(Recording recording) throws IOException;
    }

    /** What is done {@linkplain #beside beside} changes. */
    interface Work {
        void run() throws IOException;
    }

    /** A change's way to the journal; for one change, and so one thread. */
    final class Recording {
        private boolean begun;

        /** Writes the change's record. */
        void append(JournalRecord record) throws IOException {
            begun = true;
            journal.append(record);
        }
    }

    /**
     * Runs a change.
     *
     * @param recordBytes most bytes that it adds to the journal
     * @param pages       most metadata pages that it changes
     */
    void change(int recordBytes, int pages, Change change) throws IOException {
        int batchBytes = checkpointer.changeBytes(pages);
        Recording recording = new Recording();
        begin(recordBytes, batchBytes);
        try {
            change.run(recording);
        } catch (IOException | RuntimeException e) {
            close(e);
            throw e;
        } catch (Error e) {
            if (recording.begun) {
                close(e);
            }
            throw e;
        } finally {
            journal.cancel(recordBytes);
            checkpointer.cancel(batchBytes);
            gate.readLock().unlock();
        }
    }

    /** Counts bytes written in place; says whether they should be forced. */
    ForceNeed countUnforced(long bytes) {
        long unforced = unforcedBytes.addAndGet(bytes);
        if (unforced >= forces.latestBytes()) {
            return ForceNeed.NOW;
        }
        return unforced >= forces.earlyBytes() ? ForceNeed.EARLY : ForceNeed.NONE;
    }

    /** Does what is needed: forces, has it done while the caller goes on, or neither. Not within a change. */
    void force(ForceNeed need) throws IOException {
        if (need == ForceNeed.NOW) {
            force();
        } else if (need == ForceNeed.EARLY && earlyAsked.compareAndSet(false, true)) {
            try {
                forces.executor().execute(this::forceEarly);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                // Refused, or no thread could be made: whoever asks does it, and the next asks again.
                earlyAsked.set(false);
                force();
            }
        }
    }

    /**
     * Nobody waits for it: a failure closes the pool to changes, so that the next one meets it. After an error in a
     * force everything still counts as unforced, and the next force makes up for it.
     */
    private void forceEarly() {
        try {
            force();
        } catch (IOException | RuntimeException | Error e) {
            failedBeside("what was written could not be forced early", e);
        } finally {
            earlyAsked.set(false);
        }
    }

    /** Makes all records so far, and the bytes that they speak of, survive a power cut. Not within a change. */
    void force() throws IOException {
        checkOpen();
        long sequence = journal.lastSequence();
        forcing.lock();
        try {
            while (durableSequence < sequence) {
                if (forceRunning) {
                    forced.awaitUninterruptibly();
                } else {
                    lead();
                }
            }
        } finally {
            forcing.unlock();
        }
    }

    /**
     * Has a checkpoint made while the caller goes on, if so many rows wait for one that it pays. Not within a change.
     * Nobody needs it: what the executor refuses, the next call asks for again.
     */
    void recycle() {
        if (allocator.waitingRows() * layout.rowBytes() >= forces.freedBytes()
                && recyclingAsked.compareAndSet(false, true)) {
            try {
                forces.executor().execute(this::checkpointBeside);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                recyclingAsked.set(false);
            }
        }
    }

    /** Nobody waits for it: a failure closes the pool to changes, so that the next one meets it. */
    private void checkpointBeside() {
        try {
            force(); // while changes go on, so that there is little left to force while none may
            checkpoint();
        } catch (IOException | RuntimeException | Error e) {
            failedBeside("no checkpoint could be made for rows that were freed", e);
        } finally {
            recyclingAsked.set(false);
        }
    }

    private void failedBeside(String what, Throwable e) {
        if (isOpen() || closedBy == e) {
            LOG.error("pool {}: {}", layout.name(), what, e);
        } else {
            LOG.debug("pool {}: {}, because it was closed before", layout.name(), what, e);
        }
    }

    /** Makes a checkpoint, if there is anything to do. */
    void checkpoint() throws IOException {
        gate.writeLock().lock();
        try {
            checkOpen();
            checkpointAlone();
        } finally {
            gate.writeLock().unlock();
        }
    }

    /** Somebody has looked at all blocks: devices that were opened as older copies are so no more. */
    void believeAll() throws IOException {
        alone(checkpointer::believeAll);
    }

    /** Whether a device is in use that was opened as an older copy; within {@link #beside}. */
    boolean doubts(int device) {
        return checkpointer.doubts(device);
    }

    /** Who does what nobody waits for, and when. */
    ForcePolicy forces() {
        return forces;
    }

    /** How many metadata pages a large change may touch. */
    int mostPages() {
        return checkpointer.mostPages();
    }

    /** The last finished checkpoint; within {@link #beside}. */
    PoolHeaderFormat.Header lastCheckpoint() {
        return checkpointer.header();
    }

    /** Does something beside changes, while no checkpoint is made. Its failure is its caller's alone. */
    void beside(Work work) throws IOException {
        gate.readLock().lock();
        try {
            checkOpen();
            work.run();
        } finally {
            gate.readLock().unlock();
        }
    }

    /** Does something while neither a change nor a checkpoint is under way. Its failure is its caller's alone. */
    void alone(Work work) throws IOException {
        gate.writeLock().lock();
        try {
            checkOpen();
            work.run();
        } finally {
            gate.writeLock().unlock();
        }
    }

    /** Refuses changes from now on. */
    void close(Throwable reason) {
        if (closedBy == null) {
            closedBy = reason;
        }
    }

    boolean isOpen() {
        return closedBy == null;
    }

    /** Why changes are refused; empty while they aren't. */
    Optional<String> closedBecause() {
        return Optional.ofNullable(closedBy).map(
                reason -> reason.getMessage() == null ? reason.toString() : reason.getMessage());
    }

    private void checkOpen() throws BatonException {
        Throwable reason = closedBy;
        if (reason != null) {
            String why = reason instanceof Error ? reason.toString() : reason.getMessage();
            throw new BatonException(ErrorCode.READ_ONLY, "pool " + layout.name() + " takes no changes: " + why
                    + "; mend the cause and restart the server", reason);
        }
    }

    private void begin(int recordBytes, int batchBytes) throws IOException {
        for (int attempt = 0; attempt < 3; attempt++) {
            gate.readLock().lock();
            boolean ready = false;
            try {
                checkOpen();
                ready = reserve(recordBytes, batchBytes);
            } finally {
                if (!ready) {
                    gate.readLock().unlock();
                }
            }
            if (ready) {
                return;
            }
            makeRoom(recordBytes, batchBytes);
        }
        // Others took the room that each checkpoint made: make it, and take it before anyone else can.
        gate.writeLock().lock();
        try {
            checkOpen();
            checkpointAlone();
            if (!reserve(recordBytes, batchBytes)) {
                throw new BatonException(ErrorCode.INTERNAL, "pool " + layout.name() + ": a change of " + recordBytes
                        + " journal bytes and " + batchBytes + " batch bytes is larger than the areas for them");
            }
            gate.readLock().lock();
        } finally {
            gate.writeLock().unlock();
        }
    }

    private boolean reserve(int recordBytes, int batchBytes) {
        if (!journal.reserve(recordBytes)) {
            return false;
        }
        if (!checkpointer.reserve(batchBytes)) {
            journal.cancel(recordBytes);
            return false;
        }
        return true;
    }

    private void makeRoom(int recordBytes, int batchBytes) throws IOException {
        gate.writeLock().lock();
        try {
            checkOpen();
            if (reserve(recordBytes, batchBytes)) {
                journal.cancel(recordBytes);
                checkpointer.cancel(batchBytes);
            } else {
                checkpointAlone();
            }
        } finally {
            gate.writeLock().unlock();
        }
    }

    private void checkpointAlone() throws IOException {
        if (journal.isEmpty()) {
            return;
        }
        long sequence = journal.lastSequence();
        try {
            checkpointer.run(sequence);
            journal.restart(checkpointer.header().checkpoint(), sequence);
            allocator.release();
            unforcedBytes.set(0);
            reached(sequence);
        } catch (IOException | RuntimeException | Error e) {
            // Once the batch is whole, records of the present round are void for whoever opens the pool next.
            close(e);
            throw e;
        }
    }

    /** Forces for everybody; called and left with {@link #forcing} held. */
    private void lead() throws IOException {
        forceRunning = true;
        forcing.unlock();
        boolean full = false;
        try {
            full = !forceNow();
            if (full) {
                checkpoint();
            }
        } catch (IOException | RuntimeException e) {
            close(e);
            throw e;
        } finally {
            forcing.lock();
            forceRunning = false;
            forced.signalAll();
        }
    }

    /** Returns false if there is no room to say that data are durable. */
    private boolean forceNow() throws IOException {
        gate.readLock().lock();
        try {
            checkOpen();
            long sequence = journal.lastSequence();
            long covered = unforcedBytes.get();
            long mask = members.takeUnforced();
            if (mask != 0) {
                members.force(mask);
            }
            if (!journal.appendSynced(sequence)) {
                return false;
            }
            members.forceMetadata();
            journal.beginSector();
            unforcedBytes.addAndGet(-covered);
            reached(sequence);
            return true;
        } finally {
            gate.readLock().unlock();
        }
    }

    private void reached(long sequence) {
        forcing.lock();
        try {
            durableSequence = Math.max(durableSequence, sequence);
            forced.signalAll();
        } finally {
            forcing.unlock();
        }
    }
}
