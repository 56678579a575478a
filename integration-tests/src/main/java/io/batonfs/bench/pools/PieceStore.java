package io.batonfs.bench.pools;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Somewhere that pieces are kept. Closing it removes everything. For one thread. */
public interface PieceStore extends Closeable {

    /** Writes pieces from 0 on; none are there. What is written is with the operating system afterwards, not forced. */
    void write(int count) throws IOException;

    /** Reads pieces from 0 on and checks them. */
    void read(int count) throws IOException;

    /**
     * Reads a block and checks it.
     *
     * @param offset in the piece, a multiple of the block's size
     * @param into   a direct buffer of a block
     */
    void readBlock(int number, int offset, ByteBuffer into) throws IOException;

    /** Reads everything that is kept, redundancy included, and says how many bytes that were. */
    long readEverything() throws Exception;

    /** Brings to the disk what was written. */
    void force() throws Exception;

    /** The files that it keeps everything in. */
    List<Path> files();

    /** Lays out what {@link #rebuild} needs, and removes what it left. */
    void beforeRebuild() throws Exception;

    /** Puts what one device or file holds on a new one, forced, in its place; says how many bytes that were. */
    long rebuild() throws Exception;

    /** Makes something of one block, and removes it. */
    void comeAndGo() throws IOException;

    /** Gives up the pieces; the space that they had may be used again. */
    void clear() throws IOException;
}
