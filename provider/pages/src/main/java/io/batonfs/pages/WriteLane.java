package io.batonfs.pages;

import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The writes of one extent, carried out one after another in the order of their submission, while other extents' lanes
 * run beside it. No thread of its own and no lock: whoever makes it busy puts it on the I/O executor, where one thread
 * at a time drains it.
 *
 * <p>The plan at the head stays there until it is done. If the control path has it, the lane stands still, so that no
 * later write overtakes it, and goes on at the next {@link #kick}.
 *
 * <p>{@link #exclusively} runs an action between two writes, even while the head is with the control path: that is how
 * fencing, sealing and freeing wait for writes under way. Every write looks at the table when it starts; so a write
 * that starts after such an action sees every table published before the action was asked for.
 *
 * <p>The end, the forced end and the seal belong to the thread that drains; while the head plan is with the control
 * path they go with it.
 */
final class WriteLane {
    /** Writes in a row before other lanes get their turn of the executor's thread. */
    private static final int TURN = 32;

    /** Carries out the plan at the head. */
    interface Writer {

        /** False if the plan is with the control path now, so that the lane has to wait. */
        boolean write(WritePlan plan, WriteLane lane);
    }

    private final Executor io;
    private final Writer writer;
    private final Queue<WritePlan> plans = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> exclusive = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wakeUps = new AtomicInteger();

    private volatile long endAddress;
    private volatile boolean sealed;
    private long forcedAddress;

    /**
     * @param startAddress volume address of the extent's first byte; nothing is taken for forced yet
     * @param endAddress   volume address after its last acknowledged byte
     */
    WriteLane(Executor io, Writer writer, long startAddress, long endAddress, boolean sealed) {
        this.io = io;
        this.writer = writer;
        this.forcedAddress = startAddress;
        this.endAddress = endAddress;
        this.sealed = sealed;
    }

    /** Any thread: puts a plan at the end. */
    void enqueue(WritePlan plan) {
        plans.add(plan);
        kick();
    }

    /** Any thread: has the lane look at its head again. */
    void kick() {
        if (wakeUps.getAndIncrement() == 0) {
            try {
                io.execute(this::drain);
            } catch (RejectedExecutionException e) {
                // A bounded executor that is full: the submitter does the work, which slows it down as it should.
                drain();
            }
        }
    }

    /** Any thread: runs an action while no write of this extent is under way. */
    <T> CompletableFuture<T> exclusively(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        exclusive.add(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        kick();
        return result;
    }

    private void drain() {
        int seen = wakeUps.get();
        while (true) {
            if (!drainTurn()) {
                seen = wakeUps.addAndGet(-seen);
                if (seen == 0) {
                    return;
                }
                continue;
            }
            try {
                io.execute(this::drain);
                return;
            } catch (RejectedExecutionException e) {
                // Full: another turn here, rather than none anywhere.
                continue;
            }
        }
    }

    /** True if the turn ended with work left. */
    private boolean drainTurn() {
        for (int written = 0; written < TURN; written++) {
            for (Runnable action = exclusive.poll(); action != null; action = exclusive.poll()) {
                action.run();
            }
            WritePlan head = plans.peek();
            if (head == null || !writer.write(head, this)) {
                return false;
            }
            plans.remove();
        }
        return true;
    }

    /** Volume address after the last acknowledged byte; any thread may ask. */
    long endAddress() {
        return endAddress;
    }

    void endAddress(long newEnd) {
        endAddress = newEnd;
    }

    /** Whether appending has ended for ever; any thread may ask. */
    boolean isSealed() {
        return sealed;
    }

    void seal(long finalEnd) {
        endAddress = finalEnd;
        forcedAddress = Math.min(forcedAddress, finalEnd);
        sealed = true;
    }

    /** Volume address up to which all bytes are known to survive a power cut. */
    long forcedAddress() {
        return forcedAddress;
    }

    void forcedAddress(long newForced) {
        forcedAddress = newForced;
    }
}
