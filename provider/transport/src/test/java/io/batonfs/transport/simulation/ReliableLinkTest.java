package io.batonfs.transport.simulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reliable connections hide of a network's faults, and how they report what they can't. */
@Timeout(60)
class ReliableLinkTest {
    private static final ReliableLinkConfig CONFIG = ReliableLinkConfig.DEFAULT;
    private static final long HIDDEN_NANOS = CONFIG.retries() * CONFIG.retransmitNanos();
    /** Until a dead peer is found: by what is sent, or by a probe. */
    private static final long FOUND_NANOS = CONFIG.probeNanos() + 2 * HIDDEN_NANOS;

    private static SimulatedPair pair() throws IOException {
        return new SimulatedPair(FaultRates.NONE, CONFIG, 1).connected();
    }

    private static WorkRequest send(int id) {
        return new WorkRequest().send(id).inline(ByteBuffer.allocate(4).putInt(0, id), 0, 4).signaled();
    }

    private static void postReceives(SimulatedPair.End end, int count) throws VerbsException {
        for (int i = 0; i < count; i++) {
            end.pair.postReceive(i, end.memory, i * 4, 4);
        }
    }

    @Test
    void everyMessageArrivesOnceAndInOrderWhateverHappensToPackets() throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            SimulatedPair pair = new SimulatedPair(FaultRates.hidden(0.05, 0.05, 0.05, 0.05, 0.05, 1_000_000), CONFIG,
                    seed).connected();
            int messages = 300;
            postReceives(pair.b, messages);
            for (int i = 0; i < messages; i++) {
                pair.a.pair.postSend(send(i));
            }
            CompletableFuture<Void> never = new CompletableFuture<>();
            assertFalse(pair.scheduler.await(never, TimeUnit.SECONDS.toNanos(1)));
            List<String> sent = new ArrayList<>();
            List<String> received = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                sent.add("SEND " + i + " SUCCESS");
                received.add("RECEIVE " + i + " SUCCESS");
                assertEquals(i, Integer.reverseBytes(pair.b.memory.buffer().getInt(i * 4)), "seed " + seed);
            }
            assertEquals(sent, pair.a.ended(), "seed " + seed);
            assertEquals(received, pair.b.received(), "seed " + seed);
            LinkCounters counters = pair.network.counters();
            assertEquals(counters.retransmitted(), pair.leftNic.metrics().get(TransportMetric.RETRANSMITS)
                    + pair.rightNic.metrics().get(TransportMetric.RETRANSMITS), "seed " + seed);
            assertEquals(counters.damaged() + counters.duplicates() + counters.gaps(),
                    pair.leftNic.metrics().get(TransportMetric.FAULTS_SEEN)
                            + pair.rightNic.metrics().get(TransportMetric.FAULTS_SEEN), "seed " + seed);
            assertTrue(counters.damaged() > 0 && counters.duplicates() > 0 && counters.gaps() > 0
                    && counters.retransmitted() > 0, counters.toString());
            pair.plan.stop();
            pair.close();
        }
    }

    @Test
    void longMessagesComeInPiecesAndWhole() throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            SimulatedPair pair = new SimulatedPair(FaultRates.hidden(0.02, 0.02, 0.02, 0.02, 0.02, 1_000_000), CONFIG,
                    seed).connected();
            byte[] bytes = new byte[500_001];
            new Random(seed).nextBytes(bytes);
            pair.a.memory.buffer().put(0, bytes);
            pair.b.pair.postReceive(5, pair.b.memory, 0, 1);
            pair.a.pair.postSend(new WorkRequest().writeWithImmediate(3, pair.b.memory.address() + 7,
                    pair.b.memory.handle(), 9).gather(pair.a.memory, 0, bytes.length).signaled());
            pair.scheduler.runFor(TimeUnit.SECONDS.toNanos(1));
            assertEquals(List.of("RDMA_WRITE_WITH_IMMEDIATE 3 SUCCESS"), pair.a.ended());
            assertEquals(List.of("RECEIVE_WITH_IMMEDIATE 5 SUCCESS"), pair.b.received());
            byte[] found = new byte[bytes.length];
            pair.b.memory.buffer().get(7, found);
            assertArrayEquals(bytes, found, "seed " + seed);
            pair.plan.stop();
            pair.close();
        }
    }

    @Test
    void aReceiverThatIsReadySoonIsNotReported() throws Exception {
        SimulatedPair pair = pair();
        pair.a.pair.postSend(send(1));
        pair.a.pair.postSend(send(2));
        pair.scheduler.runFor(CONFIG.notReadyRetries() * CONFIG.notReadyNanos() / 2);
        assertEquals(List.of(), pair.a.ended());
        postReceives(pair.b, 2);
        pair.scheduler.runFor(HIDDEN_NANOS);
        assertEquals(List.of("SEND 1 SUCCESS", "SEND 2 SUCCESS"), pair.a.ended());
        assertEquals(List.of("RECEIVE 0 SUCCESS", "RECEIVE 1 SUCCESS"), pair.b.received());
        assertTrue(pair.network.counters().notReady() > 0);
        pair.close();
    }

    @Test
    void oneThatIsNeverReadyIs() throws Exception {
        SimulatedPair pair = pair();
        pair.a.pair.postSend(send(1));
        pair.a.pair.postSend(send(2));
        pair.scheduler.runFor(HIDDEN_NANOS);
        assertEquals(List.of("SEND 1 RECEIVER_NOT_READY", "SEND 2 FLUSHED"), pair.a.ended());
        assertEquals(WorkStatus.RECEIVER_NOT_READY, pair.a.pair.cause());
        assertEquals(List.of("DISCONNECT 0 FLUSHED"), pair.b.received());
        assertEquals(WorkStatus.DISCONNECTED, pair.b.pair.cause());
        pair.close();
    }

    @Test
    void aShortCutIsHidden() throws Exception {
        SimulatedPair pair = pair();
        postReceives(pair.b, 1);
        pair.network.cut("right", "left", HIDDEN_NANOS - 1);
        pair.a.pair.postSend(send(1));
        pair.scheduler.runFor(2 * HIDDEN_NANOS);
        assertEquals(List.of("SEND 1 SUCCESS"), pair.a.ended());
        assertEquals(List.of("RECEIVE 0 SUCCESS"), pair.b.received());
        assertTrue(pair.network.counters().timeouts() > 0);
        pair.close();
    }

    @Test
    void aLongOneIsReportedAtBothEnds() throws Exception {
        SimulatedPair pair = pair();
        postReceives(pair.b, 1);
        pair.network.cut("left", "right", Long.MAX_VALUE);
        pair.a.pair.postSend(send(1));
        pair.a.pair.postSend(send(2));
        pair.scheduler.runFor(FOUND_NANOS);
        assertEquals(List.of("SEND 1 DISCONNECTED", "SEND 2 FLUSHED"), pair.a.ended());
        assertEquals(List.of("RECEIVE 0 FLUSHED", "DISCONNECT 0 FLUSHED"), pair.b.received());
        assertEquals(WorkStatus.DISCONNECTED, pair.a.pair.cause());
        assertEquals(WorkStatus.DISCONNECTED, pair.b.pair.cause());
        assertEquals(2, pair.network.counters().lost());
        pair.network.heal();
        pair.close();
    }

    /** A request was delivered, and the way back is cut before its sender hears of it: then nobody can say. */
    @Test
    void anIdleConnectionNoticesACut() throws Exception {
        SimulatedPair pair = pair();
        pair.network.cut("left", "right", Long.MAX_VALUE);
        pair.scheduler.runFor(FOUND_NANOS);
        assertEquals(List.of("DISCONNECT 0 FLUSHED"), pair.a.received());
        assertEquals(List.of("DISCONNECT 0 FLUSHED"), pair.b.received());
        pair.close();
    }

    @Test
    void theDeathOfANicEndsItsOwnConnectionsAtOnceAndIsFoundByPeers() throws Exception {
        SimulatedPair pair = pair();
        postReceives(pair.b, 1);
        pair.network.kill("right");
        pair.b.pair.postSend(send(9));
        pair.scheduler.runFor(1);
        assertEquals(List.of("RECEIVE 0 FLUSHED", "DISCONNECT 0 FLUSHED"), pair.b.received());
        assertEquals(List.of("SEND 9 DISCONNECTED"), pair.b.ended());
        assertThrows(IOException.class, () -> pair.rightNic.listen("right:again", request -> { }));
        assertEquals(List.of(), pair.a.received());
        pair.scheduler.runFor(FOUND_NANOS);
        assertEquals(List.of("DISCONNECT 0 FLUSHED"), pair.a.received());

        Nic another = new Nic(pair.network.attach("right"));
        SimulatedPair.End end = new SimulatedPair.End(another);
        another.listen("right:test", request -> {
            try {
                request.accept(end.pair);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
        SimulatedPair.End client = new SimulatedPair.End(pair.leftNic);
        pair.leftNic.connect(client.pair, "right:test");
        end.pair.postReceive(1, end.memory, 0, 4);
        client.pair.postSend(send(3));
        pair.scheduler.runFor(HIDDEN_NANOS);
        assertEquals(List.of("SEND 3 SUCCESS"), client.ended());
        another.close();
        pair.close();
    }

    /** The refusal itself may be lost: it is said again, and the sender hears the reason in the end. */
    @Test
    void theReasonOfARefusalIsHeardWhateverIsLost() throws Exception {
        for (long seed = 0; seed < 50; seed++) {
            SimulatedPair pair = new SimulatedPair(FaultRates.hidden(0.3, 0, 0, 0, 0, 1), CONFIG, seed);
            try {
                pair.connected();
            } catch (IOException e) {
                // Nine of thirty in a row may be lost.
                pair.close();
                continue;
            }
            pair.a.pair.postSend(new WorkRequest().write(4, pair.b.memory.address() - 1, pair.b.memory.handle())
                    .gather(pair.a.memory, 0, 4));
            pair.scheduler.runFor(FOUND_NANOS);
            assertEquals(List.of("RDMA_WRITE 4 REMOTE_ACCESS_ERROR"), pair.a.ended(), "seed " + seed);
            assertEquals(List.of("DISCONNECT 0 FLUSHED"), pair.b.received());
            pair.plan.stop();
            pair.close();
        }
    }

    @Test
    void whatWasPostedBeforeClosingIsStillBrought() throws Exception {
        for (long seed = 0; seed < 20; seed++) {
            SimulatedPair pair = new SimulatedPair(FaultRates.hidden(0.1, 0.02, 0.02, 0.02, 0.02, 1_000_000), CONFIG,
                    seed).connected();
            int messages = 100;
            postReceives(pair.b, messages + 1);
            for (int i = 0; i < messages; i++) {
                pair.a.pair.postSend(send(i));
            }
            pair.a.pair.disconnect();
            pair.scheduler.runFor(TimeUnit.SECONDS.toNanos(1));
            List<String> received = pair.b.received();
            assertEquals(messages + 2, received.size(), "seed " + seed);
            assertEquals("RECEIVE 99 SUCCESS", received.get(99));
            assertEquals("RECEIVE 100 FLUSHED", received.get(100));
            pair.plan.stop();
            pair.close();
        }
    }

    @Test
    void connectingSucceedsOrSaysWhyNot() throws Exception {
        SimulatedPair pair = new SimulatedPair(FaultRates.NONE, CONFIG, 1);
        for (String[] expected : new String[][] {{"nowhere:test", "nowhere"}, {"right:other", "nobody listens"}}) {
            SimulatedPair.End end = new SimulatedPair.End(pair.leftNic);
            IOException told = assertThrows(IOException.class, () -> pair.leftNic.connect(end.pair, expected[0]));
            assertTrue(told.getMessage().contains(expected[1]), told.getMessage());
        }
        pair.network.cut("left", "right", Long.MAX_VALUE);
        SimulatedPair.End end = new SimulatedPair.End(pair.leftNic);
        IOException told = assertThrows(IOException.class, () -> pair.leftNic.connect(end.pair, "right:test"));
        assertTrue(told.getMessage().contains("no answer"), told.getMessage());
        assertThrows(IllegalStateException.class, () -> pair.network.attach("left"));
        assertThrows(IOException.class, () -> pair.leftNic.listen("right:test", request -> { }), "another's address");
        pair.network.heal();
        pair.close();
    }

    /** A request for a connection that comes again, late or twice, makes no second one. */
    @Test
    void aConnectionIsMadeOnce() throws Exception {
        for (long seed = 0; seed < 50; seed++) {
            SimulatedPair pair = new SimulatedPair(FaultRates.hidden(0.2, 0.3, 0, 0.1, 0, 1_000_000), CONFIG, seed);
            pair.connected();
            pair.scheduler.runFor(2_000_000);
            assertEquals(1, pair.right.openLinks(), "seed " + seed);
            pair.plan.stop();
            pair.close();
        }
    }

    @Test
    void theSameSeedGivesTheSameTrace() throws Exception {
        long[] hashes = new long[2];
        for (int i = 0; i < hashes.length; i++) {
            SimulatedPair pair = new SimulatedPair(FaultRates.hidden(0.1, 0.1, 0.1, 0.1, 0.1, 1_000_000), CONFIG, 42)
                    .connected();
            postReceives(pair.b, 100);
            for (int j = 0; j < 100; j++) {
                pair.a.pair.postSend(send(j));
            }
            pair.scheduler.runFor(TimeUnit.MILLISECONDS.toNanos(100));
            pair.close();
            hashes[i] = pair.trace.hash();
        }
        assertEquals(hashes[0], hashes[1], () -> Arrays.toString(hashes));
    }

    @Test
    void configurationsThatMeanNothingAreRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> new ReliableLinkConfig(0, 1, 1, 3, 0, 1, 0, 0, 0, true, true, true));
        assertThrows(IllegalArgumentException.class,
                () -> new ReliableLinkConfig(1, 0, 1, 3, 0, 1, 0, 0, 0, true, true, true));
        assertThrows(IllegalArgumentException.class,
                () -> new ReliableLinkConfig(1, 1, 1, 2, 0, 1, 0, 0, 0, true, true, true));
        assertThrows(IllegalArgumentException.class,
                () -> new ReliableLinkConfig(1, 1, 1, 3, -1, 1, 0, 0, 0, true, true, true));
        assertThrows(IllegalArgumentException.class,
                () -> new ReliableLinkConfig(1, 1, 1, 3, 0, 1, 0, -1, 0, true, true, true));
    }
}
