package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.PeerMemory;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Connects NICs of one process: the fabric is this object, addresses are names within it. The DMA is done by the thread
 * that posts, straight from the source region to its destination: one copy, no queue between, no thread. Thread-safe.
 */
public final class InProcessWire implements Wire {
    private final ConcurrentMap<String, Acceptor> acceptors = new ConcurrentHashMap<>();

    /** A fabric of its own, with nobody listening. */
    public InProcessWire() {
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
    private static final class Handshake implements Incoming {
        private final WireEndpoint client;
        private Link clientLink;
        private String reason = "it gave no answer";

        Handshake(WireEndpoint client) {
            this.client = client;
        }

        @Override
        public WireLink accept(WireEndpoint local) {
            AtomicBoolean open = new AtomicBoolean(true);
            clientLink = new Link(client, local, open);
            return new Link(local, client, open);
        }

        @Override
        public void reject(String why) {
            reason = why;
        }
    }

    /** One direction; both share whether the connection stands. */
    private static final class Link implements WireLink {
        private final WireEndpoint own;
        private final WireEndpoint peer;
        private final AtomicBoolean open;

        Link(WireEndpoint own, WireEndpoint peer, AtomicBoolean open) {
            this.own = own;
            this.peer = peer;
            this.open = open;
        }

        @Override
        public boolean transmit(WorkRequest request) {
            own.transmitted(open.get() ? peer.deliver(request) : WorkStatus.DISCONNECTED);
            return true;
        }

        @Override
        public PeerMemory reach(long address, int handle, int lengthBytes) {
            return open.get() ? peer.reached(address, handle, lengthBytes) : null;
        }

        @Override
        public void flush() {
            peer.ring();
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                peer.peerGone();
            }
        }
    }
}
