package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.PeerMemory;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairState;
import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.verbs.TransportMetrics;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client at the server end: takes messages in, checks them, answers. States: {@link ServerConnectionState}. What
 * concerns files is {@link ServerFileRequests}' affair.
 *
 * <p>{@link ServerDrain} says which threads take messages in; the draining thread alone uses {@code header}, {@code
 * nextSequence} and {@code sent}, and starts WRITEs in their order of arrival. Answers are sent by whichever thread
 * completes the I/O ({@link ServerSends}). {@code this} guards {@code spare} and {@code newest}, and changes of {@code
 * state}. After a failure {@code sentAfterFailure} and {@code endHandled} belong to who gives back.
 *
 * <p>A credit is a receive of one of the server's shared queues that this connection is allowed ({@link
 * ServerReceives}). It is posted and allowed again just before its request is answered, so a client that overruns its
 * credits meets a receiver that is not ready, and its connection ends.
 *
 * <p>By the classes of OFF-1: {@code sessionId} and what the client told of itself with AUTH are CONST; credits, receives
 * and the Fids are CACHED; {@code state}, {@code nextSequence}, {@code wakeUp} and the requests under way are DELEGATED.
 */
final class ServerConnection implements TransportMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);
    private static final int SEQUENCE_MASK = 0xFFFF;

    private final LwioServer server;
    private final long sessionId;
    private final ServerSends sends = new ServerSends(this);
    private final ServerDrain drain;
    private final CommonHeader header = new CommonHeader();
    private final ServerFileRequests files;
    private final AnswerWatch answers;
    private final WakeUp wakeUp = new WakeUp();
    private final ServerCredits credits;
    private final ServerReceives receives;
    private QueuePair queuePair;
    private volatile Future<?> authTimeout;
    private int nextSequence = AuthParams.CLIENT_BASE_SEQUENCE;

    private final ArrayDeque<ServerRequest> spare = new ArrayDeque<>();
    /** The request that was made last, by which all are found; under the lock. */
    private ServerRequest newest;
    /** The buffers of sends that have ended: of the draining thread, and of who gives back. */
    private final ServerFileRequests.Sent sent = new ServerFileRequests.Sent();
    private final ServerFileRequests.Sent sentAfterFailure = new ServerFileRequests.Sent();
    private volatile boolean endSeen;
    private volatile boolean endHandled;
    /** Changed under the lock, looked at without. */
    private volatile ServerConnectionState state = ServerConnectionState.AUTHENTICATING;

    ServerConnection(LwioServer server, CompletionQueue completions, long sessionId) {
        this.server = server;
        this.drain = new ServerDrain(server, this, completions, sends);
        this.sessionId = sessionId;
        this.files = new ServerFileRequests(server, this, drain, sends);
        this.credits = new ServerCredits(server.config().credits());
        this.receives = new ServerReceives(server, credits, wakeUp, sends::post, drain::creditsFailed);
        this.answers = new AnswerWatch(server.scheduler(), server.config().answerTimeoutMs(), this::answerOverdue);
    }

    /** Posts the receive for AUTH; then the connection can be accepted. */
    void prepare(QueuePair pair, MemoryRegion authMemory) throws VerbsException {
        queuePair = pair;
        sends.prepare(pair);
        drain.prepare(pair);
        receives.prepare(pair, authMemory);
    }

    /** Begins to look at what arrives. */
    void start(Future<?> timeout) {
        authTimeout = timeout;
        drain.start();
    }

    private synchronized boolean become(ServerConnectionState next) {
        if (!state.mayBecome(next)) {
            return false;
        }
        state = next;
        return true;
    }

    /** Files registered and not closed. */
    int openFids() {
        return files.openFids();
    }

    ServerConnectionState state() {
        return state;
    }

    long sessionId() {
        return sessionId;
    }

    /** MaxRecvBufferSize, as told with AUTH; 0 before. */
    int receiveBytes() {
        return receives.receiveBytes();
    }

    @Override
    public long get(TransportMetric metric) {
        return switch (metric) {
            case CREDITS -> credits.granted();
            case CREDITS_GRANTED -> credits.grantedInAll();
            case CREDITS_ASKED_BACK -> credits.askedBackInAll();
            case REQUESTS_UNDER_WAY -> wakeUp.underWay();
            case SMALLER_WRITES -> receives.areSmaller() ? 1 : 0;
            default -> queuePair.metrics().get(metric);
        };
    }

    /** For messages: which connection. */
    String name() {
        return "LWIO session " + Long.toHexString(sessionId);
    }

    /** Ends the connection from outside. */
    void disconnect(String reason) {
        drain.disconnect();
        LOG.debug("{} ends: {}", name(), reason);
    }

    void authenticationTimedOut() {
        if (state() == ServerConnectionState.AUTHENTICATING) {
            disconnect("it was not authenticated within " + server.config().authTimeoutMs() + " ms");
        }
    }

    /** As {@link ServerDrain#seeToFailure}. */
    void seeToFailure() {
        drain.seeToFailure();
    }

    /** After a failure, before anything else: buffers that earlier tries have left, and the drain if it has failed. */
    void giveBackSent(boolean drainHasFailed) {
        if (drainHasFailed) {
            files.giveBack(sent);
        }
        files.giveBack(sentAfterFailure);
    }

    /**
     * A completion after a failure. The queue pair has ended: what was received is nobody's, and what goes wrong with one
     * keeps no other.
     */
    void see(WorkCompletion completion) {
        try {
            if (completion.opcode() == WorkOpcode.DISCONNECT) {
                endSeen = true;
            } else if (completion.opcode() != WorkOpcode.RECEIVE) {
                sent(completion, sentAfterFailure);
            } else {
                receives.abandon((int) completion.id());
            }
        } catch (RuntimeException | Error e) {
            drain.suppress(e);
        }
        // If that fails, it is done at the next try, before another takes its place.
        files.giveBack(sentAfterFailure);
    }

    /** After a failure, behind all completions: whatever nobody carries any more, and the end if it has come. */
    void giveBackLeft() {
        releaseFailed();
        if (endSeen && !endHandled) {
            ended();
        } else if (endHandled) {
            files.finishClosing();
        }
    }

    private void releaseFailed() {
        files.endWaiting();
        ServerRequest request;
        synchronized (this) {
            request = newest;
        }
        for (; request != null; request = request.madeBefore) {
            IoResultOnce lost = request.lost;
            if (lost != null) {
                lost.complete(LwioStatus.INTERNAL_ERROR, 0);
            }
            if (request.takeUp()) {
                // Nobody carries it, and nobody will.
                request.failed = true;
            }
            // Who was about to give it a buffer may have done so since.
            if (request.failed && (!request.released || request.read != null)) {
                release(request);
                request.released = true;
            }
        }
    }

    /** Each part knows by itself whether it was done at an earlier try; none keeps the others from being done. */
    private void release(ServerRequest request) {
        try {
            receives.abandon(request);
        } finally {
            try {
                if (request.underWay) {
                    ioCompleted(request);
                }
            } finally {
                files.release(request);
            }
        }
    }

    /** By the draining thread, which hears by {@link ServerDrain#seen} when the completion has become somebody's. */
    void look(WorkCompletion completion) {
        if (completion.opcode() == WorkOpcode.DISCONNECT) {
            endSeen = true;
            drain.seen = true;
            ended();
        } else if (completion.opcode() != WorkOpcode.RECEIVE) {
            sent(completion, sent);
            files.giveBack(sent);
        } else if (completion.status() == WorkStatus.SUCCESS) {
            received((int) completion.id(), completion.lengthBytes());
        } else {
            drain.seen = true;
            boolean tooLong = completion.status() == WorkStatus.LOCAL_LENGTH_ERROR;
            receives.abandon((int) completion.id());
            if (tooLong) {
                LOG.warn("{} ends: the client sent more after a header than the {} bytes negotiated", name(),
                        receiveBytes());
            }
        }
    }

    /** A send or RDMA write that failed or, on a wire that takes its time, has ended at last. */
    private void sent(WorkCompletion completion, ServerFileRequests.Sent buffer) {
        WorkStatus status = completion.status();
        if (completion.id() != 0) {
            files.sent((int) completion.id(), buffer);
            drain.seen = true;
            answers.ended();
        }
        drain.seen = true;
        if (status != WorkStatus.SUCCESS) {
            // One for each answer under way: the end of the connection itself is told where it is decided.
            LOG.debug("{} ends: an answer could not be delivered ({})", name(), status);
        }
    }

    private void answerOverdue() {
        queuePair.disconnect();
        LOG.info("{} ends: its client has not taken an answer for {} ms, and others wait for the buffer", name(),
                server.config().answerTimeoutMs());
    }

    private void received(int id, int lengthBytes) {
        if (state() == ServerConnectionState.ENDED || queuePair.state() == QueuePairState.ERROR) {
            drain.seen = true;
            receives.abandon(id);
            return;
        }
        IoBuffer buffer = receives.buffer(id);
        ServerRequest request = null;
        int step = 0;
        try {
            if (lengthBytes < CommonHeader.BYTES) {
                throw invalid("a message of " + lengthBytes + " bytes is shorter than a header");
            }
            Opcode opcode = header.wrap(buffer.bytes, 0).check();
            request = spareRequest();
            step = request.step();
            request.begin(header, opcode, id, lengthBytes);
            drain.seen = true;
            if (opcode.isFileIo()) {
                wakeUp.begun();
                request.underWay = true;
            }
            expect("COMMON_HEADER", "Sequence", header.sequence(), nextSequence);
            nextSequence = nextSequence + 1 & SEQUENCE_MASK;
            credits.pending(header.creditsHint());
            dispatch(request, buffer);
            // It is whoever's it may be by now.
            request = null;
            if (credits.isShort() && credits.room() > 0) {
                receives.wish();
            }
        } catch (LwioException e) {
            violated(request, id, e);
        } catch (RuntimeException | Error e) {
            // One that has begun to wait is whoever's takes it up.
            if (request != null && request.step() == step) {
                request.failed = true;
            }
            throw e;
        }
    }

    /** A rule is broken: says so if the request can be answered, and ends the connection. */
    private void violated(ServerRequest request, int receiveId, LwioException cause) {
        boolean stranger = state() == ServerConnectionState.AUTHENTICATING;
        if (request != null) {
            end(request, cause.status(), 0);
        } else {
            drain.seen = true;
            receives.abandon(receiveId);
        }
        queuePair.disconnect();
        if (stranger) {
            // Anybody can come so far, as often as he likes.
            LOG.debug("{} ends: {} ({})", name(), cause.getMessage(), cause.status());
        } else {
            LOG.warn("{} ends: {} ({})", name(), cause.getMessage(), cause.status());
        }
    }

    private void dispatch(ServerRequest request, IoBuffer buffer) throws LwioException {
        boolean isAuth = request.opcode == Opcode.AUTH;
        if (isAuth != (state() == ServerConnectionState.AUTHENTICATING)) {
            throw new LwioException(LwioStatus.ACCESS_DENIED,
                    isAuth ? "AUTH came a second time" : request.opcode + " came before AUTH");
        }
        switch (request.opcode) {
            case AUTH -> authenticate(request, buffer);
            case REGISTER -> files.register(request, buffer);
            case READ -> files.read(request);
            case WRITE -> files.write(request, buffer);
            case VEC_READ -> files.readVectored(request, buffer);
            case VEC_WRITE -> files.writeVectored(request, buffer);
            case CLOSE -> files.close(request);
            case CANCEL -> files.cancel(request);
            case INTERRUPT -> interrupt(request);
            case CREDIT -> credit(request);
        }
    }

    private void interrupt(ServerRequest request) throws LwioException {
        ServerFileRequests.expectHeaderOnly(request);
        switch (wakeUp.asked(request)) {
            case ANSWER -> end(request, LwioStatus.SUCCESS, 0);
            case ONE_TOO_MANY -> throw invalid("an INTERRUPT came while another was outstanding");
            default -> { }
        }
    }

    /** The client's part of a credit transaction (LW-13); whatever is told to it next follows our answer. */
    private void credit(ServerRequest request) throws LwioException {
        ServerFileRequests.expectHeaderOnly(request);
        boolean gone = credits.credit((int) (request.offset >> Integer.SIZE));
        receives.takeBackSurplus();
        if (gone) {
            receives.giveBack(request);
            sends.post(request.statusAnswer(LwioStatus.NOTIFY_CREDIT, 0));
            over(request);
        } else {
            end(request, LwioStatus.SUCCESS, 0);
        }
        credits.creditAnswered();
        receives.cameBack();
    }

    private void authenticate(ServerRequest request, IoBuffer buffer) throws LwioException {
        ServerAuthentication.Proven proven = server.authentication().prove(buffer.bytes, request.receivedBytes);
        int granted = receives.grant(proven.client.credits(), proven.client.maxSendBufferSize());
        byte[] params = server.authentication().answer(proven, sessionId, receiveBytes(), granted);
        files.client(proven.client);
        if (become(ServerConnectionState.READY)) {
            authTimeout.cancel(false);
            receives.dropAuthBuffer();
            server.authenticated(this);
            sends.post(request.work.write(0, request.dataVa, request.dataMh)
                    .inline(ByteBuffer.wrap(params), 0, params.length));
            end(request, LwioStatus.SUCCESS, AuthParams.SERVER_INFORMATION);
            credits.open();
        }
    }

    private synchronized ServerRequest spareRequest() {
        ServerRequest request = spare.pollLast();
        if (request == null) {
            request = new ServerRequest(files, drain.givingBack(), newest);
            newest = request;
        }
        return request;
    }

    /** The client's memory that a READ is for, if the wire reaches it. */
    PeerMemory reach(ServerRequest request) {
        return queuePair.reach(request.dataVa, request.dataMh, request.length);
    }

    /** Answers a request that holds nothing else; then it is over. */
    void end(ServerRequest request, LwioStatus status, int information) {
        try {
            answer(request, status, information);
            over(request);
        } catch (RuntimeException | Error e) {
            drain.failed(request, e);
        }
    }

    /** Gives the credit back and answers by a status; what else the request holds is the caller's to give back. */
    void answer(ServerRequest request, LwioStatus status, int information) {
        receives.repost(request);
        sends.post(request.statusAnswer(status, information));
        if (request.underWay) {
            ioCompleted(request);
        }
    }

    /** Behind an I/O's answer. */
    private void ioCompleted(ServerRequest request) {
        ServerRequest interrupt = wakeUp.completed();
        request.underWay = false;
        if (interrupt != null) {
            end(interrupt, LwioStatus.SUCCESS, 0);
        }
    }

    /** Gives the credit back and answers by the work that was filled in, which reads from a buffer of the pool. */
    void answerWithData(ServerRequest request) {
        receives.repost(request);
        postData(request, false);
        ioCompleted(request);
    }

    /**
     * Sends what was filled in, which reads from the request's read buffer, and gives that back when it is sent.
     *
     * @param quietly whether the answer is posted next, so that both leave together
     */
    void postData(ServerRequest request, boolean quietly) {
        IoBuffer buffer = request.read;
        boolean vectored = request.vector != null;
        request.read = null;
        boolean done = true;
        VerbsException unsent = null;
        try {
            // Sends of other answers end by the client's next message at the latest, so their number is bounded by the
            // credits; those of vectored reads only by one step waiting for the other to be acknowledged.
            WorkRequest work = vectored ? request.work.signaled() : request.work.signaledIfLater();
            done = sends.postData(work, quietly) && !vectored;
        } catch (VerbsException e) {
            unsent = e;
        } catch (RuntimeException | Error e) {
            if (!request.work.isAccepted()) {
                request.read = buffer;
            }
            throw e;
        }
        if (done) {
            request.read = buffer;
            files.giveBack(request, vectored);
        } else {
            answers.posted();
        }
        if (unsent != null) {
            sends.unsent(unsent);
        }
    }

    /** The request may be used again. */
    void over(ServerRequest request) {
        synchronized (this) {
            spare.addLast(request);
        }
    }

    /** The last completion has come. */
    private void ended() {
        become(ServerConnectionState.ENDED);
        authTimeout.cancel(false);
        answers.close();
        receives.ended();
        ServerRequest interrupt = wakeUp.close();
        if (interrupt != null) {
            receives.abandon(interrupt);
        }
        files.ended(() -> server.forget(this));
        endHandled = true;
    }
}
