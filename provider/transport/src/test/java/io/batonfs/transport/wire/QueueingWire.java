package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * A wire that takes its time, as one between processes does: requests are copied and delivered later by an executor with
 * one thread, and end later still. It has no immediate data unless it is told to. Shows that nothing above the wire
 * counts on a request ending at once.
 */
public final class QueueingWire implements Wire {
    private final InProcessWire fabric = new InProcessWire();
    private final ExecutorService thread;
    private final boolean immediate;

    public QueueingWire(ExecutorService oneThread, boolean immediate) {
        thread = oneThread;
        this.immediate = immediate;
    }

    @Override
    public String providerName() {
        return "queueing";
    }

    @Override
    public boolean carriesImmediate() {
        return immediate;
    }

    @Override
    public Listening listen(String address, Acceptor acceptor) throws IOException {
        return fabric.listen(address, incoming -> acceptor.requested(new Incoming() {
            @Override
            public WireLink accept(WireEndpoint local) {
                Later later = new Later(local);
                later.link = incoming.accept(later);
                return later;
            }

            @Override
            public void reject(String reason) {
                incoming.reject(reason);
            }
        }));
    }

    @Override
    public WireLink connect(String address, WireEndpoint local) throws IOException {
        Later later = new Later(local);
        later.link = fabric.connect(address, later);
        return later;
    }

    /** Both directions of one end: its requests are queued; what comes in was queued by the other end. */
    private final class Later implements WireLink, WireEndpoint {
        private final WireEndpoint own;
        private volatile WireLink link;

        Later(WireEndpoint own) {
            this.own = own;
        }

        @Override
        public boolean transmit(WorkRequest request) {
            Copy copy = new Copy(request);
            thread.execute(() -> {
                link.transmit(copy.asRequest());
                link.flush();
                own.ring();
            });
            return false;
        }

        @Override
        public void flush() {
            // Everything is on its way already.
        }

        @Override
        public void close() {
            thread.execute(() -> {
                link.close();
                link.flush();
            });
        }

        @Override
        public WorkStatus deliver(InboundMessage message) {
            return own.deliver(message);
        }

        @Override
        public Arrival arrive(InboundMessage head) {
            return own.arrive(head);
        }

        @Override
        public void ring() {
            own.ring();
        }

        @Override
        public void transmitted(WorkStatus status) {
            own.transmitted(status);
        }

        @Override
        public void peerGone() {
            own.peerGone();
        }
    }

    /** A request with its bytes, which outlives the one that was lent. */
    private static final class Copy {
        private final WorkOpcode opcode;
        private final long address;
        private final int handle;
        private final int data;
        private final MemoryRegion bytes;
        private final int length;

        Copy(WorkRequest request) {
            opcode = request.opcode();
            address = request.remoteAddress();
            handle = request.remoteHandle();
            data = request.immediate();
            length = request.lengthBytes();
            try {
                ProtectionDomain domain = new Nic(new InProcessWire()).allocateDomain();
                bytes = domain.register(Set.of(AccessRight.LOCAL_WRITE), ByteBuffer.allocateDirect(Math.max(1, length)));
            } catch (VerbsException e) {
                throw new IllegalStateException(e);
            }
            request.copyTo(bytes, 0);
        }

        WorkRequest asRequest() {
            WorkRequest request = switch (opcode) {
                case RDMA_WRITE -> new WorkRequest().write(0, address, handle);
                case RDMA_WRITE_WITH_IMMEDIATE -> new WorkRequest().writeWithImmediate(0, address, handle, data);
                default -> new WorkRequest().send(0);
            };
            return request.gather(bytes, 0, length);
        }
    }
}
