package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * One request at the server end, from its arrival to its answer. Owned by the thread that carries it at the moment; the
 * connection keeps finished ones for reuse.
 *
 * <p>A request that is put off, or handed to another thread, or waits for its turn or a buffer, is nobody's until it is
 * taken up ({@link #waits}, {@link #takeUp}): by who is to go on with it, or, if its connection has failed, by who gives
 * back what is nobody's. One of them only; who is not the one leaves it alone.
 */
final class ServerRequest extends IoBufferPool.Waiter {
    private static final AtomicIntegerFieldUpdater<ServerRequest> STEP =
            AtomicIntegerFieldUpdater.newUpdater(ServerRequest.class, "step");

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
    /** Of a VEC_READ: its segments. */
    VectoredRead vector;
    /** How often it has begun to wait or has been taken up: odd while it waits. Only its owner lets it wait. */
    private volatile int step;
    /**
     * Nobody carries it any more, since something went wrong that has no status: its connection ends, and gives back
     * what it still holds. Once set, it is never used again.
     */
    volatile boolean failed;
    /** An I/O that may have been left half way, for lack of a stack: it ends if nobody has ended it. */
    volatile IoResultOnce lost;
    /** What it held when it failed has been given back; of who gives that back. */
    boolean released;

    /**
     * One of a connection.
     *
     * @param owner      where it notes what goes wrong
     * @param madeBefore the one that the connection has made before, or null
     */
    ServerRequest(ServerFileRequests files, GivingBack owner, ServerRequest madeBefore) {
        super(owner);
        this.files = files;
        this.madeBefore = madeBefore;
        readTask = () -> files.readNow(this);
    }

    @Override
    void given() {
        files.hasBuffer(this);
    }

    /** By its owner, who is that no more: it waits to be taken up. */
    void waits() {
        STEP.lazySet(this, step + 1);
    }

    /** Whether the caller owns it from now on, since it waited, and nobody else has taken it up. */
    boolean takeUp() {
        int now = step;
        return (now & 1) != 0 && STEP.compareAndSet(this, now, now + 1);
    }

    /** Changes whenever it begins to wait or is taken up. */
    int step() {
        return step;
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
