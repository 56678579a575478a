package io.batonfs.client;

import io.batonfs.model.FileInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

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

    /**
     * Lends bytes where they were received, in memory that was registered with the transport, checked against the
     * writer's checksums: no copy is made. They stay what they are until they are given back, whatever becomes of the
     * file; if that has not been done when this is closed, they stay for as long as somebody can reach them. At most half
     * of the client's transfer memory is lent at a time.
     *
     * @param position  first byte in the file, from 0
     * @param mostBytes how many are wanted, at least 1; fewer may come
     * @return at least 1 byte; nothing at the end of the file, or if no memory may be lent now: {@link #read} helps then
     */
    Optional<LentBytes> lend(long position, int mostBytes) throws IOException;

    /**
     * Reads several ranges together: the requests of all of them share what one call may have outstanding. When it
     * returns, every range is done: read whole and checked, or failed by itself. Ranges are done in any order.
     */
    void readVectored(List<RangeRead> ranges) throws IOException;

    /**
     * Says how far to read ahead of a sequential reader.
     *
     * @param bytes most bytes of a window, 0 for none; what is more than one buffer of the client counts as one
     *              buffer. A negative number means as configured
     */
    void setReadAhead(long bytes);

    /** Gives back the memory of what was read ahead; reading on is possible. */
    void unbuffer();

    /**
     * A range to be read.
     *
     * @param position    first byte in the file, from 0
     * @param destination its remaining space is how many bytes; none of it may be past the end of the file
     *                    (INVALID_ARGUMENT). Nobody else may touch it until the range is done
     * @param done        completed when the destination is full, or with the failure, an {@link IOException}
     */
    record RangeRead(long position, ByteBuffer destination, CompletableFuture<Void> done) {

        /** Checks for nulls. */
        public RangeRead {
            Objects.requireNonNull(destination, "destination");
            Objects.requireNonNull(done, "done");
        }
    }
}
