package io.batonfs.transport.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes of one connection that wait to be written: small frames until they are flushed together, and what a socket did
 * not take. Kept in chunks of a shared pool, none while it is empty. Guarded by whoever owns it.
 */
final class SendBuffer implements ByteSource {
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

    /** Takes bytes out of the front, of which there are so many. */
    @Override
    public void moveTo(ByteBuffer target, int length) {
        int left = length;
        while (left > 0) {
            ByteBuffer head = chunks.peekFirst();
            int n = Math.min(left, head.remaining());
            target.put(target.position(), head, head.position(), n);
            target.position(target.position() + n);
            head.position(head.position() + n);
            left -= n;
            bytes -= n;
            if (!head.hasRemaining()) {
                pool.put(chunks.removeFirst());
            }
        }
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
        private static final Logger LOG = LoggerFactory.getLogger(Pool.class);

        private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
        private final IntFunction<ByteBuffer> memory;
        private final long maxChunks;
        private long allocated;

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
            ByteBuffer chunk = free.pollLast();
            if (chunk != null || allocated == maxChunks) {
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

        /** Chunks that hold bytes at this moment. */
        synchronized long inUse() {
            return allocated - free.size();
        }
    }
}
