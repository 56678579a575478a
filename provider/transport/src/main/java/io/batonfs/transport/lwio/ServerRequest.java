package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One request at the server end, from its arrival to its answer. Owned by the thread that carries it at the moment; the
 * connection keeps finished ones for reuse.
 */
final class ServerRequest implements IoBufferPool.Waiter {
    final WorkRequest work = new WorkRequest();
    final Runnable readTask;
    /** The one that its connection has made before; null for the first. */
    final ServerRequest madeBefore;
    private final ServerFileRequests files;
    private final ByteBuffer answer = ByteBuffer.allocate(StatusResponse.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** The receive buffer that it came in: the client's credit. 0 is AUTH's. */
    int receiveId;
    int receivedBytes;
    /** Whether that buffer has yet to be posted again. */
    boolean holdsReceive;
    /** Whether it counts among the file I/Os that are not answered. */
    boolean underWay;
    /** Whether it counts among those that the Fid waits for before it is closed. */
    boolean holdsFid;
    /** Whether a file may yet be opened for it. */
    boolean opensFile;
    Opcode opcode;
    private boolean interruptMode;
    int length;
    long offset;
    long dataVa;
    int dataMh;
    int numPages;
    int pageSize;
    boolean collapsed;
    /** ImmediateCookie, or IosMh in polling mode. */
    int immediate;
    /** Cookie, or IosVa in polling mode. */
    long cookie;
    int fidNumber;
    /** File and checksums of an I/O. */
    FidTable.OpenFid fid;
    int pieces;
    /** The buffer that read data goes through. */
    IoBuffer read;
    /** Of a VEC_READ: its segments. */
    VectoredRead vector;
    /**
     * Nobody carries it any more, since something went wrong that has no status: its connection ends, and gives back
     * what it still holds. Once set, it is never used again.
     */
    volatile boolean failed;
    /** An I/O that may have been left half way, for lack of a stack: it ends if nobody has ended it. */
    volatile IoResultOnce lost;
    /** What it held when it failed has been given back; of who gives that back. */
    boolean released;

    /** @param madeBefore the one that the connection has made before, or null */
    ServerRequest(ServerFileRequests files, ServerRequest madeBefore) {
        this.files = files;
        this.madeBefore = madeBefore;
        readTask = () -> files.readNow(this);
    }

    @Override
    public void given(IoBuffer buffer) {
        read = buffer;
        files.hasBuffer(this);
    }

    void begin(CommonHeader header, Opcode what, int bufferId, int lengthBytes) {
        receiveId = bufferId;
        // AUTH's is not needed again.
        holdsReceive = bufferId != 0;
        receivedBytes = lengthBytes;
        opcode = what;
        interruptMode = header.isInterruptMode();
        length = header.length();
        offset = header.offset();
        dataVa = header.dataVa();
        dataMh = header.dataMh();
        numPages = header.numPages();
        pageSize = header.pageSize();
        collapsed = header.isCollapsed();
        immediate = header.immediateCookie();
        cookie = header.cookie();
        fidNumber = header.fid();
        fid = null;
        pieces = 0;
        read = null;
        vector = null;
    }

    boolean isOf(ServerFileRequests connection) {
        return files == connection;
    }

    boolean isInterruptMode() {
        return interruptMode;
    }

    /** Bytes that the file reads or writes for it now: of a VEC_READ, those of its step. */
    int ioBytes() {
        return vector != null ? vector.readBytes() : length;
    }

    int checksumBytes() {
        return pieces * ChecksumPieces.CRC_BYTES;
    }

    /** Fills in the STATUS_RESPONSE by a send, or in polling mode the IO_STATUS_BLOCK by an RDMA write (LW-7). */
    WorkRequest statusAnswer(LwioStatus status, int information) {
        if (interruptMode) {
            StatusResponse.encode(answer, 0, cookie, information, status);
            return work.send(0).inline(answer, 0, StatusResponse.BYTES);
        }
        IoStatusBlock.encode(answer, 0, information, status);
        return work.write(0, cookie, immediate).inline(answer, 0, IoStatusBlock.BYTES);
    }
}
