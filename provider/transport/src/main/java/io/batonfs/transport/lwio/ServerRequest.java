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
    private final ServerFileRequests files;
    private final ByteBuffer answer = ByteBuffer.allocate(StatusResponse.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** The receive buffer that it came in: the client's credit. 0 is AUTH's. */
    int receiveId;
    int receivedBytes;
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

    ServerRequest(ServerFileRequests files) {
        this.files = files;
        readTask = () -> files.readNow(this);
    }

    @Override
    public void given(IoBuffer buffer) {
        read = buffer;
        files.hasBuffer(this);
    }

    void begin(CommonHeader header, Opcode what, int bufferId, int lengthBytes) {
        receiveId = bufferId;
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
