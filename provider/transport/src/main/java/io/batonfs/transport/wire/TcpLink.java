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
 * One connection: its end. {@link TcpSender} is the sending half, {@link TcpReceiver} the receiving one.
 *
 * <pre>
 * state      next      when
 * OPEN       CLOSING   close(), or a message was refused: our last frame is in the buffer
 * OPEN       CLOSING   GOODBYE, REFUSAL or the end of the stream came: nothing is to be sent any more
 * OPEN       CLOSED    the connection broke, or the peer is dead
 * CLOSING    CLOSED    our last frame is out and the peer has closed, too; or it took too long; or the connection broke
 * </pre>
 *
 * <p>Who may touch what. {@code writeLock} guards {@code state}, {@code sender} and writing to the channel; posting
 * threads and the loop take it, and nobody waits for the peer while holding it: what the socket does not take is left to
 * the loop, either copied or in its region, which is held. Whoever closes that region, or tells that its request has
 * failed, has the rest copied, and waits for no more than the lock.
 * {@code deliveryLock} guards {@code delivered} and is held while a message is delivered, so that whatever is sent because
 * of a message tells of its delivery first, in the same header.
 * Order of locks: a queue pair's send lock, writeLock, deliveryLock, a queue pair's receive lock. So the endpoint is told
 * of ended requests, which takes the send lock, with none of this class's locks held. All other fields belong to the
 * loop's thread.
 */
final class TcpLink implements WireLink, IoLoop.Handler, AcknowledgementsOwed.Debtor, TcpSender.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(TcpLink.class);
    /** So many acknowledgements are not put off any more: the sender's queue may be short. */
    private static final int MAX_OWED = 16;
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
    private final TcpSender sender;
    private State state = State.OPEN;
    private volatile int told;

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
        receiver = new TcpReceiver(this, channel, own, loop.readBuffer(), config.maxFrameBytes());
        lastRead = loop.now();
        lastProgress = lastRead;
        lastTick = lastRead;
        sender = new TcpSender(loop, channel, new SendBuffer(pool, config.maxQueuedBytes()), counters, writeLock, this);
        sender.begin(greeting);
    }

    /** On the loop: from now on the connection is read, and what was transmitted goes out. */
    void register(SelectionKey registered) {
        key = registered;
        key.attach(this);
        key.interestOps(SelectionKey.OP_READ);
        synchronized (writeLock) {
            sender.uncork();
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
                    sender.send(request);
                }
                whole = true;
            } catch (IOException e) {
                status = WorkStatus.DISCONNECTED;
                broken(e);
                whole = true;
            } finally {
                waits = sender.endSending();
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

    @Override
    public void letGo() {
        synchronized (writeLock) {
            sender.copyHeld();
        }
    }

    @Override
    public void flush() {
        synchronized (writeLock) {
            try {
                if (!sender.waits() && state != State.CLOSED && !sender.isEmpty()) {
                    sender.write();
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

    @Override
    public int acknowledgement() {
        synchronized (deliveryLock) {
            told = delivered;
            return told;
        }
    }

    /** The connection can't be written to; the loop finds the end that it has come to. */
    private void broken(IOException e) {
        if (state != State.CLOSED) {
            cut(e.toString());
            LOG.debug("connection to {} ends: {}", peer, e.toString());
        }
    }

    /** Nothing more is sent from now on; the loop does the rest. */
    @Override
    public void cut(String reason) {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            try {
                sender.clear();
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
                TcpFrame frame = sender.frame();
                sender.append((refused == WorkStatus.SUCCESS ? frame.goodbye(acknowledged)
                        : frame.refusal(refused, acknowledged)).bytes());
                return true;
            } catch (IOException e) {
                broken(e);
                return true;
            }
        }
    }

    // ---- the loop's side

    @Override
    public void awaitRoom() {
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
                if (!sender.isEmpty()) {
                    sender.write();
                    sender.lookForHeld();
                    lastProgress = sender.lastWritten();
                }
                if (sender.isEmpty()) {
                    sender.hasRoom();
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
        return sender.transmittedCount();
    }

    /** As {@link TcpSender#acknowledgeableCount}. */
    int acknowledgeableCount() {
        return sender.acknowledgeableCount();
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
            sender.clear();
            sender.lookForHeld();
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
                if (state == State.OPEN && !sender.waits()) {
                    sender.append(sender.frame().acknowledge(acknowledgement()).bytes());
                    sender.write();
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
                if (state != State.CLOSING || sender.isCorked() || !sender.isEmpty()) {
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
            boolean stalled = now - sender.lastWritten() >= closeNanos;
            if (now - closeDeadline >= (stalled ? 0 : deadPeerNanos)) {
                drop("the peer does not close");
            }
            return;
        }
        boolean stuck;
        synchronized (writeLock) {
            stuck = sender.isBlocked();
        }
        if (receiver.acknowledgedCount() == sender.transmittedCount() || wasAway) {
            lastProgress = now;
        }
        if (wasAway) {
            lastRead = now;
            if (stuck) {
                sender.hasWritten(now);
            }
        }
        if (now - lastRead >= deadPeerNanos) {
            counters.deadPeers.increment();
            drop("nothing was received for " + deadPeerNanos / NANOS_PER_MS + " ms");
        } else if (now - lastProgress >= deadPeerNanos || stuck && now - sender.lastWritten() >= deadPeerNanos) {
            counters.deadPeers.increment();
            drop("the peer has neither read nor acknowledged anything for " + deadPeerNanos / NANOS_PER_MS + " ms");
        } else if (!stuck && now - sender.lastWritten() >= keepAliveNanos) {
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
            sender.clear();
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
