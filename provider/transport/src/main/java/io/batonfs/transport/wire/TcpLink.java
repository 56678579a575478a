package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.HeldRegions;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: its sending half, and its end. {@link TcpReceiver} is the receiving half.
 *
 * <pre>
 * state      next      when
 * OPEN       CLOSING   close(), or a message was refused: our last frame is in the buffer
 * OPEN       CLOSING   GOODBYE, REFUSAL or the end of the stream came: nothing is to be sent any more
 * OPEN       CLOSED    the connection broke, or the peer is dead
 * CLOSING    CLOSED    our last frame is out and the peer has closed, too; or it took too long; or the connection broke
 * </pre>
 *
 * <p>Who may touch what. {@code writeLock} guards {@code state}, {@code waiting}, {@code mayHold}, {@code blocked},
 * {@code corked} and writing to the channel; posting threads and the loop take it, and nobody waits for the peer while
 * holding it: what the socket does not take is left to the loop, either copied or in its region, which is held. Whoever
 * closes that region, or tells that its request has failed, has the rest copied, and waits for no more than the lock.
 * {@code deliveryLock} guards {@code delivered} and is held while a message is delivered, so that whatever is sent because
 * of a message tells of its delivery first, in the same header.
 * Order of locks: a queue pair's send lock, writeLock, deliveryLock, a queue pair's receive lock. So the endpoint is told
 * of ended requests, which takes the send lock, with none of this class's locks held. All other fields belong to the
 * loop's thread.
 */
final class TcpLink implements WireLink, IoLoop.Handler, AcknowledgementsOwed.Debtor {
    private static final Logger LOG = LoggerFactory.getLogger(TcpLink.class);
    /** Messages up to this are copied and leave with others at {@link #flush}; longer ones from where they are. */
    private static final int COALESCED_BYTES = 8 * 1024;
    /** From so many bytes on, what a socket does not take is left where it is until it does: less is copied at once. */
    private static final int HELD_BYTES = SendBuffer.CHUNK_BYTES;
    /** But not in smaller parts, on average: to keep account of one costs as much as copying it. */
    private static final int HELD_PART_BYTES = 2 * 1024;
    /** So many acknowledgements are not put off any more: the sender's queue may be short. */
    private static final int MAX_OWED = 16;
    /** Buffers that one call writes: IOV_MAX of Linux. The JDK leaves the others unwritten. */
    private static final int MOST_GATHERED = 1024;
    private static final int KEEP_ALIVES_PER_TIMEOUT = 3;
    private static final long NANOS_PER_MS = 1_000_000;

    private final IoLoop loop;
    private final SocketChannel channel;
    private final WireEndpoint own;
    private final TcpCounters counters;
    private final String peer;
    private final int peerMaxFrameBytes;
    private final long deadPeerNanos;
    private final long keepAliveNanos;
    private final long closeNanos;
    private final TcpReceiver receiver;

    /** A monitor, which is left however a thread leaves it, even one whose stack is at its end. */
    private final Object writeLock = new Object();
    private final SendBuffer waiting;
    private final TcpFrame frame = new TcpFrame();
    private final ByteBuffer head = ByteBuffer.allocate(TcpFrame.BYTES + WorkRequest.MAX_INLINE_BYTES);
    private final List<ByteBuffer> views = new ArrayList<>();
    private ByteBuffer[] gather = new ByteBuffer[8];
    private State state = State.OPEN;
    private boolean corked;
    private boolean blocked;
    private volatile int transmitted;
    /**
     * Whether bytes may wait in others' memory. Written under writeLock: true before a message that may is counted as
     * transmitted, false when none do any more.
     */
    private volatile boolean mayHold;
    private volatile int told;
    private volatile long lastWritten;

    private final Object deliveryLock = new Object();
    private volatile int delivered;

    private SelectionKey key;
    private boolean peerToldGone;
    private boolean owes;
    /** What the peer had been told when it began to owe. */
    private int toldWhenOwed;
    private boolean outputShut;
    private boolean inputEnded;
    /** It is not among the open channels any more. */
    private boolean uncounted;
    private long lastRead;
    /** When the peer last acknowledged or took something, or owed us nothing. */
    private long lastProgress;
    private long lastTick;
    /** 0 while the connection is not being closed. */
    private long closeDeadline;

    private enum State {
        OPEN, CLOSING, CLOSED
    }

    /**
     * A connection whose handshake is done, but for what {@code greeting} holds: that goes out before anything else, when
     * {@link #register} is called.
     */
    TcpLink(IoLoop loop, SocketChannel channel, WireEndpoint own, TcpWireConfig config, TcpHello peerHello,
            ByteBuffer greeting, SendBuffer.Pool pool, TcpCounters counters) throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.own = own;
        this.counters = counters;
        peer = String.valueOf(channel.getRemoteAddress());
        peerMaxFrameBytes = peerHello.maxFrameBytes();
        deadPeerNanos = config.deadPeerTimeoutMs() * NANOS_PER_MS;
        keepAliveNanos = Math.min(config.deadPeerTimeoutMs(), peerHello.deadPeerTimeoutMs()) * NANOS_PER_MS
                / KEEP_ALIVES_PER_TIMEOUT;
        closeNanos = config.closeTimeoutMs() * NANOS_PER_MS;
        waiting = new SendBuffer(pool, config.maxQueuedBytes());
        receiver = new TcpReceiver(this, channel, own, loop.readBuffer(), config.maxFrameBytes());
        lastRead = loop.now();
        lastWritten = lastRead;
        lastProgress = lastRead;
        lastTick = lastRead;
        corked = true;
        if (!waiting.append(greeting)) {
            throw new IOException("the wire has no memory left for what waits to be sent: its peers read too slowly");
        }
    }

    /** On the loop: from now on the connection is read, and what was transmitted goes out. */
    void register(SelectionKey registered) {
        key = registered;
        key.attach(this);
        key.interestOps(SelectionKey.OP_READ);
        synchronized (writeLock) {
            corked = false;
        }
        counters.established.increment();
        flush();
        finishClosing();
    }

    // ---- the queue pair's side

    @Override
    public boolean transmit(WorkRequest request) {
        WorkStatus status = WorkStatus.SUCCESS;
        boolean waits;
        synchronized (writeLock) {
            boolean whole = false;
            try {
                if (state != State.OPEN) {
                    status = WorkStatus.DISCONNECTED;
                } else if (request.lengthBytes() > peerMaxFrameBytes) {
                    status = WorkStatus.REMOTE_INVALID_REQUEST;
                } else {
                    send(request);
                }
                whole = true;
            } catch (IOException e) {
                status = WorkStatus.DISCONNECTED;
                broken(e);
                whole = true;
            } finally {
                views.clear();
                waits = blocked || corked;
                lookForHeld();
                if (!whole) {
                    cut("a message could be sent in part only");
                }
            }
        }
        if (status != WorkStatus.SUCCESS) {
            own.transmitted(status);
        }
        return !waits;
    }

    private void send(WorkRequest request) throws IOException {
        if (request.lengthBytes() >= HELD_BYTES) {
            mayHold = true;
        }
        transmitted++;
        frame.message(request.opcode(), request.lengthBytes(), request.remoteAddress(), request.remoteHandle(),
                request.immediate(), request.wantsCompletion(blocked || corked), acknowledgement());
        head.clear().put(frame.bytes());
        request.putInline(head);
        append(head.flip());
        request.addGathered(views);
        if (request.lengthBytes() <= COALESCED_BYTES) {
            for (ByteBuffer view : views) {
                append(view);
            }
            return;
        }
        List<ByteBuffer> payload = List.copyOf(views);
        if (!blocked && !corked) {
            write(payload);
        }
        appendRest(request, payload);
    }

    /** What the socket has not taken waits where it is if it is much, else it is copied. */
    private void appendRest(WorkRequest request, List<ByteBuffer> payload) throws IOException {
        long left = 0;
        long parts = 0;
        boolean direct = true;
        for (ByteBuffer view : payload) {
            left += view.remaining();
            parts += view.hasRemaining() ? 1 : 0;
            // What is not would be copied by each write.
            direct &= view.isDirect();
        }
        if (direct && left >= HELD_BYTES && left >= parts * HELD_PART_BYTES) {
            HeldMessage held = new HeldMessage();
            held.regions = request.hold(held);
            if (held.regions != null) {
                boolean waits = false;
                try {
                    waits = waiting.appendHeld(payload, held);
                } finally {
                    if (!waits) {
                        held.release();
                    }
                }
                if (!waits) {
                    throw overflow();
                }
                return;
            }
        }
        for (ByteBuffer view : payload) {
            append(view);
        }
    }

    /** A message of which the socket has not taken all; by its number. */
    private final class HeldMessage implements SendBuffer.Held, HeldRegions.Holder {
        private final int number = transmitted;
        private HeldRegions regions;

        @Override
        public void release() {
            regions.release();
        }

        /** Also if it has not come to be waited with. */
        @Override
        public void letGo(HeldRegions held) {
            synchronized (writeLock) {
                try {
                    copyHeld(this);
                } finally {
                    held.release();
                }
            }
        }
    }

    @Override
    public void letGo() {
        synchronized (writeLock) {
            copyHeld(null);
        }
    }

    @Override
    public void flush() {
        synchronized (writeLock) {
            try {
                if (!blocked && !corked && state != State.CLOSED && !waiting.isEmpty()) {
                    write(List.of());
                }
            } catch (IOException e) {
                broken(e);
            }
        }
    }

    @Override
    public void close() {
        if (beginClosing(WorkStatus.SUCCESS)) {
            loop.execute(this::closingByUser);
        }
    }

    @Override
    public boolean drive(CompletableFuture<?> answer, Runnable look, long timeoutNanos) {
        return loop.drive(answer, look, timeoutNanos);
    }

    @Override
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        long begin = loop.now();
        if (loop.await(answer, timeoutNanos, null)) {
            return true;
        }
        return WireLink.super.await(answer, Math.max(0, timeoutNanos - (loop.now() - begin)));
    }

    // ---- under writeLock

    private int acknowledgement() {
        synchronized (deliveryLock) {
            told = delivered;
            return told;
        }
    }

    private void append(ByteBuffer bytes) throws IOException {
        if (!waiting.append(bytes)) {
            throw overflow();
        }
    }

    private IOException overflow() {
        counters.overflows.increment();
        return new IOException("more than " + waiting.bytes()
                + " bytes would wait for a peer that reads too slowly, or all connections' together too many");
    }

    /** Copies what waits in others' memory: in that of one message, or, without one, of all. */
    private void copyHeld(HeldMessage message) {
        boolean copied = false;
        try {
            waiting.copyHeld(message);
            copied = true;
        } finally {
            if (!copied) {
                // After this the memory is taken as free, so nothing may be sent from it.
                cut("what waits could not be copied");
            }
        }
        lookForHeld();
    }

    private void lookForHeld() {
        if (mayHold && waiting.firstHeld() == null) {
            mayHold = false;
        }
    }

    /** Writes what waits and then the payload, as far as the socket takes it; {@code waiting} may then be empty or not. */
    private void write(List<ByteBuffer> payload) throws IOException {
        views.clear();
        waiting.addTo(views);
        views.addAll(payload);
        int count = views.size();
        if (gather.length < count) {
            gather = new ByteBuffer[count * 2];
        }
        for (int i = 0; i < count; i++) {
            gather[i] = views.get(i);
        }
        views.clear();
        try {
            if (!writeGathered(count) && !blocked) {
                blocked = true;
                loop.execute(this::awaitRoom);
            }
        } finally {
            Arrays.fill(gather, 0, count, null);
            waiting.written();
        }
    }

    /** In several calls if it is more than one carries; whether the socket has taken all. */
    private boolean writeGathered(int count) throws IOException {
        for (int from = 0; from < count; from += MOST_GATHERED) {
            int n = Math.min(count - from, MOST_GATHERED);
            long wanted = 0;
            for (int i = from; i < from + n; i++) {
                wanted += gather[i].remaining();
            }
            long written = n == 1 ? channel.write(gather[from]) : channel.write(gather, from, n);
            if (written > 0) {
                lastWritten = loop.now();
            }
            if (written < wanted) {
                return false;
            }
        }
        return true;
    }

    /** The connection can't be written to; the loop finds the end that it has come to. */
    private void broken(IOException e) {
        if (state != State.CLOSED) {
            cut(e.toString());
            LOG.debug("connection to {} ends: {}", peer, e.toString());
        }
    }

    /** Nothing more is sent from now on; the loop does the rest. */
    private void cut(String reason) {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            try {
                waiting.clear();
            } finally {
                loop.drop(this, reason);
            }
        }
    }

    /** The last frame goes into the buffer: GOODBYE, or why the message after the delivered ones was refused. */
    private boolean beginClosing(WorkStatus refused) {
        synchronized (writeLock) {
            try {
                if (state != State.OPEN) {
                    return false;
                }
                state = State.CLOSING;
                int acknowledged = acknowledgement();
                append((refused == WorkStatus.SUCCESS ? frame.goodbye(acknowledged)
                        : frame.refusal(refused, acknowledged)).bytes());
                return true;
            } catch (IOException e) {
                broken(e);
                return true;
            }
        }
    }

    // ---- the loop's side

    private void awaitRoom() {
        if (key != null && key.isValid()) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    @Override
    public void ready(SelectionKey ready) {
        if (ready.isReadable()) {
            lastRead = loop.now();
            read();
        }
        if (ready.isValid() && ready.isWritable()) {
            writable();
        }
    }

    private void read() {
        try {
            if (receiver.read()) {
                inputEnded = true;
                key.interestOpsAnd(~SelectionKey.OP_READ);
                boolean unexpected = !isClosing();
                peerTakesNothing();
                peerEnds();
                if (unexpected) {
                    LOG.debug("connection to {} ends: the peer has closed it without a goodbye", peer);
                }
            }
        } catch (TcpViolation e) {
            counters.violations.increment();
            drop(e.getMessage());
            return;
        } catch (IOException e) {
            drop(e.toString());
            return;
        }
        own.ring();
        settleOrOwe();
    }

    private void writable() {
        synchronized (writeLock) {
            try {
                if (state == State.CLOSED) {
                    return;
                }
                if (!waiting.isEmpty()) {
                    write(List.of());
                    lookForHeld();
                    lastProgress = lastWritten;
                }
                if (waiting.isEmpty()) {
                    blocked = false;
                    key.interestOpsAnd(~SelectionKey.OP_WRITE);
                }
            } catch (IOException e) {
                broken(e);
                return;
            }
        }
        settleOrOwe();
        finishClosing();
    }

    boolean isClosing() {
        synchronized (writeLock) {
            return state != State.OPEN;
        }
    }

    /** The lock under which messages are delivered, one at a time; {@link #delivered()} is told before it is left. */
    Object deliveryLock() {
        return deliveryLock;
    }

    /** Under the delivery lock: one more message was delivered. */
    void delivered() {
        delivered++;
    }

    /** The peer has acknowledged something. */
    void progressed() {
        lastProgress = loop.now();
    }

    /** Messages given to {@link #transmit} so far, modulo 2^32. */
    int transmittedCount() {
        return transmitted;
    }

    /**
     * Messages of which there is nothing left in others' memory, modulo 2^32. A peer that acknowledges more has not seen
     * what it acknowledges: to believe it would free memory that is still to be sent from, and be it with the bytes of
     * whoever uses it next.
     */
    int acknowledgeableCount() {
        int count = transmitted;
        if (!mayHold) {
            // Looked at behind the count: none of those was held then, or is any more.
            return count;
        }
        synchronized (writeLock) {
            HeldMessage first = (HeldMessage) waiting.firstHeld();
            return first == null ? transmitted : first.number - 1;
        }
    }

    /** A message could not be delivered: its sender is told why, and the connection ends here, too. */
    void refuse(WorkStatus status) {
        boolean begun = beginClosing(status);
        peerEnds();
        if (begun) {
            LOG.debug("connection to {} ends: a message was refused with {}", peer, status);
        }
    }

    /**
     * The peer has said or shown that it ends, and so drops whatever comes: what waits is not sent any more. Before what
     * waits is told to have failed, which would have it copied, however much it is, while all of the loop's connections
     * stand still.
     */
    void peerTakesNothing() {
        synchronized (writeLock) {
            if (state == State.OPEN) {
                state = State.CLOSING;
            }
            waiting.clear();
            lookForHeld();
        }
    }

    /** The peer sends no more, or is to send no more. */
    void peerEnds() {
        beginClosing(WorkStatus.SUCCESS);
        tellPeerGone();
        closingStarted();
    }

    /** Sends what the peer was not told yet, now if it waits for it, else soon. */
    private void settleOrOwe() {
        // Also if an answer has told it already: the wish is not to be taken for that of what comes next.
        boolean atOnce = receiver.takeAcknowledgeAtOnce();
        int open = delivered - told;
        if (open == 0) {
            return;
        }
        if (atOnce || open >= MAX_OWED) {
            acknowledge();
        } else if (!owes) {
            owe();
        }
    }

    @Override
    public boolean isOwing() {
        return delivered != told;
    }

    /** What came after the peer was last told, by a frame that went there anyway, may wait as long as that has. */
    @Override
    public void settle() {
        owes = false;
        if (!isOwing()) {
            return;
        }
        if (told == toldWhenOwed) {
            acknowledge();
        } else {
            owe();
        }
    }

    private void owe() {
        owes = true;
        toldWhenOwed = told;
        loop.owed().add(this, loop.now());
    }

    /** Unless something waits for room: then it would only wait behind, and is looked at again when there is room. */
    private void acknowledge() {
        synchronized (writeLock) {
            try {
                if (state == State.OPEN && !blocked && !corked) {
                    append(frame.acknowledge(acknowledgement()).bytes());
                    write(List.of());
                }
            } catch (IOException e) {
                broken(e);
            }
        }
    }

    private void closingByUser() {
        receiver.abandon();
        own.ring();
        closingStarted();
    }

    private void closingStarted() {
        receiver.discardFromNowOn();
        if (closeDeadline == 0) {
            closeDeadline = loop.now() + closeNanos | 1;
        }
        flush();
        finishClosing();
    }

    /** Half-closes once the last frame is out, and closes once the peer has done so, too. */
    private void finishClosing() {
        synchronized (writeLock) {
            try {
                if (state != State.CLOSING || corked || !waiting.isEmpty()) {
                    return;
                }
                if (!outputShut) {
                    outputShut = true;
                    channel.shutdownOutput();
                }
            } catch (IOException e) {
                inputEnded = true;
                LOG.debug("connection to {} can't be half-closed", peer, e);
            }
        }
        if (inputEnded) {
            closeChannel();
        }
    }

    @Override
    public void tick(long now) {
        // Who was suspended can't tell whether his peer had time to do anything: it may have been suspended as well.
        boolean wasAway = now - lastTick >= deadPeerNanos / 2;
        lastTick = now;
        if (closeDeadline != 0) {
            boolean stalled = now - lastWritten >= closeNanos;
            if (now - closeDeadline >= (stalled ? 0 : deadPeerNanos)) {
                drop("the peer does not close");
            }
            return;
        }
        boolean stuck;
        synchronized (writeLock) {
            stuck = blocked;
        }
        if (receiver.acknowledgedCount() == transmitted || wasAway) {
            lastProgress = now;
        }
        if (wasAway) {
            lastRead = now;
            lastWritten = stuck ? now : lastWritten;
        }
        if (now - lastRead >= deadPeerNanos) {
            counters.deadPeers.increment();
            drop("nothing was received for " + deadPeerNanos / NANOS_PER_MS + " ms");
        } else if (now - lastProgress >= deadPeerNanos || stuck && now - lastWritten >= deadPeerNanos) {
            counters.deadPeers.increment();
            drop("the peer has neither read nor acknowledged anything for " + deadPeerNanos / NANOS_PER_MS + " ms");
        } else if (!stuck && now - lastWritten >= keepAliveNanos) {
            acknowledge();
        }
    }

    @Override
    public void endInOrder() {
        peerEnds();
    }

    @Override
    public void drop(String reason) {
        closeChannel();
        tellPeerGone();
        LOG.debug("connection to {} is dropped: {}", peer, reason);
    }

    private void tellPeerGone() {
        if (!peerToldGone) {
            own.transmitted(WorkStatus.DISCONNECTED);
            own.peerGone();
            receiver.abandon();
            own.ring();
            // Behind that, each of which can be done again: whoever meets an Error in between drops the connection.
            peerToldGone = true;
        }
    }

    private void closeChannel() {
        synchronized (writeLock) {
            state = State.CLOSED;
            waiting.clear();
        }
        if (!uncounted) {
            uncounted = true;
            counters.openChannels.decrementAndGet();
        }
        if (channel.isOpen()) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("connection to {} can't be closed", peer, e);
            }
        }
    }
}
