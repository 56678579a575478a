package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import io.batonfs.transport.wire.TestFabric;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients over TCP that ask for data and then neither read nor acknowledge it, as long as the wire lets them. */
@Timeout(60)
class SlowReaderTest {
    private static final int READ_BUFFERS = 4;
    private static final int BYTES = 60_000;
    /** Longer than the test: what is seen is not the timeout's doing. */
    private static final long LONG_MS = 3_600_000;

    private static LwioServerConfig config(long answerTimeoutMs) {
        return new LwioServerConfig(READ_BUFFERS, 65536, List.of(new ReceiveSizeClass(65536, 64L << 20)),
                READ_BUFFERS, 64, 100, 60_000, answerTimeoutMs, 10_000);
    }

    /** A client whose wire stands still from the first answer on. */
    private static final class Mute implements Closeable {
        private final TcpWire wire;
        private final Nic nic;
        private final CountDownLatch over = new CountDownLatch(1);
        private final CountDownLatch standsStill = new CountDownLatch(1);

        Mute(LwioFixture fixture) throws Exception {
            TcpWireConfig d = TcpWireConfig.DEFAULT;
            wire = new TcpWire(new TcpWireConfig(1, d.connectTimeoutMs(), d.handshakeTimeoutMs(), d.maxHandshakes(),
                    d.backlog(), (int) LONG_MS, d.closeTimeoutMs(), d.maxFrameBytes(), d.maxQueuedBytes(),
                    d.queueBudgetBytes(), 0, 0));
            nic = new Nic(wire);
            RawPeer peer = RawPeer.authenticated(fixture, nic);
            int fid = peer.registered(1, FidParams.FLAG_WRITE_THROUGH);
            peer.onNext(() -> {
                standsStill.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (int i = 0; i < READ_BUFFERS; i++) {
                peer.send(peer.read(fid, BYTES, peer.memory.address(), peer.memory.handle()));
            }
            standsStill.await();
        }

        @Override
        public void close() throws IOException {
            over.countDown();
            nic.close();
            wire.close();
        }
    }

    @Test
    void oneOfThemLeavesTheOthersBuffers() throws Exception {
        try (LwioFixture fixture = new LwioFixture(config(LONG_MS), TestFabric.tcp()); Mute mute = new Mute(fixture)) {
            LwioConnection honest = fixture.connect();
            int fid = honest.register(MemoryFiles.key(1), false, false);
            for (int i = 0; i < 20; i++) {
                assertEquals(BYTES, honest.read(fid, 0, ByteBuffer.allocateDirect(BYTES), null).get());
            }
            assertTrue(mute.over.getCount() == 1 && fixture.server.connections() == 2, "the mute one has gone");
            honest.close();
        }
    }

    @Test
    void manyOfThemAreEndedAndGiveTheirBuffersBack() throws Exception {
        try (LwioFixture fixture = new LwioFixture(config(100), TestFabric.tcp())) {
            LwioConnection honest = fixture.connect();
            int fid = honest.register(MemoryFiles.key(1), false, false);
            try (Mute one = new Mute(fixture); Mute two = new Mute(fixture)) {
                assertEquals(BYTES, honest.read(fid, 0, ByteBuffer.allocateDirect(BYTES), null).get());
                assertTrue(one.over.getCount() == 1 && two.over.getCount() == 1);
            }
            honest.close();
        }
    }
}
