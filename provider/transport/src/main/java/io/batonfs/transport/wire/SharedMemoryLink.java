package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: its end and its sleep. {@link RingSender} is the sending half, {@link RingConsumer} the receiving one.
 *
 * <pre>
 * state      next      when
 * OPEN       CLOSING   close(), the peer said GOODBYE or REFUSAL, or a message was refused
 * OPEN       CLOSED    the connection broke, or the peer is dead
 * CLOSING    CLOSED    all that was transmitted is in the ring, and our ending is said; or it took too long, or
 *                      the peer has gone
 * </pre>
 *
 * The memory outlives the socket at both ends, so an end that has said its ending closes at once: the peer still finds
 * all that was sent before.
 *
 * <p>Who may touch what. {@code writeLock} guards {@code state}, {@code ending} and {@code sender};
 * posting threads and the driver take it, and nobody waits for the peer while holding it but for some looks, fewer once
 * somebody waits for him ({@link #isWaitedFor}): what the ring has no room for is copied and left to the loop. The
 * driver does not wait for it in order to put in what waits: who holds it is doing that, or will leave it to the driver's
 * next look. Order of locks: a queue
 * pair's send lock, writeLock, the consumer's delivery lock, a queue pair's receive lock. So the endpoint is told of
 * ended requests, which takes the send lock, with none of this class's locks held. All other fields belong to the
 * loop's driver.
 *
 * <p>Memory that is not there. A peer may cut the file short; then an access reads anything, and throws an InternalError,
 * maybe late ({@link FaultBarrier}). What is read is anything a peer might have written, so it does no harm; the error
 * is brought up before anything but this connection is touched: by a thread that posts at the end of that, by the loop
 * ({@link IoLoop}) before it turns elsewhere. {@link RingInspector} finds the connection and ends it.
 *
 * <p>Sleep and doorbell. Who is about to sleep sets {@code asleep}, fences, and looks again; who has changed a word
 * fences and then looks at the peer's {@code asleep}: at least one of the two sees the other. Whoever clears it then
 * rings, by one byte: so whenever it is clear, its owner is awake, or a byte is on its way to him. Two who clear it at
 * once ring twice, which does no harm.
 */
final class SharedMemoryLink
        implements WireLink, IoLoop.Polled, AcknowledgementsOwed.Debtor, RingConsumer.Listener, RingSender.Owner,
        RingInspector.Inspected {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemoryLink.class);
    private static final long NANOS_PER_MS = 1_000_000;
    /** Slots taken from one connection before others have their turn. */
    private static final int SLOTS_IN_A_ROW = 32;
    /** So many acknowledgements are not put off any more: the sender's queue may be short. */
    private static final int MAX_OWED = 16;
    /** A poller's looks at the memory alone before it sees to the rest: some microseconds. */
    private static final int LOOKS_IN_VAIN = 256;
    /** What part of the slots may be taken before the peer is told without being asked: 1 of so many. */
    private static final int UNTOLD_PART = 4;
    private static final int GOODBYE = 1;
    /** Things to do when it has ended, one after the other. */
    private static final int PARTS = 7;
    private static final WorkStatus[] REFUSALS = {WorkStatus.REMOTE_INVALID_REQUEST, WorkStatus.REMOTE_ACCESS_ERROR,
        WorkStatus.REMOTE_OPERATION_ERROR, WorkStatus.RECEIVER_NOT_READY, WorkStatus.DISCONNECTED};
    private static final ByteBuffer DOORBELL = ByteBuffer.allocateDirect(1);

    private final IoLoop loop;
    private final SocketChannel channel;
    private final WireEndpoint own;
    private final SharedMemoryCounters counters;
    private final RingMemory memory;
    private final RingLayout layout;
    private final RingEnd end;
    private final int peerMaxMessageBytes;
    private final long stalledPeerNanos;
    private final long closeNanos;
    private final boolean peerIsOwn;
    private final RingConsumer consumer;
    private final RingInspector inspector;
    private final Runnable whenGone;

    private final ReentrantLock writeLock = new ReentrantLock();
    private final RingSender sender;
    /** The loop's driver is about to tell the endpoint what has ended, and so needs its send lock. */
    private final AtomicBoolean tellsEnded = new AtomicBoolean();
    private volatile State state = State.OPEN;
    private int ending;
    private volatile int transmitted;
    /** Of the messages delivered, what the memory says of them, in words or slots. */
    private volatile int shown;
    /** Of these, what the peer knows, or will see before it sleeps. */
    private volatile int told;

    private SelectionKey key;
    /** Of our messages, how many have arrived; and how many the peer's words said, when they were read last. */
    private int acknowledged;
    private int heard;
    private boolean peerHasEnded;
    private boolean peerToldGone;
    /** Of a poller; any number does. */
    private int looksInVain;
    private boolean owes;
    /** Something was taken since the peer was told of it for certain. */
    private boolean untold;
    /** The peer has been asked to ring. */
    private boolean sleeping;
    /** When the peer last took something, or was seen to have acknowledged something, or to owe us nothing. */
    private long lastProgress;
    /** So messages need no clock. */
    private int acknowledgedAtLastTick;
    private long lastTick;
    /** 0 while the connection is not being closed. */
    private long closeDeadline;
    private boolean gone;
    /** How many of these have been done. */
    private int partsClosed;

    private enum State {
        OPEN, CLOSING, CLOSED
    }

    /**
     * A connection whose memory is mapped. The peer can be sent to at once; it is heard from {@link #register} on.
     *
     * @param peerMaxMessageBytes the longest message that the peer takes
     * @param patience            of threads that post
     * @param peerIsOwn           whether it is a process of this one's user, who could as well end it
     * @param inspector           looks after the memory until the connection has ended
     * @param whenGone            called once by the loop when the connection has ended
     */
    SharedMemoryLink(IoLoop loop, SocketChannel channel, WireEndpoint own, SharedMemoryWireConfig config,
            RingMemory memory, RingLayout layout, RingEnd end, int peerMaxMessageBytes, SendBuffer.Pool pool,
            Patience patience, SharedMemoryCounters counters, boolean peerIsOwn, RingInspector inspector, Runnable whenGone) {
        this.peerIsOwn = peerIsOwn;
        this.whenGone = whenGone;
        this.inspector = inspector;
        this.loop = loop;
        this.channel = channel;
        this.own = own;
        this.counters = counters;
        this.memory = memory;
        this.layout = layout;
        this.end = end;
        this.peerMaxMessageBytes = peerMaxMessageBytes;
        stalledPeerNanos = config.stalledPeerTimeoutMs() * NANOS_PER_MS;
        closeNanos = config.closeTimeoutMs() * NANOS_PER_MS;
        sender = new RingSender(memory, layout, end, new SendBuffer(pool, config.maxQueuedBytes()), patience, counters,
                this);
        consumer = new RingConsumer(memory, layout, end, own, config.maxMessageBytes(), peerIsOwn, this);
        lastProgress = loop.now();
        lastTick = lastProgress;
        inspector.add(this);
    }

    /** On the loop: from now on the peer is heard. */
    void register(SelectionKey registered) {
        if (gone) {
            return;
        }
        key = registered;
        key.attach(this);
        key.interestOps(SelectionKey.OP_READ);
        counters.established.increment();
        loop.heat(this);
        finishClosing();
    }

    // ---- the queue pair's side

    @Override
    public boolean transmit(WorkRequest request) {
        WorkStatus status = WorkStatus.SUCCESS;
        writeLock.lock();
        try {
            if (state != State.OPEN) {
                status = WorkStatus.DISCONNECTED;
            } else if (request.lengthBytes() > peerMaxMessageBytes) {
                status = WorkStatus.REMOTE_INVALID_REQUEST;
            } else {
                transmitted++;
                // The peer hears of what was delivered before it can hear of what is sent because of it.
                if (sender.send(request)) {
                    shown = sender.shownDelivered();
                }
                // Here, and not when the poster gives back what he holds meanwhile: pins, and locks.
                FaultBarrier.pass();
            }
        } catch (IOException | InternalError e) {
            status = WorkStatus.DISCONNECTED;
            FaultBarrier.clear();
            broken(e);
        } finally {
            sender.endLending();
            writeLock.unlock();
        }
        if (status != WorkStatus.SUCCESS) {
            own.transmitted(status);
        }
        return !sender.isBlocked();
    }

    @Override
    public void flush() {
        try {
            ring();
            bringUpFaults();
        } catch (IOException | InternalError e) {
            FaultBarrier.clear();
            writeLock.lock();
            try {
                broken(e);
            } finally {
                writeLock.unlock();
            }
        }
    }

    @Override
    public void close() {
        if (beginClosing(WorkStatus.SUCCESS)) {
            loop.execute(this::closingByUser);
        }
    }

    /** What the caller has met here must come up nowhere else, unless he polls his own user's peer. */
    private void bringUpFaults() {
        if (!peerIsOwn || !loop.isPoller()) {
            FaultBarrier.pass();
        }
    }

    @Override
    public boolean progresses() {
        return true;
    }

    @Override
    public boolean progress() {
        if (peerIsOwn && !hasNews() && ++looksInVain % LOOKS_IN_VAIN != 0) {
            return false;
        }
        return state != State.CLOSED && loop.progress(this, peerIsOwn);
    }

    @Override
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        long begin = loop.now();
        if (loop.await(answer, timeoutNanos, this)) {
            return true;
        }
        return WireLink.super.await(answer, Math.max(0, timeoutNanos - (loop.now() - begin)));
    }

    // ---- under writeLock

    /** The connection can't be used any more; the loop finds the end that it has come to. */
    private void broken(Throwable e) {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            try {
                sender.clear();
            } finally {
                loop.drop(this, e.toString());
            }
            if (e instanceof RingViolation) {
                counters.violations.increment();
            }
            LOG.debug("a connection ends", e);
        }
    }

    /** From now on nothing is transmitted; what waits goes before the ending is said. */
    private boolean beginClosing(WorkStatus refused) {
        writeLock.lock();
        try {
            if (state != State.OPEN) {
                return false;
            }
            state = State.CLOSING;
            ending = codeOf(refused);
            try {
                sayEnding();
                FaultBarrier.pass();
            } catch (InternalError e) {
                // It ends anyway: who closes need not hear why else it would have.
                LOG.debug("a connection's ending can't be said: its memory is not there any more", e);
            }
            return true;
        } finally {
            writeLock.unlock();
        }
    }

    private void sayEnding() {
        if (!sender.isBlocked()) {
            consumer.say();
            memory.setIntRelease(layout.ending(end), ending);
        }
    }

    private static int codeOf(WorkStatus refused) {
        if (refused == WorkStatus.SUCCESS) {
            return GOODBYE;
        }
        for (int i = 0; i < REFUSALS.length; i++) {
            if (REFUSALS[i] == refused) {
                return GOODBYE + 1 + i;
            }
        }
        throw new IllegalArgumentException(refused + " is no reason to refuse a message");
    }

    // ---- any thread, no lock needed

    @Override
    public int deliveredCount() {
        return consumer.deliveredCount();
    }

    @Override
    public boolean isWaitedFor() {
        return tellsEnded.getOpaque() || writeLock.hasQueuedThreads();
    }

    /** Tells the peer that something has changed, if it sleeps. */
    @Override
    public void ring() throws IOException {
        int delivered = shown;
        VarHandle.fullFence();
        int asleep = layout.asleep(end.peer());
        if (memory.getIntAcquire(asleep) != 0) {
            memory.setIntRelease(asleep, 0);
            counters.doorbells.increment();
            channel.write(DOORBELL.duplicate());
        }
        told = delivered;
    }

    // ---- the loop's side

    @Override
    public boolean poll() {
        if (gone) {
            return false;
        }
        boolean any = false;
        try {
            int peerEnding = memory.getIntAcquire(layout.ending(end.peer()));
            int slots = consumer.take(SLOTS_IN_A_ROW);
            any = acknowledge() || slots > 0;
            untold |= slots > 0;
            if (sender.isBlocked()) {
                any |= pumpAndRing();
            }
            if (slots < SLOTS_IN_A_ROW && peerEnding != 0 && !peerHasEnded) {
                FaultBarrier.pass();
                any = true;
                peerHasEnded = true;
                heed(peerEnding);
            }
            if (any) {
                // Here, and not in what the doorbells run, which would not be rung again.
                FaultBarrier.pass();
                own.ring();
                finishClosing();
            }
            if (untold && !gone) {
                tellUnlessSoon(slots > 0);
            }
        } catch (RingViolation e) {
            // Unless it was read where there is no memory any more.
            FaultBarrier.pass();
            counters.violations.increment();
            drop(e.getMessage());
        } catch (IOException e) {
            drop(e.toString());
        }
        return any;
    }

    private boolean pumpAndRing() throws IOException {
        // Whoever has it may be patient, and the driver has others to see to. If he leaves something that there is room
        // for, hasNews() says so; if there is none, the peer will ring.
        if (!writeLock.tryLock()) {
            return false;
        }
        boolean moved;
        try {
            moved = sender.pump();
            if (moved && state == State.CLOSING) {
                sayEnding();
            }
            FaultBarrier.pass();
        } finally {
            writeLock.unlock();
        }
        if (moved) {
            lastProgress = loop.now();
            ring();
        }
        return moved;
    }

    @Override
    public void beforeMessage(long word) throws RingViolation {
        int news = RingSlot.deliveredSince(word, acknowledged);
        if (news > 0) {
            acknowledge(acknowledged + news);
        } else if (news < 0) {
            acknowledge();
        }
    }

    /** What the peer's words say; a slot may have said more already, but they never go back. */
    private boolean acknowledge() throws RingViolation {
        int count = peerSays();
        if (count == heard) {
            return false;
        }
        if (count - heard < 0) {
            throw new RingViolation("the peer takes back that " + Integer.toUnsignedString(heard)
                    + " messages have arrived, and says " + Integer.toUnsignedString(count));
        }
        FaultBarrier.pass();
        heard = count;
        return count - acknowledged > 0 && acknowledge(count);
    }

    private int peerSays() {
        return (int) (memory.getLongAcquire(layout.said(end.peer())) >>> 32);
    }

    /** So many of our messages have arrived in all, more than was known, as the peer says. */
    private boolean acknowledge(int count) throws RingViolation {
        int news = count - acknowledged;
        if (news > transmitted - acknowledged) {
            throw new RingViolation("the peer acknowledges " + Integer.toUnsignedString(count) + " messages after "
                    + Integer.toUnsignedString(acknowledged) + ", of " + Integer.toUnsignedString(transmitted)
                    + " that were sent");
        }
        acknowledged = count;
        for (int i = 0; i < news; i++) {
            tellEnded(WorkStatus.SUCCESS);
        }
        return true;
    }

    /** The oldest request has ended. Who posts meanwhile has the lock that this needs, and is patient for some looks only. */
    private void tellEnded(WorkStatus status) {
        tellsEnded.setOpaque(true);
        try {
            own.transmitted(status);
        } finally {
            tellsEnded.setOpaque(false);
        }
    }

    /** All that the peer sent before its ending has been taken. */
    private void heed(int peerEnding) throws RingViolation {
        if (peerEnding != GOODBYE) {
            int reason = peerEnding - GOODBYE - 1;
            if (reason < 0 || reason >= REFUSALS.length || acknowledged == transmitted) {
                throw new RingViolation("the peer refuses a message that was not sent, or for no reason: "
                        + peerEnding);
            }
            tellEnded(REFUSALS[reason]);
        }
        peerEnds();
    }

    @Override
    public void refuse(WorkStatus status) {
        boolean begun = beginClosing(status);
        peerEnds();
        if (begun) {
            LOG.debug("a connection ends: a message was refused with {}", status);
        }
    }

    /** The peer says or shows that it sends no more, or we take no more. */
    private void peerEnds() {
        beginClosing(WorkStatus.SUCCESS);
        tellPeerGone();
        closingStarted();
    }

    /**
     * What was taken and delivered need not be said in words if our own messages say it, which mostly follow at once:
     * the peer is in the midst of reading the words, and has to read them anew after each change. So it is said when
     * the peer waits for it, and when nothing has come since.
     */
    private void tellUnlessSoon(boolean busy) throws IOException {
        boolean atOnce = consumer.takeAcknowledgeAtOnce();
        boolean room = consumer.untoldSlots() >= layout.slots() / UNTOLD_PART
                || memory.getIntAcquire(layout.roomWanted(end.peer())) != 0;
        if (atOnce || room || !busy && consumer.deliveredCount() != shown) {
            tell(atOnce);
        }
    }

    /** Says what has not been said, and rings now if the peer waits for it, else soon. */
    private void tell(boolean atOnce) throws IOException {
        consumer.say();
        untold = false;
        shown = consumer.saidDelivered();
        int open = shown - told;
        VarHandle.fullFence();
        if (atOnce || open >= MAX_OWED || memory.getIntAcquire(layout.roomWanted(end.peer())) != 0) {
            ring();
        } else if (open != 0 && !owes) {
            owes = true;
            loop.owed().add(this, loop.now());
        }
    }

    @Override
    public boolean isOwing() {
        return !gone && shown != told;
    }

    @Override
    public void settle() {
        owes = false;
        if (isOwing()) {
            flush();
        }
    }

    @Override
    public boolean sleeps() {
        if (gone) {
            return true;
        }
        try {
            if (untold) {
                tell(false);
            }
        } catch (IOException e) {
            drop(e.toString());
            return true;
        }
        sleeping = true;
        memory.setIntRelease(layout.asleep(end), 1);
        VarHandle.fullFence();
        if (hasNews()) {
            wakes();
            return false;
        }
        return true;
    }

    @Override
    public boolean hasNews() {
        if (gone) {
            return false;
        }
        RingEnd peer = end.peer();
        return consumer.isReady()
                || peerSays() != heard
                || !peerHasEnded && memory.getIntAcquire(layout.ending(peer)) != 0
                || sender.isBlocked() && sender.hasRoom();
    }

    @Override
    public void wakes() {
        sleeping = false;
        memory.setIntRelease(layout.asleep(end), 0);
    }

    @Override
    public boolean isAsleep() {
        return sleeping;
    }

    @Override
    public void awaited() {
        if (key != null && !gone && sleeping) {
            loop.heat(this);
        }
    }

    @Override
    public void inspect() {
        try {
            if (memory.isCutShort()) {
                loop.drop(this, "its memory is not there any more");
                LOG.warn("a connection ends: its memory is not there any more, the peer has cut its file short");
            }
        } catch (ClosedChannelException e) {
            LOG.trace("a connection ended while its memory was inspected", e);
        } catch (IOException e) {
            loop.drop(this, "its memory can't be inspected: " + e);
        }
    }

    /** The peer rings, or has gone. */
    @Override
    public void ready(SelectionKey ready) {
        boolean ended;
        try {
            ended = channel.read(loop.readBuffer().clear()) < 0;
        } catch (IOException e) {
            LOG.trace("a peer has gone without closing", e);
            ended = true;
        }
        if (ended) {
            peerHasGone();
        } else if (!gone) {
            loop.heat(this);
            poll();
        }
    }

    /** What it sent before is still there: at most a ring full. */
    private void peerHasGone() {
        for (int taken = 0; taken < layout.slots() && poll(); taken++) {
            LOG.trace("a peer that has gone left something");
        }
        if (!gone) {
            boolean unexpected = !isClosing();
            closeChannel();
            tellPeerGone();
            if (unexpected) {
                LOG.debug("a connection ends: the peer has gone without a goodbye");
            }
        }
    }

    boolean isClosing() {
        writeLock.lock();
        try {
            return state != State.OPEN;
        } finally {
            writeLock.unlock();
        }
    }

    private void closingByUser() {
        consumer.abandon();
        own.ring();
        closingStarted();
    }

    private void closingStarted() {
        consumer.discardFromNowOn();
        if (closeDeadline == 0) {
            closeDeadline = loop.now() + closeNanos | 1;
        }
        finishClosing();
    }

    /** Closes once the ending is said, unless the peer has not mapped the memory yet. Its end of stream rings. */
    private void finishClosing() {
        if (state != State.CLOSING) {
            return;
        }
        writeLock.lock();
        try {
            if (state != State.CLOSING || sender.isBlocked() || key == null) {
                return;
            }
        } finally {
            writeLock.unlock();
        }
        closeChannel();
    }

    @Override
    public void tick(long now) {
        if (gone) {
            return;
        }
        // Who was suspended can't tell whether his peer had time to do anything: it may have been suspended as well.
        boolean wasAway = now - lastTick >= stalledPeerNanos / 2;
        lastTick = now;
        if (acknowledged != acknowledgedAtLastTick || wasAway) {
            acknowledgedAtLastTick = acknowledged;
            lastProgress = now;
        }
        if (closeDeadline != 0) {
            boolean stalled = now - lastProgress >= closeNanos;
            if (now - closeDeadline >= (stalled ? 0 : stalledPeerNanos)) {
                drop("the peer does not take what was sent");
            }
            return;
        }
        if (acknowledged == transmitted) {
            lastProgress = now;
        } else if (now - lastProgress >= stalledPeerNanos) {
            counters.stalledPeers.increment();
            drop("the peer has neither taken nor acknowledged anything for " + stalledPeerNanos / NANOS_PER_MS + " ms");
            return;
        }
        // A peer that does not ring as it should hurts itself only, but need not hang for it.
        if (key != null && sleeping && hasNews()) {
            loop.heat(this);
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
        LOG.debug("a connection is dropped: {}", reason);
    }

    private void tellPeerGone() {
        if (!peerToldGone) {
            FaultBarrier.clear();
            tellEnded(WorkStatus.DISCONNECTED);
            own.peerGone();
            consumer.abandon();
            own.ring();
            // Behind that, each of which can be done again: whoever meets an Error in between drops the connection.
            peerToldGone = true;
        }
    }

    private void closeChannel() {
        writeLock.lock();
        try {
            state = State.CLOSED;
            sender.clear();
        } finally {
            writeLock.unlock();
        }
        if (!gone) {
            FaultBarrier.clear();
            gone = true;
        }
        while (partsClosed < PARTS) {
            // An Error leaves the rest of them for the next time.
            closePart(partsClosed);
            partsClosed++;
        }
    }

    private void closePart(int part) {
        switch (part) {
            case 0 -> loop.cool(this);
            case 1 -> inspector.remove(this);
            case 2 -> counters.openChannels.decrementAndGet();
            case 3 -> counters.rings.decrementAndGet();
            case 4 -> close(memory);
            case 5 -> close(channel);
            default -> whenGone.run();
        }
    }

    private static void close(Closeable part) {
        try {
            part.close();
        } catch (IOException e) {
            LOG.debug("a connection can't be closed", e);
        }
    }
}
