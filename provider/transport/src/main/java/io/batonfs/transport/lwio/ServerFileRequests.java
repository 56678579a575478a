package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.transport.verbs.PeerMemory;
import io.batonfs.transport.verbs.VerbsException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What concerns files on one connection: REGISTER, the reads and writes, CLOSE and CANCEL. The methods that take a
 * request are called by the connection's draining thread; {@link #readNow} and {@link #completed} by any.
 *
 * <p>A read needs a buffer of the server's and, before that, a place in the connection's share of them; a step of a
 * vectored read needs the connection's one {@code vectoredTurn} first, which bounds the RDMA writes under way. Each is
 * waited for in order of arrival, and no thread waits.
 *
 * <p>A request belongs to who carries it until it is over, which is the last thing that is done with it, or {@linkplain
 * ServerRequest#waits waits}. So whatever goes wrong before that, an Error included, is known to be that request's:
 * {@link ServerDrain#failed}. What waits is nobody's: there it is enough that the connection fails.
 */
final class ServerFileRequests {
    private static final Logger LOG = LoggerFactory.getLogger(ServerFileRequests.class);

    private final LwioServer server;
    private final ServerConnection connection;
    private final ServerDrain drain;
    private final ServerSends sends;
    private final FidTable fids;
    private final ReadShare share;
    private final ReadShare vectoredTurn = new ReadShare(1);
    private final boolean byImmediate;
    private volatile int clientWindow;
    private volatile int clientPage;

    ServerFileRequests(LwioServer server, ServerConnection connection, ServerDrain drain, ServerSends sends) {
        this.server = server;
        this.connection = connection;
        this.drain = drain;
        this.sends = sends;
        this.fids = new FidTable(server.config().maxFids());
        this.share = new ReadShare(server.config().readShare());
        this.byImmediate = server.answersByImmediate();
    }

    /** What the client has told of itself. */
    void client(AuthParams params) {
        clientWindow = params.maxRdmaWindowSize();
        clientPage = params.pageSize();
    }

    private int window() {
        return Math.min(clientWindow, server.config().windowBytes());
    }

    /** Fids that are open. */
    int openFids() {
        return fids.open();
    }

    void register(ServerRequest request, IoBuffer buffer) throws LwioException {
        expect("REGISTER", "bytes received", request.receivedBytes, CommonHeader.BYTES + FidParams.BYTES);
        expect("COMMON_HEADER", "Length of REGISTER", request.length, request.receivedBytes);
        fids.opening();
        request.opensFile = true;
        Runnable registering = () -> registerNow(request, buffer);
        request.waits();
        drain.executeForServer(registering);
    }

    private void registerNow(ServerRequest request, IoBuffer buffer) {
        if (!request.takeUp()) {
            return;
        }
        try {
            int fid = 0;
            LwioStatus status;
            try {
                fid = open(FidParams.decode(buffer.bytes, CommonHeader.BYTES));
                status = LwioStatus.SUCCESS;
            } catch (LwioException e) {
                LOG.debug("{}: REGISTER is refused: {}", connection.name(), e.getMessage());
                status = e.status();
            } catch (RuntimeException | Error e) {
                LOG.error("{}: REGISTER failed", connection.name(), e);
                status = LwioStatus.INTERNAL_ERROR;
            }
            connection.answer(request, status, fid);
            endOpening(request);
            connection.over(request);
        } catch (RuntimeException | Error e) {
            drain.failed(request, e);
        }
    }

    private void endOpening(ServerRequest request) {
        if (request.opensFile) {
            Runnable then = fids.opened();
            request.opensFile = false;
            then.run();
        }
    }

    private int open(FidParams params) throws LwioException {
        if (params.sessionId() != connection.sessionId()) {
            throw new LwioException(LwioStatus.ACCESS_DENIED, "it names another session");
        }
        boolean checksummed = (params.flags() & FidParams.FLAG_CHECKSUMMED) != 0;
        RegisteredFile file = server.files().register(params.resumeKey(), params.sessionId(),
                (params.flags() & FidParams.FLAG_WRITE_THROUGH) != 0, checksummed);
        int fid = -1;
        try {
            fid = fids.add(file, params.flags());
        } finally {
            if (fid < 0) {
                file.close();
            }
        }
        if (fid < 0) {
            throw new LwioException(LwioStatus.INSUFFICIENT_RESOURCES, "the connection has its "
                    + server.config().maxFids() + " Fids open, or has ended; close some");
        }
        return fid;
    }

    /** Begins an I/O; false if the request was answered already. */
    private boolean begin(ServerRequest request) {
        request.fid = fids.begin(request.fidNumber);
        if (request.fid == null) {
            connection.end(request, fids.whyNot(request.fidNumber), 0);
            return false;
        }
        request.holdsFid = true;
        return true;
    }

    private void endIo(ServerRequest request) {
        if (request.holdsFid) {
            boolean last = fids.endsLast(request.fid);
            request.holdsFid = false;
            if (last) {
                // If it comes to nothing, the Fid is finished when what failed is given back.
                fids.finish(request.fid);
            }
        }
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
        int window = window();
        checkRange(request, window);
        if (!begin(request)) {
            return;
        }
        request.pieces = pieces(request);
        if (request.length + request.checksumBytes() > window) {
            endIo(request);
            throw invalid("READ of " + request.length + " bytes and its checksums is more than the window of " + window);
        }
        request.waits();
        if (share.enter(request) && takeBuffer(request)) {
            drain.defer(request);
        }
    }

    void readVectored(ServerRequest request, IoBuffer message) throws LwioException {
        expect("COMMON_HEADER", "PageSize of " + request.opcode, request.pageSize, clientPage);
        checkRange(request, Integer.MAX_VALUE);
        if (!begin(request)) {
            return;
        }
        try {
            request.vector = VectoredRead.check(request, message.bytes, request.fid.checksummed, window(),
                    server.readBufferBytes());
        } catch (LwioException e) {
            endIo(request);
            throw e;
        }
        request.vector.nextStep();
        request.waits();
        if (vectoredTurn.enter(request) && share.enter(request) && takeBuffer(request)) {
            drain.defer(request);
        }
    }

    private void hasTurn(ServerRequest request) {
        if (share.enter(request) && takeBuffer(request)) {
            drain.execute(request.readTask);
        }
    }

    /** Whether the request has its buffer now; if not, it is run when it gets one, or answered already. */
    private boolean takeBuffer(ServerRequest request) {
        try {
            return server.readBuffers().takeOrWait(request);
        } catch (VerbsException e) {
            boolean vectored = request.vector != null;
            completedWaiting(request, LwioStatus.INSUFFICIENT_RESOURCES);
            left(vectored);
            return false;
        }
    }

    /** A read that had to wait for its buffer has it. */
    void hasBuffer(ServerRequest request) {
        try {
            drain.execute(request.readTask);
        } catch (RuntimeException | Error e) {
            drain.fail(e);
        }
    }

    /** A work id that tells which buffer was sent, and of what. */
    private static int sendId(ServerRequest request) {
        return request.vector != null ? -request.read.number : request.read.number;
    }

    /** A buffer whose sending has ended, until it has been given back; of one thread at a time. */
    static final class Sent extends IoBufferPool.Holder {
        private boolean vectored;
    }

    /** The work with that id has ended at last: its buffer is {@code sent}'s, to be given back. */
    void sent(int sendId, Sent sent) {
        IoBuffer buffer = server.readBuffers().byNumber(Math.abs(sendId));
        sent.vectored = sendId < 0;
        sent.read = buffer;
    }

    /** Gives back the buffer that was sent, if it has not been. */
    void giveBack(Sent sent) {
        if (sent.read != null) {
            giveBack(sent, sent.vectored);
        }
    }

    /** Gives a read's buffer back. */
    void giveBack(IoBufferPool.Holder holder, boolean vectored) {
        try {
            server.readBuffers().put(holder);
        } finally {
            // Whoever was given the buffer may have failed: the place in the share is another's all the same.
            left(vectored);
        }
    }

    /** What waits for its turn in the connection goes behind those of others that wait for a buffer. */
    private void left(boolean vectored) {
        try {
            ServerRequest next = share.leave();
            if (next != null) {
                hasPlace(next);
            }
        } finally {
            if (vectored) {
                leftTurn();
            }
        }
    }

    private void hasPlace(ServerRequest request) {
        try {
            if (takeBuffer(request)) {
                drain.execute(request.readTask);
            }
        } catch (RuntimeException | Error e) {
            drain.fail(e);
        }
    }

    private void leftTurn() {
        ServerRequest next = vectoredTurn.leave();
        if (next != null) {
            try {
                hasTurn(next);
            } catch (RuntimeException | Error e) {
                drain.fail(e);
            }
        }
    }

    /** Reads from the file; the request has its buffer. */
    void readNow(ServerRequest request) {
        if (!request.takeUp()) {
            if (request.failed) {
                // The connection has failed meanwhile, and what it held was given back, maybe before it got this.
                server.readBuffers().put(request);
            }
            return;
        }
        IoResultOnce result;
        try {
            result = new IoResultOnce(this, request);
        } catch (RuntimeException | Error e) {
            drain.failed(request, e);
            return;
        }
        try {
            read(request, result);
        } catch (RuntimeException | Error e) {
            // The request may be over and another one by now, but that result is nobody else's.
            request.lost = result;
            drain.fail(e);
        }
    }

    private void read(ServerRequest request, IoResultOnce result) {
        if (connection.state() == ServerConnectionState.ENDED) {
            result.complete(LwioStatus.CANCELLED, 0);
        } else if (readInPlace(request)) {
            result.completeInPlace();
        } else {
            try {
                long offset = request.vector != null ? request.vector.stepOffset() : request.offset;
                request.fid.file.read(offset, slice(request.read.bytes, 0, request.ioBytes()), crcs(request), result);
            } catch (RuntimeException | Error e) {
                ioFailed(request, result, e);
            }
        }
    }

    /** Answers before anything is said of it, which takes more of a stack that may be at its end. */
    private void ioFailed(ServerRequest request, IoResultOnce result, Throwable cause) {
        Opcode opcode = request.opcode;
        int length = request.length;
        long offset = request.offset;
        result.complete(LwioStatus.INTERNAL_ERROR, 0);
        LOG.error("{}: {} of {} bytes at {} failed", connection.name(), opcode, length, offset, cause);
    }

    /** The bytes are in the client's memory; what follows is sent from the read buffer. */
    void completedInPlace(ServerRequest request) {
        try {
            sendData(request, request.length);
            endIo(request);
            connection.over(request);
        } catch (RuntimeException | Error e) {
            drain.failed(request, e);
        }
    }

    /** Reads into the client's own memory, if that can be reached and the file can do it at once. */
    private boolean readInPlace(ServerRequest request) {
        if (request.length == 0 || request.vector != null) {
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
            endIo(request);
            throw invalid("WRITE of " + request.length + " bytes with " + request.checksumBytes()
                    + " bytes of checksums came with " + data + " bytes");
        }
        writeNow(request, buffer, takeChecksums(request, buffer, request.length));
    }

    /** Gather is the client's affair: its bytes follow the header as those of a WRITE do, or one page for all. */
    void writeVectored(ServerRequest request, IoBuffer buffer) throws LwioException {
        expect("COMMON_HEADER", "PageSize of " + request.opcode, request.pageSize, clientPage);
        if (!request.collapsed) {
            expect("COMMON_HEADER", "NumPages of VEC_WRITE that is not collapsed", request.numPages, 0);
            write(request, buffer);
            return;
        }
        checkRange(request, connection.receiveBytes());
        if (begin(request)) {
            request.pieces = pieces(request);
            try {
                checkCollapsed(request);
            } catch (LwioException e) {
                endIo(request);
                throw e;
            }
            int[] crcs = takeChecksums(request, buffer, request.pageSize);
            repeat(buffer.bytes, CommonHeader.BYTES, request.pageSize, request.length);
            writeNow(request, buffer, crcs);
        }
    }

    private void checkCollapsed(ServerRequest request) throws LwioException {
        if (!request.fid.unbuffered) {
            throw invalid("a collapsed VEC_WRITE came for a Fid that was registered without"
                    + " NO_INTERMEDIATE_BUFFERING (LW-12)");
        }
        int page = request.pageSize;
        int host = AuthParams.HOST_PAGE_BYTES;
        if (Math.max(page, host) % Math.min(page, host) != 0) {
            throw invalid("pages of " + page + " and " + host + " bytes are no multiples of each other (LW-12)");
        }
        if (request.length == 0) {
            throw invalid("a collapsed VEC_WRITE of nothing");
        }
        expect("COMMON_HEADER", "NumPages of a collapsed VEC_WRITE", request.numPages,
                RdmaRegion.pagesOf(request.length, page));
        expect("VEC_WRITE", "bytes received", request.receivedBytes,
                CommonHeader.BYTES + (long) page + request.checksumBytes());
        if ((long) request.length + request.checksumBytes() > connection.receiveBytes()) {
            throw invalid("a collapsed VEC_WRITE of " + request.length + " bytes and their checksums is more than the "
                    + connection.receiveBytes() + " negotiated");
        }
    }

    /** Fills memory with copies of its first page, each copy from all that is there already. */
    private static void repeat(ByteBuffer bytes, int at, int pageBytes, int lengthBytes) {
        for (int done = pageBytes; done < lengthBytes; ) {
            int n = Math.min(done, lengthBytes - done);
            bytes.put(at + done, bytes, at, n);
            done += n;
        }
    }

    /** The checksums that stand behind so many bytes; null if none travel. */
    private static int[] takeChecksums(ServerRequest request, IoBuffer buffer, int behind) {
        if (!request.fid.checksummed) {
            return null;
        }
        ChecksumPieces.get(buffer.bytes, CommonHeader.BYTES + behind, buffer.crcs, request.pieces);
        return buffer.crcs;
    }

    private void writeNow(ServerRequest request, IoBuffer buffer, int[] crcs) {
        IoResultOnce result = new IoResultOnce(this, request);
        try {
            request.fid.file.write(request.offset, slice(buffer.bytes, CommonHeader.BYTES, request.length), crcs,
                    result);
        } catch (RuntimeException | Error e) {
            ioFailed(request, result, e);
        }
    }

    /** The file has completed an I/O, or a step of a vectored read. What goes wrong here is no affair of the file's. */
    void completed(ServerRequest request, LwioStatus status, int information) {
        try {
            if (answered(request, status, information)) {
                endIo(request);
                connection.over(request);
                return;
            }
        } catch (RuntimeException | Error e) {
            drain.failed(request, e);
            return;
        }
        try {
            // The next step waits; others of the connection have theirs before it.
            if (vectoredTurn.enter(request)) {
                hasTurn(request);
            }
        } catch (RuntimeException | Error e) {
            drain.fail(e);
        }
    }

    /** Of a request that waits, unless somebody has taken it up. */
    private void completedWaiting(ServerRequest request, LwioStatus status) {
        if (request.takeUp()) {
            completed(request, status, 0);
        }
    }

    /** Whether that was all; if not, the next step of a vectored read waits. */
    private boolean answered(ServerRequest request, LwioStatus status, int information) {
        if (status != LwioStatus.SUCCESS) {
            answer(request, status, 0);
        } else if (information != request.ioBytes()) {
            LOG.error("{}: {} of {} bytes at {} succeeded with {} bytes", connection.name(), request.opcode,
                    request.ioBytes(), request.offset, information);
            answer(request, LwioStatus.INTERNAL_ERROR, 0);
        } else if (request.vector != null) {
            if (!sendStep(request)) {
                request.vector.nextStep();
                request.waits();
                return false;
            }
        } else if (request.opcode == Opcode.READ && request.length > 0) {
            sendData(request, 0);
        } else {
            answer(request, status, information);
        }
        return true;
    }

    private void answer(ServerRequest request, LwioStatus status, int information) {
        boolean vectored = request.vector != null;
        connection.answer(request, status, information);
        if (request.read != null) {
            giveBack(request, vectored);
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
        sendLast(request, request.dataVa + there, request.dataMh, there, bytes);
    }

    /** One RDMA write for each segment of the step; the last one carries the answer, as {@link #sendData}'s does. */
    private boolean sendStep(ServerRequest request) {
        VectoredRead vector = request.vector;
        IoBuffer buffer = request.read;
        ChecksumPieces.put(buffer.crcs, vector.pieces(), buffer.bytes, vector.readBytes());
        boolean lastStep = vector.isLastStep();
        vector.forEachWrite((address, handle, at, bytes, last) -> {
            if (!last) {
                sends.postPart(request.work.write(0, address, handle).gather(buffer.region, at, bytes)
                        .lentUntilEnd());
            } else if (lastStep) {
                sendLast(request, address, handle, at, bytes);
            } else {
                request.work.write(sendId(request), address, handle).gather(buffer.region, at, bytes);
                connection.postData(request, false);
            }
        });
        return lastStep;
    }

    /** The last bytes of a read, and its answer. */
    private void sendLast(ServerRequest request, long address, int handle, int at, int bytes) {
        IoBuffer buffer = request.read;
        if (byImmediate && request.isInterruptMode()) {
            request.work.writeWithImmediate(sendId(request), address, handle, request.immediate)
                    .gather(buffer.region, at, bytes);
            connection.answerWithData(request);
        } else {
            request.work.write(sendId(request), address, handle).gather(buffer.region, at, bytes);
            connection.postData(request, true);
            connection.answer(request, LwioStatus.SUCCESS, request.length);
        }
    }

    void close(ServerRequest request) throws LwioException {
        expectHeaderOnly(request);
        if (!fids.close(request.fidNumber, () -> closed(request))) {
            connection.end(request, fids.whyNot(request.fidNumber), 0);
        }
    }

    /** What failed half way is done once more, unless the request has been noted as failed. */
    private void closed(ServerRequest request) {
        if (!request.failed) {
            connection.end(request, LwioStatus.SUCCESS, 0);
        }
    }

    /**
     * Reads of the Fid that wait for their turn or for a buffer are answered as cancelled; what has begun goes on
     * (LW-14).
     */
    void cancel(ServerRequest request) throws LwioException {
        expectHeaderOnly(request);
        if (!begin(request)) {
            return;
        }
        FidTable.OpenFid fid = request.fid;
        for (ServerRequest waiting : vectoredTurn.giveUp(fid)) {
            completedWaiting(waiting, LwioStatus.CANCELLED);
        }
        for (ServerRequest waiting : share.giveUp(fid)) {
            boolean vectored = waiting.vector != null;
            completedWaiting(waiting, LwioStatus.CANCELLED);
            if (vectored) {
                leftTurn();
            }
        }
        for (IoBufferPool.Waiter waiting : server.readBuffers().giveUp(
                waiter -> waiter instanceof ServerRequest read && read.fid == fid)) {
            ServerRequest read = (ServerRequest) waiting;
            boolean vectored = read.vector != null;
            completedWaiting(read, LwioStatus.CANCELLED);
            left(vectored);
        }
        endIo(request);
        connection.end(request, LwioStatus.SUCCESS, 0);
    }

    /**
     * The connection ends for a failure, and maybe nobody is left who would have those go on that wait; so they are
     * answered as cancelled, and none will wait any more.
     */
    void endWaiting() {
        vectoredTurn.end().forEach(waiting -> completedWaiting(waiting, LwioStatus.CANCELLED));
        share.end().forEach(waiting -> completedWaiting(waiting, LwioStatus.CANCELLED));
        for (IoBufferPool.Waiter waiting : server.readBuffers().giveUp(
                waiter -> waiter instanceof ServerRequest read && read.isOf(this))) {
            completedWaiting((ServerRequest) waiting, LwioStatus.CANCELLED);
        }
    }

    /** Gives back what a request that has failed holds of files. */
    void release(ServerRequest failed) {
        try {
            if (failed.read != null) {
                giveBack(failed, failed.vector != null);
            }
        } finally {
            try {
                endOpening(failed);
            } finally {
                endIo(failed);
            }
        }
    }

    static void expectHeaderOnly(ServerRequest request) throws LwioException {
        expect("COMMON_HEADER", "Length of " + request.opcode, request.length, CommonHeader.BYTES);
        expect(request.opcode.name(), "bytes received", request.receivedBytes, CommonHeader.BYTES);
    }

    /** The connection has ended: files are closed as soon as their I/O is, and then the caller hears of it. */
    void ended(Runnable whenAllClosed) {
        fids.closeAll(whenAllClosed);
    }

    /** Files whose closing was cut short are closed; behind {@link #ended}. */
    void finishClosing() {
        fids.finishLeft();
    }

    private static ByteBuffer slice(ByteBuffer bytes, int at, int length) {
        return bytes.slice(at, length);
    }
}
