package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Checks what callers ask for and makes requests of it. Thread-safe: it has no state. */
final class ClientIo implements LwioIo {
    private final ClientConnection connection;
    private final boolean polled;

    /** @param polled whether its requests go in polling mode */
    ClientIo(ClientConnection connection, boolean polled) {
        this.connection = connection;
        this.polled = polled;
    }

    @Override
    public CompletableFuture<Integer> read(int fid, long offset, ByteBuffer destination, int[] pieceCrcs) {
        return io(Opcode.READ, fid, offset, checkWritable(List.of(destination)), pieceCrcs, connection.maxReadBytes());
    }

    @Override
    public CompletableFuture<Integer> readVectored(int fid, long offset, List<ByteBuffer> pages, int[] pieceCrcs) {
        int page = connection.pageBytes();
        if (pages.isEmpty()) {
            throw new IllegalArgumentException("a vectored read needs a page to go to");
        }
        for (int i = 0; i < pages.size(); i++) {
            int length = pages.get(i).remaining();
            boolean fits = i < pages.size() - 1 ? length == page
                    : length > 0 && length <= page && length % RdmaRegion.SECTOR_BYTES == 0;
            if (!fits) {
                throw new IllegalArgumentException("segment " + i + " of a vectored read has " + length
                        + " bytes: each has the " + page + " of a page, the last may have fewer but whole sectors of "
                        + RdmaRegion.SECTOR_BYTES);
            }
        }
        return io(Opcode.VEC_READ, fid, offset, checkWritable(pages), pieceCrcs, connection.maxVectoredReadBytes());
    }

    @Override
    public CompletableFuture<Integer> write(int fid, long offset, ByteBuffer source, int[] pieceCrcs) {
        return io(Opcode.WRITE, fid, offset, List.of(source), pieceCrcs, connection.maxWriteBytes());
    }

    @Override
    public CompletableFuture<Integer> writeVectored(int fid, long offset, List<ByteBuffer> sources, int[] pieceCrcs) {
        return io(Opcode.VEC_WRITE, fid, offset, sources, pieceCrcs, connection.maxWriteBytes());
    }

    @Override
    public CompletableFuture<Integer> writeCollapsed(int fid, long offset, ByteBuffer page, int lengthBytes,
            int[] pieceCrcs) {
        if (page.remaining() != connection.pageBytes() || lengthBytes < 1
                || page.remaining() > connection.maxWriteBytes()) {
            throw new IllegalArgumentException("a collapsed write repeats one page of " + connection.pageBytes()
                    + " bytes at least in part, not " + page.remaining() + " bytes for a length of " + lengthBytes);
        }
        checkRange(Opcode.VEC_WRITE, offset, lengthBytes, connection.maxWriteBytes());
        return submit(Opcode.VEC_WRITE, true, fid, offset, List.of(page), pieceCrcs, lengthBytes);
    }

    private static List<ByteBuffer> checkWritable(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (buffer.isReadOnly()) {
                throw new IllegalArgumentException("can't read into a read-only buffer");
            }
        }
        return buffers;
    }

    private CompletableFuture<Integer> io(Opcode opcode, int fid, long offset, List<ByteBuffer> buffers, int[] crcs,
            int maxBytes) {
        long length = 0;
        for (ByteBuffer buffer : buffers) {
            length += buffer.remaining();
        }
        checkRange(opcode, offset, length, maxBytes);
        return submit(opcode, false, fid, offset, buffers, crcs, (int) length);
    }

    private static void checkRange(Opcode opcode, long offset, long length, int maxBytes) {
        if (length > maxBytes) {
            throw new IllegalArgumentException(opcode + " of " + length + " bytes is more than the " + maxBytes
                    + " that one request carries: split it");
        }
        if (offset < 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("offset " + offset + " is not in 0..2^63-1-length");
        }
    }

    private CompletableFuture<Integer> submit(Opcode opcode, boolean collapsed, int fid, long offset,
            List<ByteBuffer> buffers, int[] crcs, int length) {
        boolean checksummed = connection.isChecksummed(fid);
        if (checksummed && (crcs == null || crcs.length < ChecksumPieces.count(offset, length))) {
            throw new IllegalArgumentException("Fid " + fid + " is checksummed: " + length + " bytes at " + offset
                    + " need " + ChecksumPieces.count(offset, length) + " checksums");
        }
        List<ByteBuffer> own = buffers.size() == 1 ? List.of(buffers.get(0).duplicate())
                : buffers.stream().map(ByteBuffer::duplicate).toList();
        return connection.submit(new ClientRequest(opcode, polled, collapsed, fid, offset, own,
                checksummed ? crcs : null, length, new CompletableFuture<>()));
    }
}
