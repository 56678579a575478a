package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A bounded number of equal buffers, made when first needed and kept. The one given back last is given out first, since
 * it is still in the processor's cache. Thread-safe: everything is guarded by {@code this}; waiters are called without
 * it.
 */
final class IoBufferPool implements Closeable {
    private final ProtectionDomain domain;
    private final int bufferBytes;
    private final int maxPieces;
    private final int limit;
    /** With room for all: to give one back takes no memory. */
    private final ArrayDeque<IoBuffer> free;
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();
    private final List<IoBuffer> made = new ArrayList<>();
    private boolean closed;

    /** A pool of at most {@code limit} buffers. */
    IoBufferPool(ProtectionDomain domain, int bufferBytes, int maxPieces, int limit) {
        this.domain = domain;
        this.bufferBytes = bufferBytes;
        this.maxPieces = maxPieces;
        this.limit = limit;
        free = new ArrayDeque<>(limit);
    }

    /** A buffer if one is free, else null. */
    synchronized IoBuffer tryTake() throws VerbsException {
        if (closed) {
            return null;
        }
        IoBuffer buffer = free.pollFirst();
        if (buffer == null && made.size() < limit) {
            buffer = make();
        }
        return buffer;
    }

    private IoBuffer make() throws VerbsException {
        try {
            IoBuffer buffer = new IoBuffer(domain.allocate(bufferBytes, Set.of(AccessRight.LOCAL_WRITE)), maxPieces,
                    made.size() + 1);
            made.add(buffer);
            return buffer;
        } catch (OutOfMemoryError e) {
            throw new VerbsException("there is no direct memory for one more buffer of " + bufferBytes
                    + " bytes: lower the server's budget or raise -XX:MaxDirectMemorySize", e);
        }
    }

    /** A buffer now, or null and the waiter gets one later: first come, first served. */
    synchronized IoBuffer takeOrWait(Waiter waiter) throws VerbsException {
        IoBuffer buffer = waiting.isEmpty() ? tryTake() : null;
        if (buffer == null) {
            waiting.addLast(waiter);
        }
        return buffer;
    }

    /** Who waits for a buffer. */
    interface Waiter {
        /** His turn has come; by the thread that gave the buffer back. */
        void given(IoBuffer buffer);
    }

    /** Those that match wait no longer: they will be given none. */
    synchronized List<Waiter> giveUp(Predicate<Waiter> who) {
        List<Waiter> gone = waiting.stream().filter(who).toList();
        waiting.removeIf(who);
        return gone;
    }

    /** Gives a buffer back. */
    void put(IoBuffer buffer) {
        Waiter next;
        synchronized (this) {
            next = waiting.pollFirst();
            if (next == null) {
                free.addFirst(buffer);
                if (closed) {
                    buffer.region.close();
                }
            }
        }
        if (next != null) {
            next.given(buffer);
        }
    }

    /** Buffers that are not free. */
    synchronized int inUse() {
        return made.size() - free.size();
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
        free.forEach(buffer -> buffer.region.close());
    }
}
