package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Connects NICs of one process: the fabric is this object, addresses are names within it. The DMA is done by the thread
 * that posts, straight from the source region to its destination: one copy, no queue between.
 *
 * <p>What a doorbell has to do for a message (an {@linkplain Errand errand}) is done by the thread that sent the
 * message, when it waits for the answer or polls: so a request and its answer wake nobody. Who else does it if that
 * thread does not come is {@link ErrandSlot}'s affair, and that nothing is forgotten {@link ErrandKeeper}'s, which has
 * the only thread. Thread-safe.
 */
public final class InProcessWire implements Wire {
    private final ConcurrentMap<String, Acceptor> acceptors = new ConcurrentHashMap<>();
    private final LongSupplier nanoClock;
    private final ErrandKeeper keeper;
    private final Activities activities = new Activities();

    /** A fabric of its own, with nobody listening. */
    public InProcessWire() {
        this(System::nanoTime);
    }

    /** @param nanoClock tells whether who has left an errand comes back for it in time */
    InProcessWire(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        keeper = new ErrandKeeper(nanoClock);
    }

    ErrandKeeper keeper() {
        return keeper;
    }

    /** What the threads that are at work here are at. */
    static final class Activities {
        private final ThreadLocal<Activity> activities = ThreadLocal.withInitial(Activity::new);

        Activity ofThisThread() {
            return activities.get();
        }
    }

    /** One thread's rings, and errands, within each other. */
    static final class Activity {
        private int depth;
        /** Whose peer is rung by the outermost of them; null within it. */
        private InProcessLink ringing;

        void ring(InProcessLink link) {
            InProcessLink before = ringing;
            ringing = depth == 0 ? link : null;
            depth++;
            try {
                link.ringPeer();
            } finally {
                depth--;
                ringing = before;
            }
        }

        boolean within(BooleanSupplier errand) {
            InProcessLink before = ringing;
            ringing = null;
            depth++;
            try {
                return errand.getAsBoolean();
            } finally {
                depth--;
                ringing = before;
            }
        }
    }

    @Override
    public boolean lend(Errand errand) {
        InProcessLink link = activities.ofThisThread().ringing;
        return link != null && link.leave(errand);
    }

    @Override
    public String providerName() {
        return "in-process";
    }

    @Override
    public boolean carriesImmediate() {
        return true;
    }

    @Override
    public Listening listen(String address, Acceptor acceptor) throws IOException {
        if (acceptors.putIfAbsent(address, acceptor) != null) {
            throw new BindException("somebody listens at in-process address " + address + " already");
        }
        return new Listening() {
            @Override
            public String address() {
                return address;
            }

            @Override
            public void close() {
                acceptors.remove(address, acceptor);
            }
        };
    }

    @Override
    public WireLink connect(String address, WireEndpoint local) throws IOException {
        Acceptor acceptor = acceptors.get(address);
        if (acceptor == null) {
            throw new ConnectException("nobody listens at in-process address " + address
                    + ": is the server started, and on the same fabric?");
        }
        Handshake handshake = new Handshake(local);
        acceptor.requested(handshake);
        if (handshake.clientLink == null) {
            throw new ConnectException("the listener at in-process address " + address + " refused: "
                    + handshake.reason);
        }
        return handshake.clientLink;
    }

    /** A connection being made, by one thread. */
    private final class Handshake implements Incoming {
        private final WireEndpoint client;
        private InProcessLink clientLink;
        private String reason = "it gave no answer";

        Handshake(WireEndpoint client) {
            this.client = client;
        }

        @Override
        public WireLink accept(WireEndpoint local) {
            AtomicBoolean open = new AtomicBoolean(true);
            clientLink = new InProcessLink(client, local, open, activities, keeper, nanoClock);
            InProcessLink serverLink = new InProcessLink(local, client, open, activities, keeper, nanoClock);
            InProcessLink.join(clientLink, serverLink);
            return serverLink;
        }

        @Override
        public void reject(String why) {
            reason = why;
        }
    }
}
