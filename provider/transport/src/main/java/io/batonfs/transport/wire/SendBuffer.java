package io.batonfs.transport.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes of one connection that wait to be written: small frames until they are flushed together, and what a socket did
 * not take. Copied into chunks of a shared pool, none while it is empty; or left where they are until they have been
 * written ({@link Held}), but counted as if they had been copied, so that they can be whenever that is asked for.
 * Guarded by whoever owns it.
 */
final class SendBuffer implements ByteSource {
    /** What one write of coalesced frames carries at best: beyond 64 KiB a loopback gains nothing more. */
    static final int CHUNK_BYTES = 64 * 1024;

    private final Pool pool;
    private final long maxBytes;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    /** Those whose memory pieces are in, in their order. */
    private final ArrayDeque<Lent> lents = new ArrayDeque<>();
    private long bytes;

    /** Memory of somebody else's that waiting bytes are in. */
    interface Held {
        /** They have been written or copied, or never will be. */
        void release();
    }

    /** Such memory, and the chunks that its copy would need, as long as they are reserved. */
    private static final class Lent {
        private final Held held;
        private long chunks;

        Lent(Held held, long bytes) {
            this.held = held;
            chunks = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
        }
    }

    /**
     * Bytes that wait, from the position on.
     *
     * @param lent   null if it is a chunk
     * @param isLast of those that are lent together
     */
    private record Piece(ByteBuffer bytes, Lent lent, boolean isLast) {
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
            Piece last = pieces.peekLast();
            ByteBuffer tail = last == null || last.lent != null ? null : last.bytes;
            if (tail == null || tail.limit() == tail.capacity()) {
                tail = pool.take();
                if (tail == null) {
                    return false;
                }
                tail.clear().limit(0);
                pieces.addLast(new Piece(tail, null, false));
            }
            int at = tail.limit();
            int n = Math.min(source.remaining(), tail.capacity() - at);
            tail.limit(at + n);
            tail.put(at, source, source.position(), n);
            source.position(source.position() + n);
            bytes += n;
        }
        return true;
    }

    /**
     * Adds what remains of some buffers, and leaves it where it is.
     *
     * @param views a byte at least
     * @param held  released when that is over, but not if it is refused
     * @return false if that is more than may wait
     */
    boolean appendHeld(List<ByteBuffer> views, Held held) {
        long more = 0;
        for (ByteBuffer view : views) {
            more += view.remaining();
        }
        Lent lent = new Lent(held, more);
        if (bytes + more > maxBytes || !pool.reserve(lent.chunks)) {
            return false;
        }
        bytes += more;
        lents.addLast(lent);
        for (ByteBuffer view : views) {
            more -= view.remaining();
            if (view.hasRemaining()) {
                pieces.addLast(new Piece(view, lent, more == 0));
            }
        }
        return true;
    }

    /** Whose memory is read from first; null if everything is copied. */
    Held firstHeld() {
        Lent first = lents.peekFirst();
        return first == null ? null : first.held;
    }

    /**
     * Copies what waits in somebody's memory, and releases that.
     *
     * @param whose null for everybody's
     * @return false if there is no memory for it, and then the connection is of no use
     */
    boolean copyHeld(Held whose) {
        if (lents.isEmpty()) {
            return true;
        }
        List<Piece> old = List.copyOf(pieces);
        pieces.clear();
        boolean enough = true;
        for (Piece piece : old) {
            if (enough && piece.lent != null && (whose == null || piece.lent.held == whose)) {
                // The copy has the room that was kept for it.
                bytes -= piece.bytes.remaining();
                unreserve(piece.lent);
                enough = append(piece.bytes);
                if (enough) {
                    drop(piece);
                    continue;
                }
            }
            pieces.addLast(piece);
        }
        return enough;
    }

    private void unreserve(Lent lent) {
        pool.unreserve(lent.chunks);
        lent.chunks = 0;
    }

    /** A piece is not needed any more. */
    private void drop(Piece piece) {
        if (piece.lent == null) {
            pool.put(piece.bytes);
        } else if (piece.isLast) {
            unreserve(piece.lent);
            lents.remove(piece.lent);
            piece.lent.held.release();
        }
    }

    /** Adds what waits, to be written and so consumed by the caller, who then calls {@link #written}. */
    void addTo(List<ByteBuffer> views) {
        for (Piece piece : pieces) {
            views.add(piece.bytes);
        }
    }

    /** Takes bytes out of the front, of which there are so many. */
    @Override
    public void moveTo(ByteBuffer target, int length) {
        int left = length;
        while (left > 0) {
            ByteBuffer head = pieces.peekFirst().bytes;
            int n = Math.min(left, head.remaining());
            target.put(target.position(), head, head.position(), n);
            target.position(target.position() + n);
            head.position(head.position() + n);
            left -= n;
            bytes -= n;
            if (!head.hasRemaining()) {
                drop(pieces.removeFirst());
            }
        }
    }

    /** Gives back what has been written. */
    void written() {
        while (!pieces.isEmpty() && !pieces.peekFirst().bytes.hasRemaining()) {
            drop(pieces.removeFirst());
        }
        long left = 0;
        for (Piece piece : pieces) {
            left += piece.bytes.remaining();
        }
        bytes = left;
    }

    /** Drops everything. */
    void clear() {
        pieces.forEach(this::drop);
        pieces.clear();
        bytes = 0;
    }

    /**
     * The chunks of all connections of a wire. Allocated as needed, kept for ever after. Some may be reserved for bytes
     * that are elsewhere as yet: nobody else gets those. Thread-safe.
     */
    static final class Pool {
        private static final Logger LOG = LoggerFactory.getLogger(Pool.class);

        private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
        private final IntFunction<ByteBuffer> memory;
        private final long maxChunks;
        private long allocated;
        private long reserved;

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
        synchronized ByteBuffer take() {
            if (inUse() >= maxChunks) {
                return null;
            }
            ByteBuffer chunk = free.pollLast();
            if (chunk != null) {
                return chunk;
            }
            try {
                ByteBuffer made = memory.apply(CHUNK_BYTES);
                allocated++;
                return made;
            } catch (OutOfMemoryError e) {
                LOG.warn("no direct memory for what waits to be sent, beyond {} bytes of a budget of {}: raise"
                        + " -XX:MaxDirectMemorySize", allocated * CHUNK_BYTES, maxChunks * CHUNK_BYTES);
                return null;
            }
        }

        synchronized void put(ByteBuffer chunk) {
            free.addLast(chunk);
        }

        /** Keeps so many free; false if there are not so many. */
        synchronized boolean reserve(long chunks) {
            if (inUse() + chunks > maxChunks) {
                return false;
            }
            reserved += chunks;
            return true;
        }

        synchronized void unreserve(long chunks) {
            reserved -= chunks;
        }

        /** Chunks that hold bytes at this moment, or are reserved for some. */
        synchronized long inUse() {
            return allocated - free.size() + reserved;
        }
    }
}
