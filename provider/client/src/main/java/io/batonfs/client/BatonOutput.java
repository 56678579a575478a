package io.batonfs.client;

import io.batonfs.model.FileInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Appends to one open file. One thread at a time. After a failure every later call but {@link #abort} fails with the
 * first cause.
 */
public interface BatonOutput extends Closeable {

    /** Adds bytes. They are copied before this returns. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Adds the bytes from position to limit; the position goes to the limit. Of a direct buffer with at least 64 KiB
     * they are sent from where they are, and this returns when they are acknowledged; nobody may change them until then
     * (else DATA_LOST: other bytes than were there at first never get into the file unnoticed). Fewer, and those on
     * the heap, which can't be registered with a NIC, are copied as by {@link #write(byte[], int, int)}.
     */
    void write(ByteBuffer bytes) throws IOException;

    /** Position in the file: where the next byte goes. */
    long position();

    /** All bytes so far are acknowledged by their owners: they survive the kill of any process and readers see them. */
    void hflush() throws IOException;

    /** As {@link #hflush}, and they survive a power cut. */
    void hsync() throws IOException;

    /** Commits and ends the lease; one that fails gives up as {@link #abort} does. Closing again does nothing. */
    @Override
    void close() throws IOException;

    /** The file after a close that succeeded. */
    FileInfo closedInfo();

    /**
     * Gives up: what was acknowledged stays, and the file is closed with it if the catalog can be reached now; if not, the
     * lease is left to recovery. Never throws.
     */
    void abort();
}
