package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkStatus;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An end that one of those who are told of it can't bear at first. */
@Timeout(30)
class TcpEndTest {

    /** Fails the first time at one of its steps, by their names in order. */
    private static final class Endpoint implements WireEndpoint {
        private final String failsAt;
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private boolean failed;

        Endpoint(String failsAt) {
            this.failsAt = failsAt;
        }

        private void step(String name) {
            if (name.equals(failsAt) && !failed) {
                failed = true;
                throw new StackOverflowError("thrown by the test");
            }
            told.add(name);
        }

        @Override
        public WorkStatus deliver(InboundMessage message) {
            throw new AssertionError("nothing is sent here");
        }

        @Override
        public Arrival arrive(InboundMessage head) {
            throw new AssertionError("nothing is sent here");
        }

        @Override
        public void ring() {
            // Also at other times.
        }

        @Override
        public void transmitted(WorkStatus status) {
            assertEquals(WorkStatus.DISCONNECTED, status);
            step("transmitted");
        }

        @Override
        public void peerGone() {
            step("peerGone");
        }
    }

    /** Who is never told waits for ever. */
    @Test
    void anErrorKeepsNobodyFromHearingOfTheEnd() throws Exception {
        for (String step : new String[] {"transmitted", "peerGone"}) {
            try (TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT)) {
                BlockingQueue<WireLink> accepted = new LinkedBlockingQueue<>();
                try (Listening listening = wire.listen("localhost:0",
                        incoming -> accepted.add(incoming.accept(new Endpoint("nowhere"))))) {
                    Endpoint own = new Endpoint(step);
                    wire.connect(listening.address(), own);
                    WireLink other = accepted.take();
                    other.close();
                    other.flush();
                    String told = own.told.poll(10, TimeUnit.SECONDS);
                    while (!"peerGone".equals(told)) {
                        assertEquals("transmitted", told, step);
                        told = own.told.poll(10, TimeUnit.SECONDS);
                    }
                }
            }
        }
    }
}
