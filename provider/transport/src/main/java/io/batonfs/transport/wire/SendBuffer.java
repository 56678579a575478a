package io.batonfs.transport.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Bytes of one connection that wait to be written: small frames until they are flushed together, and what a socket did
 * not take. Kept in chunks of a shared pool, none while it is empty. Guarded by whoever owns it.
 */
final class SendBuffer {
    /** What one write of coalesced frames carries at best: beyond 64 KiB a loopback gains nothing more. */
    static final int CHUNK_BYTES = 64 * 1024;

    private final Pool pool;
    private final long maxBytes;
    private final ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>();
    private long bytes;

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
            ByteBuffer tail = chunks.peekLast();
            if (tail == null || tail.limit() == tail.capacity()) {
                tail = pool.take();
                if (tail == null) {
                    return false;
                }
                tail.clear().limit(0);
                chunks.addLast(tail);
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

    /** Adds the chunks, to be written and so consumed by the caller, who then calls {@link #written}. */
    void addTo(List<ByteBuffer> views) {
        views.addAll(chunks);
    }

    /** Gives back the chunks whose bytes have been written. */
    void written() {
        while (!chunks.isEmpty() && !chunks.peekFirst().hasRemaining()) {
            pool.put(chunks.removeFirst());
        }
        long left = 0;
        for (ByteBuffer chunk : chunks) {
            left += chunk.remaining();
        }
        bytes = left;
    }

    /** Drops everything. */
    void clear() {
        chunks.forEach(pool::put);
        chunks.clear();
        bytes = 0;
    }

    /** The chunks of all connections of a wire. Allocated as needed, kept for ever after. Thread-safe. */
    static final class Pool {
        private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
        private final long maxChunks;
        private long allocated;

        Pool(long budgetBytes) {
            maxChunks = budgetBytes / CHUNK_BYTES;
        }

        /** A chunk, or null if all are in use. */
        synchronized ByteBuffer take() {
            ByteBuffer chunk = free.pollLast();
            if (chunk == null && allocated < maxChunks) {
                allocated++;
                return ByteBuffer.allocateDirect(CHUNK_BYTES);
            }
            return chunk;
        }

        synchronized void put(ByteBuffer chunk) {
            free.addLast(chunk);
        }

        /** Chunks that hold bytes at this moment. */
        synchronized long inUse() {
            return allocated - free.size();
        }
    }
}
