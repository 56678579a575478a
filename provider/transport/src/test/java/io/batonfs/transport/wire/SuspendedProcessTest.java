package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.PeerMemory;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A process that is stopped for longer than its peers may be silent, by a clock of the test's and one thread. */
class SuspendedProcessTest {
    private static final int STALLED_MS = 30_000;
    private static final RingLayout LAYOUT = new RingLayout(32, 4096);
    private static final int TICK_MS = 1000;

    private final SharedMemoryWireConfig config = SharedMemoryTests.config(Path.of("unused"), 32, 4096, STALLED_MS);
    private final SharedMemoryCounters counters = new SharedMemoryCounters();
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(LAYOUT.totalBytes() + 4096).alignedSlice(4096);
    private final RingInspector inspector = new RingInspector("never started", TICK_MS);
    private final SendBuffer.Pool pool = new SendBuffer.Pool(1 << 20);
    private long nanos = 1;
    /** Nobody drives it: what a driver does, the test does. */
    private final IoLoop loop = new IoLoop("never started", TICK_MS, 1000, 50_000, () -> nanos);
    private final SharedMemoryLink own = link(RingEnd.LISTENING);
    private final SharedMemoryLink peer = link(RingEnd.CONNECTING);

    SuspendedProcessTest() throws IOException {
        later(1);
        own.tick(nanos);
        own.transmit(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8));
    }

    /** One end; both are on the same memory. */
    private SharedMemoryLink link(RingEnd end) throws IOException {
        RingMemory memory = new RingMemory(bytes.duplicate().limit(LAYOUT.totalBytes()).slice());
        return new SharedMemoryLink(loop, SocketChannel.open(), new Taker(), config, memory, LAYOUT, end, 1 << 20, pool, Patience.USUAL,
                counters, true, inspector, () -> { });
    }

    private void later(int seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
    }

    @AfterEach
    void end() {
        own.drop("the test is over");
        peer.drop("the test is over");
        loop.closeSelector();
    }

    @Test
    void whoWakesUpGivesHisPeerTheWholeTimeAgain() {
        later(10 * STALLED_MS / 1000);
        own.tick(nanos);
        for (int second = 1; second < STALLED_MS / 1000; second++) {
            later(1);
            own.tick(nanos);
            assertEquals(0, counters.stalledPeers(), "after " + second + " s");
        }
        later(1);
        own.tick(nanos);
        assertEquals(1, counters.stalledPeers(), "it has had its time");
    }

    @Test
    void aPeerThatWasSuspendedAsWellGoesOn() {
        for (int round = 0; round < 5; round++) {
            later(2 * STALLED_MS / 1000);
            own.tick(nanos);
            peer.tick(nanos);
            peer.poll();
            peer.flush();
            later(1);
            own.poll();
            own.tick(nanos);
            own.transmit(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8));
        }
        assertEquals(0, counters.stalledPeers());
    }

    @Test
    void whoWasNotSuspendedGivesHisPeerUpInTime() {
        for (int second = 1; second <= STALLED_MS / 1000; second++) {
            assertEquals(0, counters.stalledPeers(), "after " + second + " s");
            later(1);
            own.tick(nanos);
        }
        assertEquals(1, counters.stalledPeers());
    }

    /** Takes whatever comes. */
    private static final class Taker implements WireEndpoint {
        @Override
        public WorkStatus deliver(InboundMessage message) {
            return WorkStatus.SUCCESS;
        }

        @Override
        public Arrival arrive(InboundMessage head) {
            throw new AssertionError("nothing is sent here that comes in pieces");
        }

        @Override
        public PeerMemory reached(long address, int handle, int lengthBytes) {
            return null;
        }

        @Override
        public void ring() {
            // Nobody sleeps here.
        }

        @Override
        public void transmitted(WorkStatus status) {
            // Nobody waits for it.
        }

        @Override
        public void peerGone() {
            // The test ends both.
        }
    }
}
