package io.batonfs.transport.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes of one connection that wait to be written: small frames until they are flushed together, and what a socket did
 * not take. Copied into chunks of a shared pool, none while it is empty; or left where they are until they have been
 * written ({@link Held}). Such bytes have their place in the chunks all the same, as if they had been copied: so they count
 * for just as much, and to copy them there later takes no memory, so that it can't fail, whatever others have taken.
 *
 * <p>An Error that leaves a method loses nothing and leaves nothing behind but, behind {@link #append}, a part of what was
 * to be added. The lists are linked, since a collection that grows may be in disorder when there is no memory for it.
 * Guarded by whoever owns it.
 */
final class SendBuffer implements ByteSource {
    /** What one write of coalesced frames carries at best: beyond 64 KiB a loopback gains nothing more. */
    static final int CHUNK_BYTES = 64 * 1024;

    private final Pool pool;
    private final long maxBytes;
    private Piece first;
    private Piece last;
    /** Those whose memory pieces are in, in their order; ended ones only behind others. */
    private Lent firstLent;
    private Lent lastLent;
    private long bytes;

    /** Memory of somebody else's that waiting bytes are in. */
    interface Held {
        /** They have been written or copied, or never will be. */
        void release();
    }

    /** Such memory, and how many pieces are in it. */
    private static final class Lent {
        private final Held held;
        private int pieces;
        private Lent next;

        Lent(Held held) {
            this.held = held;
        }
    }

    /** 64 KiB of memory. It has pieces of one buffer only, which follow each other there as they do in the buffer. */
    private static final class Chunk {
        private final ByteBuffer memory;
        /** Its first piece, so that small frames make no objects. */
        private final Piece opening;
        private int filled;
        /** In the pool. */
        private Chunk next;

        Chunk(ByteBuffer memory) {
            this.memory = memory;
            opening = new Piece(this);
        }
    }

    /** Bytes that wait, from a position on. */
    private static final class Piece {
        private final Chunk chunk;
        /** Their place in the chunk. */
        private final ByteBuffer place;
        /** Where they are if they have not been copied there, and whose that is; else null. */
        private ByteBuffer view;
        private Lent lent;
        private Piece next;

        Piece(Chunk chunk) {
            this.chunk = chunk;
            place = chunk.memory.duplicate();
        }

        Piece at(int from, int to) {
            place.clear().position(from).limit(to);
            return this;
        }

        ByteBuffer bytes() {
            return lent == null ? place : view;
        }
    }

    SendBuffer(Pool pool, long maxBytes) {
        this.pool = pool;
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return bytes == 0;
    }

    long bytes() {
        return bytes;
    }

    /** Copies what remains of a buffer; false if that is more than may wait, and then the connection is of no use. */
    boolean append(ByteBuffer source) {
        if (bytes + source.remaining() > maxBytes) {
            return false;
        }
        while (source.hasRemaining()) {
            if (last == null || last.chunk.filled == CHUNK_BYTES) {
                Chunk chunk = pool.take();
                if (chunk == null) {
                    return false;
                }
                add(chunk.opening, chunk.opening);
            } else if (last.lent != null) {
                Piece more = new Piece(last.chunk).at(last.chunk.filled, last.chunk.filled);
                add(more, more);
            }
            Chunk chunk = last.chunk;
            int n = Math.min(source.remaining(), CHUNK_BYTES - chunk.filled);
            chunk.memory.put(chunk.filled, source, source.position(), n);
            last.place.limit(chunk.filled + n);
            source.position(source.position() + n);
            chunk.filled += n;
            bytes += n;
        }
        return true;
    }

    private void add(Piece from, Piece to) {
        if (last == null) {
            first = from;
        } else {
            last.next = from;
        }
        last = to;
    }

    /**
     * Adds what remains of some buffers, and leaves it where it is.
     *
     * @param views a byte at least
     * @param held  released when that is over, but not if it is refused or fails
     * @return false if that is more than may wait: then nothing is added
     */
    boolean appendHeld(List<ByteBuffer> views, Held held) {
        long more = 0;
        for (ByteBuffer view : views) {
            more += view.remaining();
        }
        if (bytes + more > maxBytes) {
            return false;
        }
        Lent lent = new Lent(held);
        Chunk shared = last == null ? null : last.chunk;
        int filledShared = shared == null ? 0 : shared.filled;
        Chunk chunk = shared;
        int at = shared == null ? CHUNK_BYTES : shared.filled;
        Piece from = null;
        Piece to = null;
        boolean complete = false;
        try {
            for (ByteBuffer view : views) {
                for (int taken = view.position(); taken < view.limit(); ) {
                    Piece piece;
                    if (at == CHUNK_BYTES) {
                        chunk = pool.take();
                        if (chunk == null) {
                            return false;
                        }
                        at = 0;
                        piece = chunk.opening;
                    } else {
                        piece = new Piece(chunk);
                    }
                    if (from == null) {
                        from = piece;
                    } else {
                        to.next = piece;
                    }
                    to = piece;
                    int n = Math.min(view.limit() - taken, CHUNK_BYTES - at);
                    piece.view = view.slice(taken, n);
                    piece.lent = lent;
                    lent.pieces++;
                    piece.at(at, at + n);
                    taken += n;
                    at += n;
                    if (chunk == shared) {
                        filledShared = at;
                    } else {
                        chunk.filled = at;
                    }
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                giveBack(from);
            }
        }
        if (shared != null) {
            shared.filled = filledShared;
        }
        add(from, to);
        if (firstLent == null) {
            firstLent = lent;
        } else {
            lastLent.next = lent;
        }
        lastLent = lent;
        bytes += more;
        return true;
    }

    /** The chunks that were taken for these pieces. */
    private void giveBack(Piece from) {
        Piece piece = from;
        while (piece != null) {
            Piece next = piece.next;
            if (piece == piece.chunk.opening) {
                pool.put(piece.chunk);
            }
            piece = next;
        }
    }

    /** Whose memory is read from first; null if everything is copied. */
    Held firstHeld() {
        return firstLent == null ? null : firstLent.held;
    }

    /**
     * Copies what waits in somebody's memory to its place, and releases that. Takes no memory.
     *
     * @param whose null for everybody's
     */
    void copyHeld(Held whose) {
        if (firstLent == null) {
            return;
        }
        for (Piece piece = first; piece != null; piece = piece.next) {
            Lent lent = piece.lent;
            if (lent != null && (whose == null || lent.held == whose)) {
                int n = piece.view.remaining();
                int at = piece.place.limit() - n;
                piece.chunk.memory.put(at, piece.view, piece.view.position(), n);
                piece.place.position(at);
                piece.lent = null;
                piece.view = null;
                lent.pieces--;
                releaseIfEnded(lent);
            }
        }
    }

    private void releaseIfEnded(Lent lent) {
        if (lent.pieces == 0) {
            while (firstLent != null && firstLent.pieces == 0) {
                firstLent = firstLent.next;
            }
            if (firstLent == null) {
                lastLent = null;
            }
            lent.held.release();
        }
    }

    private void dropFirst() {
        Piece piece = first;
        Lent lent = piece.lent;
        first = piece.next;
        if (first == null) {
            last = null;
        }
        if (lent != null) {
            lent.pieces--;
        }
        if (first == null || first.chunk != piece.chunk) {
            pool.put(piece.chunk);
        }
        if (lent != null) {
            releaseIfEnded(lent);
        }
    }

    /** Adds what waits, to be written and so consumed by the caller, who then calls {@link #written}. */
    void addTo(List<ByteBuffer> views) {
        for (Piece piece = first; piece != null; piece = piece.next) {
            views.add(piece.bytes());
        }
    }

    /** Takes bytes out of the front, of which there are so many. */
    @Override
    public void moveTo(ByteBuffer target, int length) {
        int left = length;
        while (left > 0) {
            ByteBuffer head = first.bytes();
            int n = Math.min(left, head.remaining());
            target.put(target.position(), head, head.position(), n);
            target.position(target.position() + n);
            head.position(head.position() + n);
            left -= n;
            bytes -= n;
            if (!head.hasRemaining()) {
                dropFirst();
            }
        }
    }

    /** Gives back what has been written. */
    void written() {
        while (first != null && !first.bytes().hasRemaining()) {
            dropFirst();
        }
        long left = 0;
        for (Piece piece = first; piece != null; piece = piece.next) {
            left += piece.bytes().remaining();
        }
        bytes = left;
    }

    /** Drops everything. */
    void clear() {
        bytes = 0;
        while (first != null) {
            dropFirst();
        }
    }

    /** The chunks of all connections of a wire. Allocated as needed, kept for ever after. Thread-safe. */
    static final class Pool {
        private static final Logger LOG = LoggerFactory.getLogger(Pool.class);

        private final IntFunction<ByteBuffer> memory;
        private final long maxChunks;
        /** The one given back last. */
        private Chunk free;
        private long allocated;
        private long inUse;

        Pool(long budgetBytes) {
            this(budgetBytes, ByteBuffer::allocateDirect);
        }

        /** @param memory makes a chunk */
        Pool(long budgetBytes, IntFunction<ByteBuffer> memory) {
            this.memory = memory;
            maxChunks = budgetBytes / CHUNK_BYTES;
        }

        /**
         * A chunk, or null if all are in use. A JVM without direct memory for one more is such a case, too: an error
         * would end the thread that all connections of a loop live by.
         */
        private synchronized Chunk take() {
            if (inUse >= maxChunks) {
                return null;
            }
            Chunk chunk = free;
            if (chunk == null) {
                try {
                    chunk = new Chunk(memory.apply(CHUNK_BYTES));
                } catch (OutOfMemoryError e) {
                    LOG.warn("no direct memory for what waits to be sent, beyond {} bytes of a budget of {}: raise"
                            + " -XX:MaxDirectMemorySize", allocated * CHUNK_BYTES, maxChunks * CHUNK_BYTES);
                    return null;
                }
                allocated++;
            } else {
                free = chunk.next;
            }
            chunk.next = null;
            chunk.filled = 0;
            chunk.opening.at(0, 0);
            inUse++;
            return chunk;
        }

        private synchronized void put(Chunk chunk) {
            chunk.opening.view = null;
            chunk.opening.lent = null;
            chunk.opening.next = null;
            chunk.next = free;
            free = chunk;
            inUse--;
        }

        /** Chunks that hold bytes at this moment, or have the place for some. */
        synchronized long inUse() {
            return inUse;
        }
    }
}
