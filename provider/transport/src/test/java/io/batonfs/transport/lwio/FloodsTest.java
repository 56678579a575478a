package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.wire.InProcessWire;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Floods at a server: what they can make it keep is bounded, and others are served meanwhile (LW-16). */
@Timeout(60)
class FloodsTest {
    private static final int FLOOD = 600;
    private static final LwioClientConfig CLIENT = new LwioClientConfig(FuzzStage.CREDITS, FuzzStage.IO_BYTES,
            FuzzStage.IO_BYTES, 512, 100, 500);

    private static RawPeer stranger(Nic nic, String address) throws IOException {
        RawPeer peer = new RawPeer(nic, 1, StatusResponse.BYTES, 128, 128);
        try {
            nic.connect(peer.pair, address);
        } catch (IOException e) {
            peer.close();
            return null;
        }
        return peer;
    }

    /** Nobody has time to look at the ends of those who had to go: then others are refused. */
    @Test
    void connectionsWhoseEndIsNotSeenYetAreCounted() throws Exception {
        int most = 8;
        ArrayDeque<Runnable> held = new ArrayDeque<>();
        MemoryFiles files = new MemoryFiles();
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        SplittableRandom random = new SplittableRandom(1);
        Nic nic = new Nic(new InProcessWire());
        LwioServerConfig config = new LwioServerConfig(4, 4096, 4096, 1 << 20, 4, most, 4, 60_000, 10_000);
        LwioServer server = new LwioServer(nic, config, files, new AuthKeys(random, () -> 0, 1000, 10), held::add,
                scheduler, random);
        String address = server.listen("flooded");
        List<RawPeer> strangers = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < FLOOD; i++) {
            RawPeer one = stranger(nic, address);
            if (one == null) {
                refused++;
            } else {
                strangers.add(one);
            }
        }
        assertEquals(2 * most, strangers.size(), "taken, of which half had to go again");
        assertEquals(FLOOD - 2 * most, refused);
        assertEquals(most, server.connections());
        int queued = held.size();
        assertTrue(queued <= 4 * most, queued + " tasks");
        while (!held.isEmpty()) {
            held.removeFirst().run();
        }
        // The ends have been seen: there is room again.
        strangers.add(stranger(nic, address));
        while (!held.isEmpty()) {
            held.removeFirst().run();
        }
        assertEquals(most, server.connections());
        strangers.forEach(RawPeer::close);
        while (!held.isEmpty()) {
            held.removeFirst().run();
        }
        assertEquals(0, server.connections());
        server.close();
        assertEquals(0, nic.registeredRegions());
        assertEquals(0, nic.openQueuePairs());
        nic.close();
        scheduler.shutdownNow();
    }

    /** One that has no memory for the first connection that comes in. */
    private static final class ScarceWire implements Wire {
        private final InProcessWire wire = new InProcessWire();
        private final AtomicBoolean scarce = new AtomicBoolean(true);

        @Override
        public String providerName() {
            return wire.providerName();
        }

        @Override
        public boolean carriesImmediate() {
            return wire.carriesImmediate();
        }

        @Override
        public Listening listen(String address, Acceptor acceptor) throws IOException {
            return wire.listen(address, incoming -> acceptor.requested(new Incoming() {
                @Override
                public WireLink accept(WireEndpoint local) {
                    if (scarce.getAndSet(false)) {
                        throw new OutOfMemoryError("Cannot reserve direct buffer memory (thrown by the test)");
                    }
                    return incoming.accept(local);
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
    }

    @Test
    void aConnectionThatFindsNoMemoryKeepsNoPlace() throws Exception {
        Nic nic = new Nic(new ScarceWire());
        LwioServerConfig config = new LwioServerConfig(4, 4096, 4096, 1 << 20, 4, 1, 4, 60_000, 10_000);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        SplittableRandom random = new SplittableRandom(1);
        try (LwioServer server = new LwioServer(nic, config, new MemoryFiles(), new AuthKeys(random, () -> 0, 1000, 10),
                scheduler, scheduler, random)) {
            String address = server.listen("scarce");
            assertNull(stranger(nic, address), "there is no memory");
            assertEquals(0, server.connections());
            assertEquals(0, nic.registeredRegions());
            RawPeer next = stranger(nic, address);
            assertEquals(1, server.connections());
            next.close();
        }
        assertEquals(0, nic.registeredRegions());
        nic.close();
        scheduler.shutdownNow();
    }

    @Test
    void strangersKeepNobodyOutAndDoNotAddUp() throws Exception {
        try (FuzzStage stage = new FuzzStage(3, 0, true)) {
            LwioClient client = stage.newClient(CLIENT);
            VerifyingUser honest = new VerifyingUser(stage, client, 1, stage.random.split()).connect();
            List<RawPeer> strangers = new ArrayList<>();
            for (int i = 0; i < FLOOD; i++) {
                RawPeer one = stranger(stage.clientNic, FuzzStage.address());
                if (one != null) {
                    strangers.add(one);
                }
                assertTrue(stage.serverNic.openQueuePairs() <= 2 * FuzzStage.MAX_CONNECTIONS);
                assertTrue(stage.server.connections() <= FuzzStage.MAX_CONNECTIONS);
                honest.step();
                if (i % 100 == 50) {
                    LwioConnection newcomer = stage.open(client);
                    newcomer.close();
                }
            }
            assertTrue(strangers.size() > FLOOD / 2, strangers.size() + " came in");
            honest.finish();
            // Silence is no way to stay.
            stage.until("strangers are gone", () -> stage.server.connections() == 1);
            honest.leave();
            client.close();
            strangers.forEach(RawPeer::close);
        }
    }

    private interface Message {
        byte[] of(RawPeer peer, int number);
    }

    /** So many requests as fast as the credits allow; others are served, and nothing adds up. */
    private static void flood(Message message) throws Exception {
        try (FuzzStage stage = new FuzzStage(5, 0, true)) {
            LwioClient client = stage.newClient(CLIENT);
            VerifyingUser honest = new VerifyingUser(stage, client, 1, stage.random.split()).connect();
            RawPeer peer = speaker(stage.clientNic, FuzzStage.address(), 16);
            UUID key = new UUID(1, 2);
            peer.send(peer.auth(RawPeer.authParams(stage.keys.issue(key))));
            int[] answers = {0};
            stage.until("AUTH is answered", () -> taken(peer, answers) > 0);
            byte[] params = new byte[AuthParams.SERVER_BYTES];
            peer.memory.buffer().get(0, params);
            AuthParams server = AuthParams.decodeServer(params);
            peer.sessionId = server.sessionId().getAsLong();
            peer.sequence = 1;
            for (int i = 1; i <= FLOOD; i++) {
                peer.send(message.of(peer, i));
                int number = i;
                stage.until("answers come", () -> taken(peer, answers) > number + 1 - server.credits());
                assertTrue(stage.scheduler.pending() < 200, stage.scheduler.pending() + " tasks");
                assertTrue(stage.server.openFids() <= FuzzStage.MAX_FIDS + 2);
                assertTrue(stage.server.buffersMade() <= 40, stage.server.buffersMade() + " buffers");
                honest.step();
            }
            honest.finish();
            stage.until("all is answered", () -> taken(peer, answers) == FLOOD + 1);
            peer.close();
            honest.leave();
            client.close();
        }
    }

    private static RawPeer speaker(Nic nic, String address, int maxSends) throws IOException {
        RawPeer peer = new RawPeer(nic, maxSends, StatusResponse.BYTES, 4096, 4096);
        nic.connect(peer.pair, address);
        return peer;
    }

    /** Answers so far. */
    private static int taken(RawPeer peer, int[] answers) {
        for (WorkCompletion next = peer.poll(); next != null; next = peer.poll()) {
            answers[0]++;
            peer.repost(next);
        }
        return answers[0];
    }

    @Test
    void filesThatAreOpened() throws Exception {
        flood((peer, number) -> peer.register(2, 0));
    }

    @Test
    void cancelsAndClosesOfWhatIsNotThere() throws Exception {
        flood((peer, number) -> peer.message(number % 2 == 0 ? Opcode.CANCEL : Opcode.CLOSE, 0x80, 48, 0,
                (header, message) -> header.fid(number)));
    }

    @Test
    void filesOpenedAndClosed() throws Exception {
        flood((peer, number) -> number % 2 == 1 ? peer.register(2, 0) : peer.message(Opcode.CLOSE, 0x80, 48, 0,
                (header, message) -> header.fid(number / 2)));
    }

    @Test
    void interruptsWithNothingUnderWay() throws Exception {
        flood((peer, number) -> peer.interrupt());
    }
}
