package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * I/O in polling mode at the client end (LW-7): one IO_STATUS_BLOCK for each slot, RDMA-written by the server when the
 * I/O has ended, and found by whoever looks. Thread-safe: one thread at a time looks, under {@code lock}; a slot found
 * to have ended is taken out under it, and its future completed without.
 *
 * <p>A block is PENDING before its request can be seen here, so what was left of an earlier turn is never taken for an
 * answer.
 */
final class ClientPolling {
    private final ClientSlot[] slots;
    private final MemoryRegion blocks;
    private final Ender ender;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    /** Slots from this one on were never used in polling mode. */
    private volatile int used;

    /** What takes the memory of an I/O back and says what was asked for; then what tells its caller. */
    interface Ender {
        /** Under the lock; null if the connection has ended. */
        ClientRequest retire(ClientSlot slot, LwioStatus status, int information) throws LwioException;

        void complete(ClientSlot slot, ClientRequest request, LwioStatus status, int information);

        void violated(LwioException cause);
    }

    /** @param slots filled before anything is sent */
    ClientPolling(ProtectionDomain domain, ClientSlot[] slots, Ender ender) throws VerbsException {
        this.slots = slots;
        this.ender = ender;
        blocks = domain.allocate(slots.length * IoStatusBlock.BYTES, EnumSet.of(AccessRight.REMOTE_WRITE));
    }

    /** Where the block of a slot is. */
    MemoryRegion blocks() {
        return blocks;
    }

    /** A request in polling mode has been taken on; it may wait for a credit yet. */
    void expect(CompletableFuture<Integer> result) {
        open.incrementAndGet();
        result.whenComplete((information, failure) -> open.decrementAndGet());
    }

    /** Whether somebody has to look, now or once a request has got its credit. */
    boolean isExpected() {
        return open.get() > 0;
    }

    /** A request goes to a slot in polling mode; before the slot has it. */
    void begin(int slot) {
        blocks.setWord(slot * IoStatusBlock.BYTES, IoStatusBlock.PENDING);
        underWay.incrementAndGet();
        if (slot >= used) {
            used = slot + 1;
        }
    }

    /** Its credit is free again. */
    void end() {
        underWay.decrementAndGet();
    }

    /** I/Os that only a look can find the end of. */
    int underWay() {
        return underWay.get();
    }

    /**
     * Looks for I/Os that have ended, and completes their futures.
     *
     * @param certain whether to wait, a moment, for another thread that is looking: it may have looked too early
     * @return whether there were any
     */
    boolean poll(boolean certain) {
        boolean any = false;
        while (underWay.get() > 0 && completeOne(certain)) {
            any = true;
        }
        return any;
    }

    private boolean completeOne(boolean certain) {
        ClientSlot slot = null;
        ClientRequest request = null;
        LwioStatus status = null;
        int information = 0;
        LwioException violation = null;
        if (certain) {
            lock.lock();
        } else if (!lock.tryLock()) {
            return false;
        }
        try {
            for (int i = 0; i < used && request == null; i++) {
                slot = slots[i];
                long block = slot.isPolled() ? blocks.getWord(i * IoStatusBlock.BYTES) : IoStatusBlock.PENDING;
                if (block != IoStatusBlock.PENDING) {
                    if (!slot.isPosted()) {
                        throw invalid("the status block of a request came before the request was sent");
                    }
                    status = IoStatusBlock.status(block);
                    information = IoStatusBlock.information(block);
                    request = ender.retire(slot, status, information);
                }
            }
        } catch (LwioException e) {
            violation = e;
        } finally {
            lock.unlock();
        }
        if (violation != null) {
            ender.violated(violation);
        }
        if (request == null) {
            return false;
        }
        ender.complete(slot, request, status, information);
        return true;
    }

    /** Runs something that no look may overlap. */
    void exclusively(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }
}
