package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.PeerMemory;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A wire whose listening ends meet an Error at a chosen place of what they do for their queue pairs. */
public final class FailingWire implements Wire {
    private final Wire wire;
    private volatile Runnable atEachStep = () -> { };
    private volatile Runnable whenAskedForFaults = () -> { };

    /** Over another wire. */
    public FailingWire(Wire wire) {
        this.wire = wire;
    }

    /** Both ends on one in-process wire of this sort. */
    public TestFabric fabric() {
        return new TestFabric.OneWire(this, () -> { });
    }

    /** @param step run before and behind each message, and before all else that a queue pair has its wire do */
    public void atEachStep(Runnable step) {
        atEachStep = step;
    }

    /** @param asked run before it is told what faults a listening end has seen, as when its queue pair is forgotten */
    public void whenAskedForFaults(Runnable asked) {
        whenAskedForFaults = asked;
    }

    @Override
    public String providerName() {
        return wire.providerName();
    }

    @Override
    public boolean carriesImmediate() {
        return wire.carriesImmediate();
    }

    @Override
    public boolean lend(Errand errand) {
        return wire.lend(errand);
    }

    @Override
    public Listening listen(String address, Acceptor acceptor) throws IOException {
        return wire.listen(address, incoming -> acceptor.requested(new Incoming() {
            @Override
            public WireLink accept(WireEndpoint local) {
                return new Link(incoming.accept(local));
            }

            @Override
            public void reject(String reason) {
                incoming.reject(reason);
            }
        }));
    }

    @Override
    public WireLink connect(String address, WireEndpoint local) throws IOException {
        return wire.connect(address, local);
    }

    private final class Link implements WireLink {
        private final WireLink link;

        Link(WireLink link) {
            this.link = link;
        }

        @Override
        public boolean transmit(WorkRequest request) {
            atEachStep.run();
            boolean all = link.transmit(request);
            atEachStep.run();
            return all;
        }

        @Override
        public void flush() {
            atEachStep.run();
            link.flush();
        }

        @Override
        public void close() {
            link.close();
        }

        @Override
        public long faultsSeen() {
            whenAskedForFaults.run();
            return link.faultsSeen();
        }

        @Override
        public PeerMemory reach(long address, int handle, int lengthBytes) {
            atEachStep.run();
            return link.reach(address, handle, lengthBytes);
        }

        @Override
        public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
            return link.await(answer, timeoutNanos);
        }
    }
}
