package io.batonfs.transport.simulation;

import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One end of a reliable connection over packets that are lost, doubled, overtaken and damaged: its states
 * ({@link LinkState}), timers and end. {@link Requester} and {@link Responder} are its two halves.
 *
 * <p>Who may touch what: posting threads put requests into {@code inbox}, which is guarded by itself, and look at
 * {@code state}; everything else belongs to the scheduler's tasks. The endpoint is told of things by those tasks only,
 * but for a request that is posted after the end.
 */
final class ReliableLink implements WireLink {
    private static final long NEVER = Long.MAX_VALUE;

    private final SimulatedWire wire;
    private final SeededScheduler scheduler;
    private final VirtualClock clock;
    private final ReliableLinkConfig config;
    private final WireEndpoint own;
    private final int number;
    private final int peerNode;
    private final Requester requester;
    private final Responder responder;
    private final int firstSequence;
    private final AtomicLong unacknowledgedBytes = new AtomicLong();
    /** Written by the scheduler's tasks only, one at a time. */
    private volatile long retransmits;
    private volatile long faultsSeen;

    private final ArrayDeque<Requester.Message> inbox = new ArrayDeque<>();
    private boolean looksSoon;
    private boolean closeAsked;

    private volatile LinkState state = LinkState.CONNECTING;
    private int peerNumber;
    private boolean peerToldGone;
    private boolean rings;
    private WorkStatus refusal = WorkStatus.SUCCESS;
    private long lastHeard;
    private long timerAt = NEVER;
    /** When CONNECT_REQUEST or DISCONNECT_REQUEST is sent again, or the end is forgotten. */
    private long nextAttemptAt = NEVER;
    private int attempts;
    /** At the connecting end: done when the connection stands. */
    private CompletableFuture<Void> made;
    private byte[] connectRequest;

    ReliableLink(SimulatedWire wire, WireEndpoint own, int number, int peerNode, int firstSequence) {
        this.wire = wire;
        this.scheduler = wire.network().scheduler();
        this.clock = wire.network().clock();
        this.config = wire.network().config();
        this.own = own;
        this.number = number;
        this.peerNode = peerNode;
        this.firstSequence = firstSequence;
        requester = new Requester(this, config, wire.network().counters(), firstSequence);
        responder = new Responder(this, own, config, wire.network().counters());
    }

    private boolean become(LinkState next) {
        if (!state.mayBecome(next)) {
            return false;
        }
        state = next;
        wire.network().trace().record("link becomes", number, next.ordinal());
        return true;
    }

    LinkState state() {
        return state;
    }

    int number() {
        return number;
    }

    int peerNumber() {
        return peerNumber;
    }

    int peerNode() {
        return peerNode;
    }

    int firstSequence() {
        return firstSequence;
    }

    int expected() {
        return responder.expected();
    }

    long now() {
        return clock.nanoTime();
    }

    // ---- what it counts

    void retransmitted() {
        retransmits++;
    }

    void faultSeen() {
        faultsSeen++;
    }

    @Override
    public long retransmits() {
        return retransmits;
    }

    @Override
    public long faultsSeen() {
        return faultsSeen;
    }

    // ---- the queue pair's side

    @Override
    public boolean transmit(WorkRequest request) {
        if (state != LinkState.ESTABLISHED) {
            own.transmitted(WorkStatus.DISCONNECTED);
            return true;
        }
        Requester.Message message = new Requester.Message(request);
        boolean free = unacknowledgedBytes.addAndGet(message.lengthBytes()) <= config.unpacedBytes();
        synchronized (inbox) {
            inbox.addLast(message);
            lookSoon();
        }
        return free;
    }

    @Override
    public void flush() {
        // What was transmitted is on its way already, and whom it reaches is rung for.
    }

    @Override
    public void close() {
        synchronized (inbox) {
            closeAsked = true;
            lookSoon();
        }
    }

    @Override
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) {
        return scheduler.await(answer, timeoutNanos);
    }

    private void lookSoon() {
        if (!looksSoon) {
            looksSoon = true;
            scheduler.execute(this::look);
        }
    }

    /** Takes over what posting threads have left. */
    private void look() {
        boolean close;
        while (true) {
            Requester.Message message;
            synchronized (inbox) {
                message = inbox.pollFirst();
                if (message == null) {
                    looksSoon = false;
                    close = closeAsked;
                    break;
                }
            }
            if (state == LinkState.ESTABLISHED) {
                requester.add(message);
            } else {
                own.transmitted(WorkStatus.DISCONNECTED);
                ringSoon();
            }
        }
        if (close && state == LinkState.ESTABLISHED) {
            become(LinkState.DRAINING);
            responder.abandon();
            ringSoon();
            drained();
        }
        arm();
    }

    // ---- connecting

    /** At the end that asks. */
    void connect(byte[] request, CompletableFuture<Void> whenMade) {
        connectRequest = request;
        made = whenMade;
        attempt();
        arm();
    }

    /** At the end that asks: the listener has taken the connection. */
    void accepted(int linkOfPeer, int firstSequenceOfPeer) {
        if (state == LinkState.CONNECTING) {
            established(linkOfPeer, firstSequenceOfPeer);
            made.complete(null);
        }
    }

    /** At the end that asks: it has not, or nobody listens. */
    void rejected(String reason) {
        if (state == LinkState.CONNECTING) {
            forget();
            made.completeExceptionally(new ConnectException(reason));
        }
    }

    /** The connection stands. */
    void established(int linkOfPeer, int firstSequenceOfPeer) {
        peerNumber = linkOfPeer;
        responder.begin(firstSequenceOfPeer);
        become(LinkState.ESTABLISHED);
        nextAttemptAt = NEVER;
        lastHeard = now();
        arm();
    }

    // ---- packets

    void send(Packet packet) {
        wire.send(peerNode, packet);
    }

    /** Says how far the peer's packets have been delivered, and what is wrong with the next. */
    void answer(PacketKind kind) {
        send(Packet.control(kind, refusal.ordinal(), peerNumber, number, 0, responder.expected(), Packet.EMPTY));
    }

    void take(Packet packet) {
        if (packet.kind() == PacketKind.DISCONNECT_REQUEST) {
            wire.replyToDisconnect(peerNode, packet);
            peerEnds();
        } else if (packet.kind() == PacketKind.DISCONNECT_REPLY) {
            if (state == LinkState.DISCONNECTING) {
                forget();
            }
        } else if (state == LinkState.REFUSING) {
            if (packet.kind().isSequenced()) {
                answer(PacketKind.REFUSAL);
            }
        } else if (state.sends()) {
            lastHeard = now();
            sequencedOrAnswer(packet);
        }
        arm();
    }

    private void sequencedOrAnswer(Packet packet) {
        if (packet.kind().acknowledges()) {
            requester.acknowledged(packet.acknowledged());
        }
        drained();
        if (!state.sends()) {
            return;
        }
        switch (packet.kind()) {
            case SEQUENCE_ERROR -> requester.missing(packet.acknowledged());
            case NOT_READY -> requester.notReady(packet.acknowledged());
            case REFUSAL -> {
                if (requester.isRefused(packet.acknowledged())) {
                    failed(refusalOf(packet));
                }
            }
            default -> {
                if (packet.kind().isSequenced() && state == LinkState.ESTABLISHED) {
                    responder.take(packet);
                    ringSoon();
                }
            }
        }
    }

    private static WorkStatus refusalOf(Packet packet) {
        WorkStatus[] all = WorkStatus.values();
        int found = packet.status();
        return found > WorkStatus.SUCCESS.ordinal() && found < all.length ? all[found] : WorkStatus.DISCONNECTED;
    }

    // ---- what the halves tell

    /** The oldest request has been delivered. */
    void ended(int bytes) {
        unacknowledgedBytes.addAndGet(-bytes);
        own.transmitted(WorkStatus.SUCCESS);
        ringSoon();
    }

    /** The oldest request can't be delivered: the connection ends, and the peer is told if it still hears. */
    void failed(WorkStatus status) {
        if (become(LinkState.DISCONNECTING)) {
            tellEnd(status);
            startAttempts();
        }
    }

    /** A message of the peer can't be taken. */
    void refuse(WorkStatus status) {
        if (become(LinkState.REFUSING)) {
            refusal = status;
            answer(PacketKind.REFUSAL);
            tellEnd(WorkStatus.DISCONNECTED);
            nextAttemptAt = now() + config.memoryNanos();
        }
    }

    // ---- the end

    private void drained() {
        if (state == LinkState.DRAINING && requester.isIdle()) {
            become(LinkState.DISCONNECTING);
            startAttempts();
        }
    }

    private void peerEnds() {
        if (state != LinkState.CLOSED) {
            tellEnd(WorkStatus.DISCONNECTED);
            forget();
        }
    }

    /** The NIC is dead. */
    void die() {
        if (state == LinkState.CONNECTING) {
            forget();
            made.completeExceptionally(new ConnectException("the NIC died"));
        } else {
            peerEnds();
        }
    }

    /** Tells the queue pair, once: of its oldest request, which takes the others with it, and of the peer. */
    private void tellEnd(WorkStatus ofOldest) {
        requester.stop();
        if (!peerToldGone) {
            peerToldGone = true;
            own.transmitted(ofOldest);
            own.peerGone();
            responder.abandon();
            ringSoon();
        }
    }

    private void startAttempts() {
        attempts = 0;
        attempt();
    }

    private void attempt() {
        if (attempts > config.retries()) {
            if (state == LinkState.CONNECTING) {
                rejected("no answer; is the server up, and not cut off?");
            } else {
                forget();
            }
            return;
        }
        attempts++;
        nextAttemptAt = now() + config.retransmitNanos();
        if (state == LinkState.CONNECTING) {
            wire.sendBytes(peerNode, connectRequest);
        } else {
            send(Packet.control(PacketKind.DISCONNECT_REQUEST, 0, peerNumber, number, 0, responder.expected(),
                    Packet.EMPTY));
        }
    }

    private void forget() {
        become(LinkState.CLOSED);
        requester.stop();
        nextAttemptAt = NEVER;
        wire.forget(this);
    }

    // ---- time

    private void ringSoon() {
        if (!rings) {
            rings = true;
            scheduler.execute(() -> {
                rings = false;
                own.ring();
            });
        }
    }

    private long probeAt() {
        return config.probeNanos() > 0 && state == LinkState.ESTABLISHED && requester.isIdle()
                ? lastHeard + config.probeNanos() : NEVER;
    }

    /** Has {@link #tick} called when the next thing is due; calls that come too early find nothing to do. */
    private void arm() {
        long due = Math.min(Math.min(requester.dueAt(), nextAttemptAt), probeAt());
        if (due < timerAt) {
            timerAt = due;
            scheduler.after(Math.max(1, due - now()), () -> tick(due));
        }
    }

    private void tick(long armedFor) {
        if (timerAt == armedFor) {
            timerAt = NEVER;
        }
        long now = now();
        if (state.sends()) {
            requester.tick(now);
            if (now >= probeAt()) {
                requester.probe();
            }
        } else if (now >= nextAttemptAt) {
            if (state == LinkState.REFUSING) {
                forget();
            } else {
                attempt();
            }
        }
        arm();
    }
}
