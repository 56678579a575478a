package io.batonfs.client;

import io.batonfs.model.FileInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Positioned reads of one open file. Thread-safe. The bytes are those the file had when it was opened, and, while it
 * has a writer, those acknowledged since.
 */
public interface BatonInput extends Closeable {

    /** The file as it was opened. */
    FileInfo info();

    /** Length in bytes: of a closed file fixed; of an open one as far as is known, see {@link #refreshLength}. */
    long lengthBytes();

    /** Asks the owners of an open file how long it is by now. */
    long refreshLength() throws IOException;

    /**
     * Reads into the buffer's remaining space, checked against the writer's checksums.
     *
     * @param position first byte in the file, from 0
     * @return bytes read, at least 1 (0 if there is no space), or -1 at the end of the file; fewer than asked only at the
     *         end of the file
     */
    int read(long position, ByteBuffer destination) throws IOException;
}
