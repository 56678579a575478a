package io.batonfs.fs;

import io.batonfs.client.LentBytes;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.hadoop.io.ByteBufferPool;

/**
 * Buffers that a stream gave to its reader and has not been given back: the client's memory, lent, or buffers of the
 * reader's own pool. Known by what they are, not by what is in them. Thread-safe by its lock.
 */
final class HandedOut {
    private final Map<ByteBuffer, Runnable> out = new IdentityHashMap<>();

    /** Lends the client's memory. */
    synchronized ByteBuffer lent(LentBytes bytes) {
        out.put(bytes.bytes(), () -> {
            // Who goes on with it is told so by the buffer, and not by other bytes.
            bytes.bytes().position(0).limit(0);
            bytes.close();
        });
        return bytes.bytes();
    }

    /** Passes on a buffer of the reader's pool. */
    synchronized ByteBuffer ofPool(ByteBuffer buffer, ByteBufferPool pool) {
        out.put(buffer, () -> pool.putBuffer(buffer));
        return buffer;
    }

    /** Brings a buffer to where it came from; says whether it was out. */
    boolean takeBack(ByteBuffer buffer) {
        Runnable giveBack;
        synchronized (this) {
            giveBack = out.remove(buffer);
        }
        if (giveBack == null) {
            return false;
        }
        giveBack.run();
        return true;
    }

    /** Knows of no buffer any more; says of how many it did. What becomes of lent ones is their input's affair. */
    synchronized int forget() {
        int count = out.size();
        out.clear();
        return count;
    }
}
