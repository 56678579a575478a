package io.batonfs.pools;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A device of fixed size that is read and written at any offset. Every method may be called by several threads at
 * once; overlapping writes must not be in flight together, which the pool sees to.
 *
 * <p>What a write survives: when {@link #write} returns the bytes are with the operating system and survive the death
 * of this process; when a later {@link #force} returns they survive a power cut. Without a force, a power cut may keep,
 * drop or tear each unforced write on its own.
 */
public interface BlockDevice extends Closeable {

    /** What an operator calls the device: its path. */
    String name();

    /** Bytes of the device; does not change while it is open. */
    long sizeBytes();

    /**
     * Fills {@code destination} from its position to its limit.
     *
     * @throws IOException if not all bytes could be read, including any beyond a device that has become shorter
     */
    void read(long offset, ByteBuffer destination) throws IOException;

    /** Writes {@code source} from its position to its limit. */
    void write(long offset, ByteBuffer source) throws IOException;

    /**
     * Writes sources one behind the other, as if they were one; where it can, by fewer calls of the operating system.
     * Their positions are anywhere afterwards. This ends at the first one that fails: what stands for several devices has
     * to see to it that each of them gets all.
     */
    default void write(long offset, ByteBuffer[] sources) throws IOException {
        long at = offset;
        for (ByteBuffer source : sources) {
            int bytes = source.remaining();
            write(at, source);
            at += bytes;
        }
    }

    /** Makes all writes that have returned survive a power cut. */
    void force() throws IOException;
}
