package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/** How a {@link BlockArray} reaches the devices of its pool: {@link PoolMembers}, or somebody who counts before them. */
interface MemberAccess {

    /** Whether a device is in use. */
    boolean online(int device);

    /** For messages. */
    String name(int device);

    /** Reads from one device; the caller knows what to do when that fails. */
    void read(int device, long offset, ByteBuffer destination) throws IOException;

    /** Writes data to one device if it is in use; moves the source's position. */
    void writeData(int device, long offset, ByteBuffer source) throws IOException;

    /**
     * Writes data that lie together on one device, if it is in use, from several sources; their positions are anywhere
     * afterwards.
     */
    default void writeData(int device, long offset, ByteBuffer[] sources) throws IOException {
        long at = offset;
        for (ByteBuffer source : sources) {
            int bytes = source.remaining();
            writeData(device, at, source);
            at += bytes;
        }
    }

    /**
     * A block of a device is wrong, or it did not give it, and nothing can be written over it. Of one that is
     * {@linkplain #mend mended}, or would be if that were allowed, that need not be said.
     */
    void damaged(int device, long offset);

    /**
     * A device did not give some blocks that lie together, and another one served, so that nobody will look for the reason.
     *
     * @return where on the device the first of them is that it does not give now either, or that is known not to be sound, if it
     *         may be written anew; {@link Unread#NOWHERE} otherwise
     */
    long unreadable(int device, long offset, int blocks);

    /** Whether what is not sound is written anew; it is counted only if not. */
    boolean mends();

    /**
     * Writes sound bytes over a block that failed its check or could not be read, and reads them back; a device that
     * cannot do even that is taken out.
     *
     * @return whether it was tried: not on a device that is out, nor where mending is forbidden
     */
    boolean mend(int device, long offset, ByteBuffer sound) throws IOException;
}
