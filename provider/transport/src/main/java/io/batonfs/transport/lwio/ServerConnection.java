package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.GuardedLog;
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
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client at the server end: takes messages in, checks them, answers. States: {@link ServerConnectionState}. What
 * concerns files is {@link ServerFileRequests}' affair.
 *
 * <p>Threads: the completion queue's doorbell gives {@link #drain} to a thread of the wire, if one is to be had, else
 * to the server's executor, and is armed again only when the queue is empty, so one thread at a time drains. That
 * thread alone uses {@code header}, {@code batch}, {@code nextSequence}, {@code deferred}, {@code lentBriefly} and
 * {@code toFlush}, and starts WRITEs in their order of arrival. Answers are sent by whichever thread completes the I/O.
 * {@code this} guards {@code spare}, and changes of {@code state}.
 *
 * <p>Failures that have no status, Errors above all, may come up anywhere: an executor may have no thread left, a
 * client's thread that runs an errand no stack. Then the connection ends, and the client hears that at once. Whoever
 * meets one does no more than note it, by stores alone if need be: {@code failed} or {@code lost} of the request that
 * he carries, {@code unseenFrom} and {@code unseenTo} of the completions that he has taken out, {@code failure} and
 * {@code noted} of {@code givingBack}. What was left half done is given back by {@link #drainAfterFailure}, in a thread
 * of the server's: one at a time, which goes on as long as more is noted, maybe beside one that drains and others that
 * carry requests. These are left alone; requests that nobody carries, {@code deferred} too, are taken up, and whoever
 * was to carry them out finds that ({@link ServerRequest#takeUp}). If giving back can't be done either, as for want of memory, it stays noted, and
 * the server, which looks for it once in a while ({@link #seeToFailure}), has it tried again: so whatever gives back
 * notes for each part that it is done, and behind it. What went wrong is logged when all has been given back, since to
 * log takes memory and a stack, too.
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
    private static final int BATCH = 16;
    private static final int SEQUENCE_MASK = 0xFFFF;

    private final LwioServer server;
    private final long sessionId;
    private final CompletionQueue completions;
    private final CompletionQueue.Doorbell doorbell = this::rung;
    private final Errand errand = new Drain();
    private final Runnable task = () -> byServer(false);
    private final Runnable afterFailure = () -> byServer(true);
    private final CommonHeader header = new CommonHeader();
    private final WorkCompletion[] batch = WorkCompletion.batch(BATCH);
    private final ServerFileRequests files;
    private final AnswerWatch answers;
    private final WakeUp wakeUp = new WakeUp();
    private final ServerCredits credits;
    private final ServerReceives receives;
    private QueuePair queuePair;
    private volatile Future<?> authTimeout;
    private int nextSequence = AuthParams.CLIENT_BASE_SEQUENCE;
    private ServerRequest deferred;
    /** The thread that takes requests in at this moment: what it posts leaves together. */
    private volatile Thread draining;
    private boolean toFlush;
    /** Whether that thread is a client's, which has come for an answer. */
    private boolean lentBriefly;

    private final ArrayDeque<ServerRequest> spare = new ArrayDeque<>();
    /** The request that was made last, by which all are found; under the lock. */
    private ServerRequest newest;
    private final GivingBack givingBack = new GivingBack();
    private final Runnable all = this::giveBack;
    /** Whether the server's look has asked for a try that has not begun. */
    private volatile boolean tryAsked;
    /** Of who gives back. */
    private boolean failureTold;
    /** Whether it has been told that giving back has failed; another thread may tell it once more. */
    private volatile boolean retryTold;
    /** Completions of {@code batch} that were taken out and not looked at when the drain failed. */
    private int unseenFrom;
    private volatile int unseenTo;
    /** The buffers of sends that have ended: of the draining thread, and of who gives back. */
    private final ServerFileRequests.Sent sent = new ServerFileRequests.Sent();
    private final ServerFileRequests.Sent sentAfterFailure = new ServerFileRequests.Sent();
    /** Whether the completion that is being looked at has become somebody's; of the draining thread. */
    private boolean seen;
    private volatile boolean endSeen;
    private volatile boolean endHandled;
    /** Changed under the lock, looked at without. */
    private volatile ServerConnectionState state = ServerConnectionState.AUTHENTICATING;

    ServerConnection(LwioServer server, CompletionQueue completions, long sessionId) {
        this.server = server;
        this.completions = completions;
        this.sessionId = sessionId;
        this.files = new ServerFileRequests(server, this);
        this.credits = new ServerCredits(server.config().credits());
        this.receives = new ServerReceives(server, credits, wakeUp, this::post, this::creditsFailed);
        this.answers = new AnswerWatch(server.scheduler(), server.config().answerTimeoutMs(), this::answerOverdue);
    }

    /** Posts the receive for AUTH; then the connection can be accepted. */
    void prepare(QueuePair pair, MemoryRegion authMemory) throws VerbsException {
        queuePair = pair;
        receives.prepare(pair, authMemory);
    }

    /** Begins to look at what arrives. */
    void start(Future<?> timeout) {
        authTimeout = timeout;
        schedule(task);
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
        try {
            queuePair.disconnect();
        } finally {
            // Its end may have been taken out, and then nobody rings.
            if (givingBack.noted) {
                schedule(afterFailure);
            }
        }
        LOG.debug("{} ends: {}", name(), reason);
    }

    void authenticationTimedOut() {
        if (state() == ServerConnectionState.AUTHENTICATING) {
            disconnect("it was not authenticated within " + server.config().authTimeoutMs() + " ms");
        }
    }

    /**
     * Has it tried again to give back what a failure has left half done, if there may be something, and unless the last
     * try still waits for a thread. Once in a while; any thread.
     */
    void seeToFailure() {
        if (givingBack.noted && !tryAsked) {
            tryAsked = true;
            schedule(afterFailure);
        }
    }

    private boolean isFailing() {
        return givingBack.failure != null;
    }


    private void rung(boolean byWire) {
        if (!byWire || !server.lend(errand)) {
            schedule(task);
        }
    }

    private void schedule(Runnable draining) {
        try {
            server.executor().execute(draining);
        } catch (RuntimeException | Error e) {
            givingBack.failure = givingBack.failure == null ? e : givingBack.failure;
            givingBack.noted = true;
            endWithoutExecutor(draining);
        }
    }

    /** Nobody can be asked to drain. The scheduler's thread is there already, and at an end there is little to do. */
    private void endWithoutExecutor(Runnable draining) {
        try {
            queuePair.disconnect();
        } finally {
            try {
                server.scheduler().execute(draining);
            } catch (RuntimeException | Error e) {
                // Who was to go on with what is put off never comes: the server finds it at its next look.
                tryAsked = false;
                completions.armForNextRing(doorbell);
            }
        }
    }

    /** {@link #drain} by a thread that the wire lends. */
    private final class Drain implements Errand {

        @Override
        public void run(Runner runner) {
            drain(runner);
        }

        @Override
        public void elsewhere() {
            // If a run of it has failed, somebody else may drain already.
            schedule(isFailing() ? afterFailure : task);
        }
    }

    /**
     * Takes in what there is, until there is nothing more and the doorbell is armed.
     *
     * @param runner if the thread is not the wire's or ours, it has come for an answer, which one of the first messages
     *               asks for, or an earlier one: after some of them it leaves the others, and what may take long and
     *               is not its own, to another thread
     */
    private void drain(Errand.Runner runner) {
        if (isFailing()) {
            drainAfterFailure();
            return;
        }
        int taken = 0;
        boolean brief = runner != Errand.Runner.WIRE;
        boolean armed = false;
        ServerRequest last = null;
        lentBriefly = brief;
        try {
            while (!armed) {
                int n = takeIn(brief ? BATCH - taken : BATCH);
                taken += n;
                if (n == 0) {
                    // The READ that came last is left to this thread: a lone READ costs no hop to another one.
                    last = takeDeferred();
                    armed = completions.arm(doorbell);
                    if (!armed) {
                        deferred = last;
                        last = null;
                    }
                } else if (brief && taken == BATCH) {
                    schedule(task);
                    return;
                }
            }
        } catch (RuntimeException | Error e) {
            // What is put off is nobody's, and found as that.
            draining = null;
            fail(e);
            return;
        }
        if (last != null) {
            carryOutLast(last, brief && (taken > 1 || runner == Errand.Runner.BYSTANDER));
        }
    }

    /**
     * Ends the connection, and has what was left half done seen to. Throws what has to be done again in a thread with
     * more of a stack: there a drain finds out for itself what has happened.
     */
    void fail(Throwable cause) {
        givingBack.failure = givingBack.failure == null ? cause : givingBack.failure;
        givingBack.noted = true;
        try {
            queuePair.disconnect();
        } finally {
            schedule(afterFailure);
        }
    }

    /** By who carries a request, and can't any more. */
    void failed(ServerRequest request, Throwable cause) {
        request.failed = true;
        fail(cause);
    }

    /** In a thread of the server's; what can't be done now has been noted. */
    private void byServer(boolean isAfterFailure) {
        try {
            if (isAfterFailure) {
                drainAfterFailure();
            } else {
                drain(Errand.Runner.WIRE);
            }
        } catch (RuntimeException | Error e) {
            tellRetry(e);
        }
    }

    /** Once, and not at each try for as long as it lasts. */
    private void tellRetry(Throwable why) {
        if (!retryTold) {
            retryTold = GuardedLog.error(LOG, "{} could not be brought to its end; that is tried again", name(), why);
        }
    }

    /** Takes in the end, and gives back whatever nobody carries any more; if that fails, it is tried again later. */
    private void drainAfterFailure() {
        boolean done = false;
        tryAsked = false;
        try {
            givingBack.run(all);
            done = true;
        } finally {
            if (!done) {
                completions.armForNextRing(doorbell);
            }
        }
    }

    private void giveBack() {
        queuePair.disconnect();
        // Before unseenFrom, which is stored before it: another thread may have just failed.
        int to = unseenTo;
        if (to > 0) {
            files.giveBack(sent);
        }
        // What an earlier try has left, before the next takes its place.
        files.giveBack(sentAfterFailure);
        while (unseenFrom < to) {
            see(batch[unseenFrom++]);
            files.giveBack(sentAfterFailure);
        }
        WorkCompletion[] one = WorkCompletion.batch(1);
        do {
            while (completions.poll(one) > 0) {
                see(one[0]);
                files.giveBack(sentAfterFailure);
            }
            releaseFailed();
            if (endSeen && !endHandled) {
                ended();
            } else if (endHandled) {
                files.finishClosing();
            }
        } while (!completions.arm(doorbell));
        tellFailure();
    }

    /** Behind all else, once. */
    private void tellFailure() {
        if (!failureTold) {
            Throwable failure = givingBack.failure;
            if (failure instanceof RejectedExecutionException) {
                LOG.warn("{} ends: its server's executor takes no more work", name());
            } else {
                LOG.error("{} ends: what went wrong has no status", name(), failure);
            }
            failureTold = true;
        }
    }

    /** The queue pair has ended: what was received is nobody's, and what goes wrong with one keeps no other. */
    private void see(WorkCompletion completion) {
        try {
            if (completion.opcode() == WorkOpcode.DISCONNECT) {
                endSeen = true;
            } else if (completion.opcode() != WorkOpcode.RECEIVE) {
                sent(completion, sentAfterFailure);
            } else {
                receives.abandon((int) completion.id());
            }
        } catch (RuntimeException | Error e) {
            suppress(e);
        }
    }

    /** To be told with the first failure, if there is memory for that. */
    private void suppress(Throwable cause) {
        if (cause != givingBack.failure) {
            try {
                givingBack.failure.addSuppressed(cause);
            } catch (RuntimeException | Error e) {
                // It says no more than the first one; thrown, it would hold up what is given back behind this.
                return;
            }
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

    /** Up to so many completions; how many there were. */
    private int takeIn(int most) {
        draining = Thread.currentThread();
        int n = completions.poll(batch, most);
        for (int i = 0; i < n; i++) {
            seen = false;
            try {
                if (deferred != null) {
                    carryOut(takeDeferred());
                }
                look(batch[i]);
            } catch (RuntimeException | Error e) {
                unseenFrom = seen ? i + 1 : i;
                unseenTo = n;
                throw e;
            }
        }
        draining = null;
        if (toFlush) {
            toFlush = false;
            queuePair.flush();
        }
        return n;
    }

    private void carryOutLast(ServerRequest request, boolean ifQuick) {
        if (ifQuick) {
            carryOut(request);
        } else {
            try {
                server.pace().run(request.readTask, request.length);
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        }
    }

    /** A READ that is not the last: here if that is quick, else by another thread. */
    private void carryOut(ServerRequest request) {
        try {
            if (server.pace().isQuick(request.length)) {
                server.pace().run(request.readTask, request.length);
            } else {
                execute(request.readTask);
            }
        } catch (RuntimeException | Error e) {
            // One that has begun has noted itself what went wrong, and may be over; the others are nobody's.
            fail(e);
        }
    }

    /** Leaves a READ, which has its buffer, to be run once nothing else is to be looked at. */
    void defer(ServerRequest request) {
        deferred = request;
    }

    private ServerRequest takeDeferred() {
        ServerRequest request = deferred;
        deferred = null;
        return request;
    }

    /**
     * By the draining thread: runs what may wait for others, here if the thread is the server's. A client's may be
     * interrupted for reasons of its own, which must not fail what another client asked for, and has its time limit.
     */
    void executeForServer(Runnable task) {
        if (lentBriefly) {
            execute(task);
        } else {
            task.run();
        }
    }

    /** Runs a task on the server's executor. */
    void execute(Runnable task) {
        try {
            server.executor().execute(task);
        } catch (RejectedExecutionException e) {
            // The server goes down: what has begun is brought to its end by whoever is at it.
            task.run();
        }
    }

    private void look(WorkCompletion completion) {
        if (completion.opcode() == WorkOpcode.DISCONNECT) {
            endSeen = true;
            seen = true;
            ended();
        } else if (completion.opcode() != WorkOpcode.RECEIVE) {
            sent(completion, sent);
            files.giveBack(sent);
        } else if (completion.status() == WorkStatus.SUCCESS) {
            received((int) completion.id(), completion.lengthBytes());
        } else {
            seen = true;
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
            seen = true;
            answers.ended();
        }
        seen = true;
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
            seen = true;
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
            seen = true;
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
            seen = true;
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
            post(request.statusAnswer(LwioStatus.NOTIFY_CREDIT, 0));
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
            post(request.work.write(0, request.dataVa, request.dataMh)
                    .inline(ByteBuffer.wrap(params), 0, params.length));
            end(request, LwioStatus.SUCCESS, AuthParams.SERVER_INFORMATION);
            credits.open();
        }
    }

    private synchronized ServerRequest spareRequest() {
        ServerRequest request = spare.pollLast();
        if (request == null) {
            request = new ServerRequest(files, givingBack, newest);
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
            failed(request, e);
        }
    }

    /** Gives the credit back and answers by a status; what else the request holds is the caller's to give back. */
    void answer(ServerRequest request, LwioStatus status, int information) {
        receives.repost(request);
        post(request.statusAnswer(status, information));
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
            done = (quietly ? queuePair.postSendQuietly(work) : send(work)) && !vectored;
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
            unsent(unsent);
        }
    }

    /** Sends a part of an answer; the last part follows at once and is not quiet. */
    void postPart(WorkRequest work) {
        if (Thread.currentThread() == draining) {
            toFlush = true;
        }
        try {
            queuePair.postSendQuietly(work);
        } catch (VerbsException e) {
            unsent(e);
        }
    }

    /** The connection has ended, or must: its client would wait for ever, or take what it has for all. */
    private void unsent(VerbsException cause) {
        queuePair.disconnect();
        LOG.debug("{} ends: an answer could not be sent: {}", name(), cause.getMessage());
    }

    /** The request may be used again. */
    void over(ServerRequest request) {
        synchronized (this) {
            spare.addLast(request);
        }
    }

    /** By any connection's thread, of credits: what goes wrong is this connection's end, and no affair of the caller's. */
    private void creditsFailed(Throwable cause) {
        try {
            fail(cause);
        } catch (RuntimeException | Error e) {
            // It is noted: the server's look finds it, and tries it again.
            suppress(e);
        }
    }

    private void post(WorkRequest work) {
        try {
            send(work);
        } catch (VerbsException e) {
            unsent(e);
        }
    }

    private boolean send(WorkRequest work) throws VerbsException {
        if (Thread.currentThread() != draining) {
            return queuePair.postSend(work);
        }
        toFlush = true;
        return queuePair.postSendQuietly(work);
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
