package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.model.ResumeKey;
import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection at the client end. States: {@link ClientConnectionState}.
 *
 * <p>Threads: any thread submits; requests are sent in the order in which they were submitted. {@code sendLock} is held
 * from taking a request out of the queue until it is posted, which keeps that order and the sequence numbers;
 * {@code this} guards the queue, the free slots, the state and the Fids, and is never held while something is sent. One
 * thread at a time handles answers and completes futures, see {@link LwioClient}.
 */
final class ClientConnection implements LwioConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
    private static final int SEQUENCE_MASK = 0xFFFF;

    private final LwioClient client;
    private final String provider;
    private final LwioClientConfig config;
    private final ProtectionDomain domain;
    private final QueuePair queuePair;
    private final ClientAnswers answers;
    private final ClientSlot[] slots;
    private final ClientPolling polling;
    private final ClientWaits waits;
    private final LwioIo io = new ClientIo(this, false);
    private final LwioIo polledIo = new ClientIo(this, true);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final LongAdder payloadBytes = new LongAdder();
    private final LongAdder copiedBytes = new LongAdder();
    /** A monitor, which is left however a thread leaves it, even one whose stack is at its end. */
    private final Object sendLock = new Object();
    private int nextSequence = AuthParams.CLIENT_BASE_SEQUENCE;
    /** Taken out of the queue and maybe in no slot yet; under the send lock. */
    private ClientRequest inHand;

    private final ArrayDeque<ClientRequest> queue = new ArrayDeque<>();
    /** Go before all others, and may take the credit that is kept back for them. */
    private final ArrayDeque<ClientRequest> urgent = new ArrayDeque<>();
    private final ClientCredits credits;
    /** A change of credits that came right behind the answer to AUTH, before that was looked at; or 0. */
    private int earlyDelta;
    /** The INTERRUPT that is under way (LW-8): at most one. */
    private ClientRequest interrupt;
    private final BitSet checksummedFids = new BitSet();
    /** Requests that the end has met, until they have heard of it; of who handles the end. */
    private final ArrayDeque<ClientRequest> lost = new ArrayDeque<>();
    private ClientConnectionState state = ClientConnectionState.AUTHENTICATING;
    /** Something went wrong half way, and the connection is of no more use. */
    private volatile boolean broken;
    private LwioException cause;
    private volatile long sessionId;
    private volatile int maxReadBytes;
    private volatile int maxWriteBytes;
    private volatile int maxVectoredReadBytes;
    private MemoryRegion authTarget;

    ClientConnection(LwioClient client, Nic nic, String provider, CompletionQueue completions) throws VerbsException {
        this.client = client;
        this.provider = provider;
        this.config = client.config();
        this.domain = nic.allocateDomain();
        int receives = config.credits() + 1;
        MemoryRegion answerMemory = domain.allocate(
                receives * StatusResponse.BYTES, EnumSet.of(AccessRight.LOCAL_WRITE));
        try {
            queuePair = nic.createQueuePair(new QueuePairOptions(domain, completions, completions, config.credits() + 1,
                    receives, this));
        } catch (VerbsException e) {
            domain.close();
            throw e;
        }
        slots = new ClientSlot[config.credits()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new ClientSlot(domain, i, config.smallBytes());
        }
        polling = new ClientPolling(domain, slots, new PolledEnds());
        waits = new ClientWaits(client, queuePair, polling, this::askToBeWoken);
        answers = new ClientAnswers(queuePair, answerMemory, slots, new AnswerEnds());
        answers.post(receives);
        credits = new ClientCredits(slots);
    }

    /** Gives back what was made, of a connection that nobody was told of. */
    void discard() {
        queuePair.disconnect();
        domain.close();
    }

    QueuePair queuePair() {
        return queuePair;
    }

    private synchronized boolean become(ClientConnectionState next) {
        if (!state.mayBecome(next)) {
            return false;
        }
        state = next;
        return true;
    }

    /** Proves both ends to each other (LW-4); the queue pair is connected. */
    void authenticate(ClientAuthentication authentication) throws IOException {
        authTarget = domain.allocate(AuthParams.SERVER_BYTES, EnumSet.of(AccessRight.REMOTE_WRITE));
        byte[] params = authentication.request(config);
        int information = waits.get(submit(ClientRequest.control(Opcode.AUTH, 0, ByteBuffer.wrap(params))));
        AuthParams server = authentication.verify(authTarget.buffer(), information);
        authTarget.close();
        sessionId = server.sessionId().getAsLong();
        maxReadBytes = Math.min(config.maxReadBytes(), ChecksumPieces.maxData(server.maxRdmaWindowSize()));
        maxWriteBytes = Math.min(config.maxWriteBytes(), ChecksumPieces.maxData(server.maxRecvBufferSize()));
        maxVectoredReadBytes = vectoredPages(server) * pageBytes();
        synchronized (sendLock) {
            nextSequence = server.baseSequence();
        }
        synchronized (this) {
            credits.begin(server.credits());
            if (!state.mayBecome(ClientConnectionState.READY)) {
                throw disconnected();
            }
            state = ClientConnectionState.READY;
            if (earlyDelta != 0) {
                answerDelta(earlyDelta);
            }
        }
        sendQueued();
    }

    @Override
    public int maxReadBytes() {
        return maxReadBytes;
    }

    @Override
    public int maxWriteBytes() {
        return maxWriteBytes;
    }

    @Override
    public int maxVectoredReadBytes() {
        return maxVectoredReadBytes;
    }

    @Override
    public int pageBytes() {
        return AuthParams.HOST_PAGE_BYTES;
    }

    /** As many as can be described, one description being kept for the checksums. */
    private int vectoredPages(AuthParams server) {
        int window = Math.min(server.maxRdmaWindowSize(), ChecksumPieces.maxBytes(config.maxReadBytes()));
        int regions = Math.min(CommonHeader.MAX_PAGES, server.maxRecvBufferSize() / RdmaRegion.BYTES);
        return window < pageBytes() ? 0 : Math.max(0, regions - 1);
    }

    @Override
    public String provider() {
        return provider;
    }

    @Override
    public synchronized boolean isOpen() {
        return state == ClientConnectionState.READY;
    }

    @Override
    public long payloadBytes() {
        return payloadBytes.sum();
    }

    @Override
    public long copiedBytes() {
        return copiedBytes.sum();
    }

    @Override
    public int register(ResumeKey key, Set<FidFlag> flags) throws LwioException {
        ByteBuffer params = ByteBuffer.allocate(FidParams.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        new FidParams(key, sessionId, FidFlag.bitsOf(flags)).encode(params, 0);
        int fid = waits.get(submit(ClientRequest.control(Opcode.REGISTER, 0, params)));
        synchronized (this) {
            checksummedFids.set(fid, flags.contains(FidFlag.CHECKSUMMED));
        }
        return fid;
    }

    synchronized boolean isChecksummed(int fid) {
        return checksummedFids.get(fid);
    }

    @Override
    public void closeFid(int fid) throws LwioException {
        waits.get(submit(ClientRequest.control(Opcode.CLOSE, fid)));
    }

    @Override
    public void cancelFid(int fid) throws LwioException {
        ClientRequest cancel = ClientRequest.control(Opcode.CANCEL, fid);
        List<ClientRequest> unsent = new ArrayList<>();
        synchronized (this) {
            if (state == ClientConnectionState.ENDED) {
                throw disconnected();
            }
            queue.removeIf(request -> request.opcode().isFileIo() && request.fid() == fid && unsent.add(request));
            urgent.addLast(cancel);
        }
        for (ClientRequest request : unsent) {
            request.result().completeExceptionally(
                    new LwioException(LwioStatus.CANCELLED, request + " was cancelled before it was sent"));
        }
        sendQueued();
        waits.get(cancel.result());
    }

    @Override
    public LwioIo polling() {
        return polledIo;
    }

    @Override
    public boolean poll() {
        return waits.poll();
    }

    @Override
    public CompletableFuture<Integer> read(int fid, long offset, ByteBuffer destination, int[] pieceCrcs) {
        return io.read(fid, offset, destination, pieceCrcs);
    }

    @Override
    public CompletableFuture<Integer> readVectored(int fid, long offset, List<ByteBuffer> pages, int[] pieceCrcs) {
        return io.readVectored(fid, offset, pages, pieceCrcs);
    }

    @Override
    public CompletableFuture<Integer> write(int fid, long offset, ByteBuffer source, int[] pieceCrcs) {
        return io.write(fid, offset, source, pieceCrcs);
    }

    @Override
    public CompletableFuture<Integer> writeVectored(int fid, long offset, List<ByteBuffer> sources, int[] pieceCrcs) {
        return io.writeVectored(fid, offset, sources, pieceCrcs);
    }

    @Override
    public CompletableFuture<Integer> writeCollapsed(int fid, long offset, ByteBuffer page, int lengthBytes,
            int[] pieceCrcs) {
        return io.writeCollapsed(fid, offset, page, lengthBytes, pieceCrcs);
    }

    /** Ends the connection. Should there be no stack left even for that, whoever uses it next ends it. */
    void breaks() {
        broken = true;
        queuePair.disconnect();
    }

    CompletableFuture<Integer> submit(ClientRequest request) {
        if (broken) {
            queuePair.disconnect();
        }
        LwioException refused = null;
        synchronized (this) {
            if (state == ClientConnectionState.ENDED) {
                refused = disconnected();
            } else if (queue.size() >= config.maxQueued()) {
                refused = new LwioException(LwioStatus.INSUFFICIENT_RESOURCES, config.maxQueued()
                        + " requests wait for credits already; wait for some of them");
            } else {
                // Whoever has one credit only could never go to sleep.
                ClientRequest taken = credits.lasting() > 1 ? request : request.inInterruptMode();
                queue.addLast(taken);
                if (taken.polled()) {
                    polling.expect(taken.result());
                }
            }
        }
        if (refused != null) {
            request.result().completeExceptionally(refused);
        } else {
            sendQueued();
        }
        return request.result();
    }

    /** Sends what is queued, as far as there are credits. */
    private void sendQueued() {
        try {
            sendWhatIsQueued();
        } catch (RuntimeException | Error e) {
            // What was taken out of the queue may never be answered.
            breaks();
            throw e;
        }
    }

    private void sendWhatIsQueued() {
        boolean sent = false;
        synchronized (sendLock) {
            while (true) {
                ClientSlot slot;
                ClientRequest request;
                int pending;
                synchronized (this) {
                    request = next();
                    if (request == null) {
                        break;
                    }
                    inHand = request;
                    slot = credits.useOne();
                    pending = credits.inUse() + queue.size();
                    give(slot, request);
                }
                sent |= send(slot, request, pending);
                inHand = null;
            }
        }
        if (sent) {
            queuePair.flush();
        }
    }

    /**
     * Takes the request whose turn it is out of its queue, if there is a credit for it: what can't wait, then credits
     * that the server wants back, then what callers want. While something is or would be under way in polling mode, one
     * credit is kept back for the INTERRUPT that lets a thread sleep (LW-13).
     */
    private ClientRequest next() {
        if (!urgent.isEmpty()) {
            return credits.free() == 0 ? null : urgent.removeFirst();
        }
        boolean mayKeep = interrupt == null;
        int kept = mayKeep && polling.underWay() > 0 ? 1 : 0;
        if (credits.owes()) {
            return credits.free() > kept ? credits.giveOne() : null;
        }
        if (queue.isEmpty()) {
            return null;
        }
        kept = mayKeep && (kept > 0 || goesPolled(queue.peekFirst())) ? 1 : 0;
        return credits.free() > kept ? queue.removeFirst() : null;
    }

    /** If there is only one credit left since it was asked for, it goes in interrupt mode. */
    private boolean goesPolled(ClientRequest request) {
        return request.polled() && credits.lasting() > 1;
    }

    private void give(ClientSlot slot, ClientRequest request) {
        boolean polled = goesPolled(request);
        if (polled) {
            polling.begin(slot.index());
        }
        slot.give(request, polled ? polling.blocks() : null);
    }

    /**
     * The slot has no request any more.
     *
     * @return whether something waits for a credit: who comes after this sends himself
     */
    private synchronized boolean freed(ClientSlot slot, ClientRequest request) {
        if (slot.wasPolled()) {
            polling.end();
        }
        if (request == interrupt) {
            interrupt = null;
        }
        credits.unused(slot);
        return !queue.isEmpty() || !urgent.isEmpty() || credits.owes();
    }

    private boolean send(ClientSlot slot, ClientRequest request, int pending) {
        try {
            slot.prepare(request, pending);
            if (request.opcode() == Opcode.AUTH) {
                slot.authTarget(authTarget);
            }
            slot.message(request, nextSequence);
        } catch (VerbsException | OutOfMemoryError e) {
            slot.release();
            slot.take();
            freed(slot, request);
            request.result().completeExceptionally(new LwioException(LwioStatus.INSUFFICIENT_RESOURCES,
                    request + " found no memory to go through: " + e.getMessage(), e));
            return false;
        }
        try {
            slot.posting();
            queuePair.postSendQuietly(slot.work);
            nextSequence = nextSequence + 1 & SEQUENCE_MASK;
            return true;
        } catch (VerbsException e) {
            // The connection is ending; its DISCONNECT ends this request with the others.
            queuePair.disconnect();
            LOG.trace("{} could not be sent", request, e);
            return false;
        }
    }

    /** By the thread that drains the completions. */
    void handle(WorkCompletion completion) {
        try {
            if (completion.opcode() == WorkOpcode.DISCONNECT) {
                ended();
            } else if (completion.status() != WorkStatus.SUCCESS) {
                LOG.debug("LWIO connection: {}", completion);
            } else if (completion.opcode() == WorkOpcode.RECEIVE_WITH_IMMEDIATE) {
                answers.readArrived(completion.immediate(), (int) completion.id());
            } else if (completion.opcode() == WorkOpcode.RECEIVE) {
                answers.statusArrived((int) completion.id(), completion.lengthBytes());
            }
        } catch (LwioException e) {
            violated(e);
        }
    }

    private void violated(LwioException e) {
        boolean first;
        synchronized (this) {
            first = cause == null;
            if (first) {
                cause = e;
            }
        }
        queuePair.disconnect();
        if (first) {
            // Whoever polls may find the same once more before the end is seen.
            LOG.warn("LWIO connection ends: the server broke a rule: {}", e.getMessage());
        }
    }

    private final class AnswerEnds implements ClientAnswers.Finisher {
        @Override
        public void finish(ClientSlot slot, LwioStatus status, int information) throws LwioException {
            ClientRequest request = retire(slot, status, information);
            if (request != null) {
                complete(slot, request, status, information);
            }
        }

        @Override
        public void creditsChanged(int delta) throws LwioException {
            synchronized (ClientConnection.this) {
                if (state == ClientConnectionState.AUTHENTICATING) {
                    if (earlyDelta != 0 || delta == 0) {
                        throw invalid("the server changes credits by " + delta + " before it has proven itself");
                    }
                    earlyDelta = delta;
                    return;
                }
                answerDelta(delta);
            }
            sendQueued();
        }
    }

    /** Under the lock. */
    private void answerDelta(int delta) throws LwioException {
        ClientRequest credit = credits.changed(delta);
        if (credit != null) {
            urgent.addLast(credit);
        }
    }

    /** Credits that this end has at the moment. */
    synchronized int credits() {
        return credits.granted();
    }

    /** Takes a request that has been answered out of its slot, and the memory back; null if the end was faster. */
    private ClientRequest retire(ClientSlot slot, LwioStatus status, int information) throws LwioException {
        ClientRequest request = slot.request();
        if (request.opcode() == Opcode.CREDIT && status != ClientCredits.answerTo(request)
                || request.opcode() != Opcode.CREDIT && status == LwioStatus.NOTIFY_CREDIT) {
            throw invalid(request.opcode() + " was answered with " + status);
        }
        if (status == LwioStatus.SUCCESS && request.opcode().isFileIo() && information != request.lengthBytes()) {
            throw invalid(request + " was answered with " + Integer.toUnsignedString(information) + " bytes");
        }
        if (status == LwioStatus.SUCCESS && request.opcode() == Opcode.REGISTER
                && (information < 1 || information > FidParams.MAX_FID)) {
            // It will be a place in a table here.
            throw invalid("REGISTER was answered with the Fid " + Integer.toUnsignedString(information));
        }
        if (status != LwioStatus.SUCCESS && request.opcode() == Opcode.INTERRUPT) {
            throw new LwioException(status,
                    "the server will not wake a client that sleeps: INTERRUPT was answered with " + status);
        }
        slot.release();
        if (status == LwioStatus.SUCCESS && request.isRead() && information > 0) {
            slot.deliverRead(request);
        }
        return slot.take();
    }

    private void complete(ClientSlot slot, ClientRequest request, LwioStatus status, int information) {
        if (request.opcode() == Opcode.CREDIT) {
            synchronized (this) {
                credits.answered(request, slot);
            }
            sendQueued();
            return;
        }
        if (freed(slot, request)) {
            sendQueued();
        }
        if (status == LwioStatus.SUCCESS) {
            if (request.opcode().isFileIo()) {
                payloadBytes.add(information);
                copiedBytes.add(slot.bytesCopiedFor(request));
            }
            request.result().complete(information);
        } else {
            request.result().completeExceptionally(new LwioException(status,
                    request + " was answered with " + status));
        }
    }

    private final class PolledEnds implements ClientPolling.Ender {
        @Override
        public ClientRequest retire(ClientSlot slot, LwioStatus status, int information) throws LwioException {
            return ClientConnection.this.retire(slot, status, information);
        }

        @Override
        public void complete(ClientSlot slot, ClientRequest request, LwioStatus status, int information) {
            ClientConnection.this.complete(slot, request, status, information);
        }

        @Override
        public void violated(LwioException violation) {
            ClientConnection.this.violated(violation);
        }
    }

    /** The last completion of the connection: nothing will be answered any more. */
    private void ended() {
        // After an Error it is done again, from where it was.
        become(ClientConnectionState.ENDED);
        synchronized (sendLock) {
            polling.exclusively(this::takeAll);
        }
        domain.close();
        client.forget(this);
        LwioException why = disconnected();
        for (ClientRequest request = lost.peekFirst(); request != null; request = lost.peekFirst()) {
            request.result().completeExceptionally(
                    new LwioException(why.status(), request + " was not answered: " + why.getMessage(), why));
            lost.removeFirst();
        }
        ended.complete(null);
    }

    private void takeAll() {
        for (ClientSlot slot : slots) {
            slot.release();
            ClientRequest request = slot.take();
            if (request != null) {
                lost.add(request);
            }
        }
        if (inHand != null) {
            lost.add(inHand);
        }
        synchronized (this) {
            lost.addAll(urgent);
            lost.addAll(queue);
            urgent.clear();
            queue.clear();
        }
    }

    private synchronized LwioException disconnected() {
        if (cause != null) {
            return cause;
        }
        return new LwioException(LwioStatus.CONNECTION_DISCONNECTED, queuePair.cause() == WorkStatus.SUCCESS
                ? "the LWIO connection was closed"
                : "the LWIO connection was lost (" + queuePair.cause() + "); connect again");
    }

    @Override
    public boolean await(CompletableFuture<Integer> answer, long timeoutMs) throws InterruptedException {
        return waits.await(answer, timeoutMs);
    }

    /** The INTERRUPT that is under way; a new one if there is none. */
    private CompletableFuture<Integer> askToBeWoken() {
        CompletableFuture<Integer> asked;
        synchronized (this) {
            if (interrupt != null) {
                return interrupt.result();
            }
            if (state == ClientConnectionState.ENDED) {
                return CompletableFuture.failedFuture(disconnected());
            }
            interrupt = ClientRequest.control(Opcode.INTERRUPT, 0);
            asked = interrupt.result();
            urgent.addLast(interrupt);
        }
        sendQueued();
        return asked;
    }

    /** Ends the connection and waits until its futures are done, unless called by one of them. */
    @Override
    public void close() throws IOException {
        queuePair.disconnect();
        if (!client.isCompletionThread()) {
            client.awaitUninterruptibly(ended);
        }
        client.connectionClosed();
    }
}
