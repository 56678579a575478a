package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.transport.verbs.PeerMemory;
import io.batonfs.transport.verbs.VerbsException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * REGISTER, READ, WRITE, CLOSE and CANCEL of one connection. The methods that take a request are called by the
 * connection's draining thread; {@link #readNow} and {@link #completed} by any.
 */
final class ServerFileRequests {
    private static final Logger LOG = LoggerFactory.getLogger(ServerFileRequests.class);

    private final LwioServer server;
    private final ServerConnection connection;
    private final FidTable fids;
    private final ReadShare share;
    private final boolean byImmediate;
    private volatile int clientWindow;

    ServerFileRequests(LwioServer server, ServerConnection connection) {
        this.server = server;
        this.connection = connection;
        this.fids = new FidTable(server.config().maxFids());
        this.share = new ReadShare(server.config().readShare());
        this.byImmediate = server.answersByImmediate();
    }

    /** The client's MaxRdmaWindowSize. */
    void clientWindow(int bytes) {
        clientWindow = bytes;
    }

    /** Fids that are open. */
    int openFids() {
        return fids.open();
    }

    void register(ServerRequest request, IoBuffer buffer) throws LwioException {
        expect("REGISTER", "bytes received", request.receivedBytes, CommonHeader.BYTES + FidParams.BYTES);
        expect("COMMON_HEADER", "Length of REGISTER", request.length, request.receivedBytes);
        int fid = 0;
        LwioStatus status;
        try {
            fid = open(FidParams.decode(buffer.bytes, CommonHeader.BYTES));
            status = LwioStatus.SUCCESS;
        } catch (LwioException e) {
            LOG.debug("{}: REGISTER is refused: {}", connection.name(), e.getMessage());
            status = e.status();
        } catch (RuntimeException e) {
            LOG.error("{}: REGISTER failed", connection.name(), e);
            status = LwioStatus.INTERNAL_ERROR;
        }
        connection.answer(request, status, fid);
    }

    private int open(FidParams params) throws LwioException {
        if (params.sessionId() != connection.sessionId()) {
            throw new LwioException(LwioStatus.ACCESS_DENIED, "it names another session");
        }
        boolean checksummed = (params.flags() & FidParams.FLAG_CHECKSUMMED) != 0;
        RegisteredFile file = server.files().register(params.resumeKey(), params.sessionId(),
                (params.flags() & FidParams.FLAG_WRITE_THROUGH) != 0, checksummed);
        int fid = fids.add(file, checksummed);
        if (fid < 0) {
            file.close();
            throw new LwioException(LwioStatus.INSUFFICIENT_RESOURCES, "the connection has its "
                    + server.config().maxFids() + " Fids open, or has ended; close some");
        }
        return fid;
    }

    /** Begins an I/O; false if the request was answered already. */
    private boolean begin(ServerRequest request) {
        if (!request.isInterruptMode()) {
            connection.answer(request, LwioStatus.NOT_SUPPORTED, 0);
            return false;
        }
        request.fid = fids.begin(request.fidNumber);
        if (request.fid == null) {
            connection.answer(request, fids.whyNot(request.fidNumber), 0);
            return false;
        }
        return true;
    }

    private static void checkRange(ServerRequest request, int maxBytes) throws LwioException {
        if (request.length > maxBytes) {
            throw invalid(request.opcode + " of " + request.length + " bytes is more than the " + maxBytes
                    + " negotiated");
        }
        if (request.offset > Long.MAX_VALUE - request.length) {
            throw invalid(request.opcode + " reaches past 2^63");
        }
    }

    private int pieces(ServerRequest request) {
        return request.fid.checksummed ? ChecksumPieces.count(request.offset, request.length) : 0;
    }

    void read(ServerRequest request) throws LwioException {
        expect("READ", "bytes received", request.receivedBytes, CommonHeader.BYTES);
        int window = Math.min(clientWindow, server.config().windowBytes());
        checkRange(request, window);
        if (!begin(request)) {
            return;
        }
        request.pieces = pieces(request);
        if (request.length + request.checksumBytes() > window) {
            fids.end(request.fid);
            throw invalid("READ of " + request.length + " bytes and its checksums is more than the window of " + window);
        }
        if (share.enter(request) && takeBuffer(request)) {
            connection.defer(request);
        }
    }

    /** Whether the request has its buffer now; if not, it is run when it gets one, or answered already. */
    private boolean takeBuffer(ServerRequest request) {
        try {
            IoBuffer buffer = server.readBuffers().takeOrWait(later -> {
                request.read = later;
                connection.execute(request.readTask);
            });
            if (buffer == null) {
                return false;
            }
            request.read = buffer;
            return true;
        } catch (VerbsException e) {
            completed(request, LwioStatus.INSUFFICIENT_RESOURCES, 0);
            left();
            return false;
        }
    }

    /** Gives a READ's buffer back. */
    void giveBack(IoBuffer buffer) {
        server.readBuffers().put(buffer);
        left();
    }

    /** What waits for its turn in the connection goes behind those of others that wait for a buffer. */
    private void left() {
        ServerRequest next = share.leave();
        if (next != null && takeBuffer(next)) {
            connection.execute(next.readTask);
        }
    }

    /** Reads from the file; the request has its buffer. */
    void readNow(ServerRequest request) {
        IoResultOnce result = new IoResultOnce(this, request);
        if (connection.state() == ServerConnectionState.ENDED) {
            result.complete(LwioStatus.CANCELLED, 0);
            return;
        }
        if (readInPlace(request)) {
            FidTable.OpenFid fid = request.fid;
            sendData(request, request.length);
            fids.end(fid);
            return;
        }
        try {
            request.fid.file.read(request.offset, slice(request.read.bytes, 0, request.length), crcs(request), result);
        } catch (RuntimeException | Error e) {
            LOG.error("{}: READ of {} bytes at {} failed", connection.name(), request.length, request.offset, e);
            result.complete(LwioStatus.INTERNAL_ERROR, 0);
        }
    }

    /** Reads into the client's own memory, if that can be reached and the file can do it at once. */
    private boolean readInPlace(ServerRequest request) {
        if (request.length == 0) {
            return false;
        }
        try (PeerMemory target = connection.reach(request)) {
            return target != null && request.fid.file.readAtOnce(request.offset, target.bytes(), crcs(request));
        } catch (RuntimeException | Error e) {
            LOG.error("{}: READ of {} bytes at {} failed in place", connection.name(), request.length, request.offset,
                    e);
            return false;
        }
    }

    private static int[] crcs(ServerRequest request) {
        return request.fid.checksummed ? request.read.crcs : null;
    }

    void write(ServerRequest request, IoBuffer buffer) throws LwioException {
        int data = request.receivedBytes - CommonHeader.BYTES;
        checkRange(request, data);
        if (!begin(request)) {
            return;
        }
        request.pieces = pieces(request);
        if (request.length + request.checksumBytes() != data) {
            fids.end(request.fid);
            throw invalid("WRITE of " + request.length + " bytes with " + request.checksumBytes()
                    + " bytes of checksums came with " + data + " bytes");
        }
        int[] crcs = null;
        if (request.fid.checksummed) {
            crcs = buffer.crcs;
            ChecksumPieces.get(buffer.bytes, CommonHeader.BYTES + request.length, crcs, request.pieces);
        }
        IoResultOnce result = new IoResultOnce(this, request);
        try {
            request.fid.file.write(request.offset, slice(buffer.bytes, CommonHeader.BYTES, request.length), crcs,
                    connection::takesForce, result);
        } catch (RuntimeException | Error e) {
            LOG.error("{}: WRITE of {} bytes at {} failed", connection.name(), request.length, request.offset, e);
            result.complete(LwioStatus.INTERNAL_ERROR, 0);
        }
    }

    /** The file has completed a READ or WRITE. */
    void completed(ServerRequest request, LwioStatus status, int information) {
        FidTable.OpenFid fid = request.fid;
        if (status == LwioStatus.SUCCESS && information != request.length) {
            LOG.error("{}: {} of {} bytes at {} succeeded with {} bytes", connection.name(), request.opcode,
                    request.length, request.offset, information);
            answer(request, LwioStatus.INTERNAL_ERROR, 0);
        } else if (status == LwioStatus.SUCCESS && request.opcode == Opcode.READ && request.length > 0) {
            sendData(request, 0);
        } else {
            answer(request, status, status == LwioStatus.SUCCESS ? information : 0);
        }
        fids.end(fid);
    }

    private void answer(ServerRequest request, LwioStatus status, int information) {
        IoBuffer unused = request.read;
        request.read = null;
        connection.answer(request, status, information);
        if (unused != null) {
            giveBack(unused);
        }
    }

    /**
     * The data and its checksums in one RDMA write; it is the answer too, if it can carry the immediate cookie.
     *
     * @param there bytes of the data that are in the client's memory already
     */
    private void sendData(ServerRequest request, int there) {
        IoBuffer buffer = request.read;
        ChecksumPieces.put(buffer.crcs, request.pieces, buffer.bytes, request.length);
        int bytes = request.length + request.checksumBytes() - there;
        if (byImmediate) {
            request.work.writeWithImmediate(buffer.number, request.dataVa + there, request.dataMh, request.immediate)
                    .gather(buffer.region, there, bytes);
            connection.answerWithData(request);
        } else {
            request.work.write(buffer.number, request.dataVa + there, request.dataMh)
                    .gather(buffer.region, there, bytes);
            connection.postData(request);
            connection.answer(request, LwioStatus.SUCCESS, request.length);
        }
    }

    void close(ServerRequest request) throws LwioException {
        expectHeaderOnly(request);
        if (!fids.close(request.fidNumber, () -> connection.answer(request, LwioStatus.SUCCESS, 0))) {
            connection.answer(request, fids.whyNot(request.fidNumber), 0);
        }
    }

    /** Nothing that has begun can be cancelled; the answer says that the request was understood (LW-14). */
    void cancel(ServerRequest request) throws LwioException {
        expectHeaderOnly(request);
        FidTable.OpenFid fid = fids.begin(request.fidNumber);
        if (fid == null) {
            connection.answer(request, fids.whyNot(request.fidNumber), 0);
            return;
        }
        fids.end(fid);
        connection.answer(request, LwioStatus.SUCCESS, 0);
    }

    private static void expectHeaderOnly(ServerRequest request) throws LwioException {
        expect("COMMON_HEADER", "Length of " + request.opcode, request.length, CommonHeader.BYTES);
        expect(request.opcode.name(), "bytes received", request.receivedBytes, CommonHeader.BYTES);
    }

    /** The connection has ended: files are closed as soon as their I/O is, and then the caller hears of it. */
    void ended(Runnable whenAllClosed) {
        fids.closeAll(whenAllClosed);
    }

    private static ByteBuffer slice(ByteBuffer bytes, int at, int length) {
        return bytes.slice(at, length);
    }
}
