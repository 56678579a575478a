package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A bounded number of equal buffers, made when first needed and kept. The one given back last is given out first, since
 * it is still in the processor's cache. Thread-safe: everything is guarded by {@code this}; waiters are called without
 * it.
 *
 * <p>At any moment a buffer is free, or one {@link Holder}'s. It goes from one to the other by stores alone, between
 * which nothing is called and nothing made: so no Error, as of a stack's end, comes in between and loses it.
 */
final class IoBufferPool implements Closeable {
    private final ProtectionDomain domain;
    private final int bufferBytes;
    private final int maxPieces;
    private final int limit;
    /** Linked by {@link IoBuffer#nextFree}. */
    private IoBuffer firstFree;
    private int freeCount;
    /** Linked by {@link Waiter#behind}. */
    private Waiter firstWaiting;
    private Waiter lastWaiting;
    /** With room for all. */
    private final List<IoBuffer> made;
    private boolean closed;

    /** A pool of at most {@code limit} buffers. */
    IoBufferPool(ProtectionDomain domain, int bufferBytes, int maxPieces, int limit) {
        this.domain = domain;
        this.bufferBytes = bufferBytes;
        this.maxPieces = maxPieces;
        this.limit = limit;
        made = new ArrayList<>(limit);
    }

    /** Whoever may have a buffer. */
    static class Holder {
        /** The buffer that he has; null if none. Taken from him by {@link IoBufferPool#put} only, or by himself. */
        IoBuffer read;
    }

    /** Who waits for a buffer, of one connection. */
    abstract static class Waiter extends Holder {
        /** Of his connection: what goes wrong is noted there. */
        final GivingBack owner;
        private Waiter behind;
        private boolean goes;

        Waiter(GivingBack owner) {
            this.owner = owner;
        }

        /** He has got a buffer; by the thread that gave it back. */
        abstract void given();
    }

    /**
     * A buffer for a waiter: now, or later if there is none: first come, first served.
     *
     * @return whether he has it now
     */
    synchronized boolean takeOrWait(Waiter waiter) throws VerbsException {
        if (firstWaiting == null && take(waiter)) {
            return true;
        }
        waiter.behind = null;
        if (firstWaiting == null) {
            firstWaiting = waiter;
        } else {
            lastWaiting.behind = waiter;
        }
        lastWaiting = waiter;
        return false;
    }

    private boolean take(Holder holder) throws VerbsException {
        if (closed) {
            return false;
        }
        if (firstFree == null && made.size() < limit) {
            make();
        }
        IoBuffer buffer = firstFree;
        if (buffer == null) {
            return false;
        }
        firstFree = buffer.nextFree;
        freeCount--;
        holder.read = buffer;
        return true;
    }

    /** One more that is free. */
    private void make() throws VerbsException {
        MemoryRegion region = null;
        IoBuffer buffer = null;
        try {
            region = domain.allocate(bufferBytes, Set.of(AccessRight.LOCAL_WRITE));
            buffer = new IoBuffer(region, maxPieces, made.size() + 1);
        } catch (OutOfMemoryError e) {
            throw new VerbsException("there is no direct memory for one more buffer of " + bufferBytes
                    + " bytes: lower the server's budget or raise -XX:MaxDirectMemorySize", e);
        } finally {
            if (region != null && buffer == null) {
                region.close();
            }
        }
        made.add(buffer);
        buffer.nextFree = firstFree;
        firstFree = buffer;
        freeCount++;
    }

    /**
     * Those that match wait no longer: they will be given none.
     *
     * @param who also if it fails, all wait that have waited
     */
    synchronized List<Waiter> giveUp(Predicate<Waiter> who) {
        List<Waiter> gone = new ArrayList<>();
        for (Waiter one = firstWaiting; one != null; one = one.behind) {
            one.goes = who.test(one);
            if (one.goes) {
                gone.add(one);
            }
        }
        Waiter stays = null;
        Waiter next = null;
        for (Waiter one = firstWaiting; one != null; one = next) {
            next = one.behind;
            if (!one.goes) {
                stays = one;
            } else {
                one.behind = null;
                if (stays == null) {
                    firstWaiting = next;
                } else {
                    stays.behind = next;
                }
            }
        }
        lastWaiting = stays;
        return gone;
    }

    /**
     * Gives the holder's buffer back, if he has one; whoever has waited longest has it then. As long as it has not gone
     * from him it is his, whatever this throws.
     */
    void put(Holder holder) {
        Waiter next;
        IoBuffer closing = null;
        synchronized (this) {
            IoBuffer buffer = holder.read;
            if (buffer == null) {
                return;
            }
            next = firstWaiting;
            // Nothing but stores until the lock is let go.
            holder.read = null;
            if (next == null) {
                buffer.nextFree = firstFree;
                firstFree = buffer;
                freeCount++;
                if (closed) {
                    closing = buffer;
                }
            } else {
                firstWaiting = next.behind;
                if (firstWaiting == null) {
                    lastWaiting = null;
                }
                next.behind = null;
                next.read = buffer;
            }
        }
        if (closing != null) {
            closing.region.close();
        }
        if (next != null) {
            give(next);
        }
    }

    private static void give(Waiter next) {
        try {
            next.given();
        } catch (RuntimeException | Error e) {
            // By stores alone, since there may be no stack for a call. The buffer is his, and his connection gives it back.
            GivingBack owner = next.owner;
            if (owner.failure == null) {
                owner.failure = e;
            }
            owner.noted = true;
            throw e;
        }
    }

    /** Buffers that are not free. */
    synchronized int inUse() {
        return made.size() - freeCount;
    }

    /** Buffers that were made; they are kept until the pool is closed. */
    synchronized int made() {
        return made.size();
    }

    /** The buffer with a number. */
    synchronized IoBuffer byNumber(int number) {
        return made.get(number - 1);
    }

    /** Frees what is free now, and the rest when it is given back. */
    @Override
    public synchronized void close() {
        closed = true;
        for (IoBuffer buffer = firstFree; buffer != null; buffer = buffer.nextFree) {
            buffer.region.close();
        }
    }
}
