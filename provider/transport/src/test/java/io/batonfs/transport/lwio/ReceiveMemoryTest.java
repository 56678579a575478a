package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.wire.InProcessWire;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** That the books of all classes balance, whoever comes and goes, and that nobody is refused who could be served. */
class ReceiveMemoryTest {
    private static final int LARGE_BYTES = 8192;
    private static final int SMALL_BYTES = 4096;
    private static final int LARGE_BUFFERS = 8;
    private static final int SMALL_BUFFERS = 16;
    private static final int CREDITS = 4;
    private static final List<ReceiveSizeClass> CLASSES = List.of(
            new ReceiveSizeClass(LARGE_BYTES, LARGE_BUFFERS * (LARGE_BYTES + 60L)),
            new ReceiveSizeClass(SMALL_BYTES, SMALL_BUFFERS * (SMALL_BYTES + 60L)));

    private final Nic nic = new Nic(new InProcessWire());
    private final ProtectionDomain domain = nic.allocateDomain();
    private final ReceiveMemory memory = new ReceiveMemory(nic, domain, new LwioServerConfig(
            CREDITS, 4096, CLASSES, 4, 100, 4, 1, 1, 1), new FairCredits());

    /** A connection whose client does nothing, or gives back what it is asked for when it is told to. */
    private final class Peer implements CreditBroker.Member {
        private final ServerCredits credits;
        private final ReceiveMemory.Grant grant;
        private int asked;

        Peer(int sendBytes) throws VerbsException {
            this(memory, CREDITS, sendBytes);
        }

        Peer(ReceiveMemory server, int wished, int sendBytes) throws VerbsException {
            credits = new ServerCredits(wished);
            grant = server.admit(credits, this, wished, sendBytes);
            if (grant != null) {
                credits.begin(grant.credits());
                credits.open();
            }
        }

        int maxWriteBytes() {
            return grant.broker().buffers().sizeClass().maxWriteBytes();
        }

        @Override
        public int outstanding() {
            return 0;
        }

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }

        @Override
        public void offer(int count) {
            throw new AssertionError("nobody has said that he has more to do");
        }

        @Override
        public void ask(int count) {
            asked += count;
        }

        void gives() throws LwioException {
            while (asked > 0) {
                credits.credit(-asked);
                asked--;
                grant.broker().buffers().release(1);
                credits.creditAnswered();
            }
        }

        void leaves() {
            int held = credits.granted();
            grant.broker().forget(credits);
            grant.broker().buffers().release(held);
            grant.broker().comeBack();
        }
    }

    @AfterEach
    void close() {
        memory.close();
        domain.close();
    }

    /** They are authenticated, and say nothing any more: what they took is theirs, all else is others'. */
    @Test
    void whoHoldsAllLargeOnesKeepsNobodyOut() throws Exception {
        List<Peer> hoarders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            hoarders.add(new Peer(LARGE_BYTES));
        }
        assertEquals(List.of(4, 3, 1), hoarders.stream().map(one -> one.grant.credits()).toList());
        assertTrue(hoarders.stream().allMatch(one -> one.maxWriteBytes() == LARGE_BYTES));
        Peer late = new Peer(LARGE_BYTES);
        assertEquals(SMALL_BYTES, late.maxWriteBytes());
        assertTrue(late.grant.smaller());
        assertEquals(4, late.grant.credits());
        Peer modest = new Peer(SMALL_BYTES);
        assertEquals(SMALL_BYTES, modest.maxWriteBytes());
        assertFalse(modest.grant.smaller(), "that is all that it wished for");
        assertEquals(1, memory.smallerGrants());
        hoarders.get(0).leaves();
        assertEquals(LARGE_BYTES, new Peer(LARGE_BYTES).maxWriteBytes(), "there is room for another one");
    }

    /** The third takes the last large one; who has more than he uses is asked for one before the next comes. */
    @Test
    void idleOnesGiveBackBeforeTheNextComes() throws Exception {
        Peer first = new Peer(LARGE_BYTES);
        Peer second = new Peer(LARGE_BYTES);
        Peer third = new Peer(LARGE_BYTES);
        assertEquals(8, first.credits.granted() + second.credits.granted() + third.credits.granted());
        assertEquals(1, first.asked + second.asked + third.asked);
        first.gives();
        second.leaves();
        assertEquals(4, LARGE_BUFFERS - first.credits.granted() - third.credits.granted());
        assertEquals(LARGE_BYTES, new Peer(LARGE_BYTES).maxWriteBytes());
    }

    /**
     * The default's numbers of buffers and credits, with small buffers: whoever gives what he is asked for at once
     * leaves room for as many as a class is worth it for, though the first seven have had almost all of the largest.
     */
    @Test
    void fiftySixConnectionsHaveTheLargestBuffersAndTwoHundredAndTwentyFourTheNext() throws Exception {
        List<ReceiveSizeClass> likeDefault = List.of(new ReceiveSizeClass(16384, 127 * (16384 + 68L)),
                new ReceiveSizeClass(8192, 511 * (8192 + 60L)), new ReceiveSizeClass(4096, 1000 * (4096 + 56L)));
        LwioServerConfig config = new LwioServerConfig(16, 4096, likeDefault, 4, 12_000, 4, 1, 1, 1);
        List<Integer> sizes = new ArrayList<>();
        try (ReceiveMemory server = new ReceiveMemory(nic, domain, config, new FairCredits())) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Peer newcomer = new Peer(server, 16, 1 << 20);
                sizes.add(newcomer.maxWriteBytes());
                peers.add(newcomer);
                for (Peer one : peers) {
                    one.gives();
                }
            }
        }
        assertEquals(Collections.nCopies(56, 16384), sizes.subList(0, 56));
        assertEquals(Collections.nCopies(224, 8192), sizes.subList(56, 280));
        assertEquals(Collections.nCopies(20, 4096), sizes.subList(280, 300));
    }

    @Test
    void nobodyIsRefusedWhileThereIsABufferOfAnySize() throws Exception {
        List<Peer> all = new ArrayList<>();
        int refusals = 0;
        while (all.size() < LARGE_BUFFERS + SMALL_BUFFERS) {
            int reserved = memory.reserved();
            Peer one = new Peer(all.size() % 2 == 0 ? LARGE_BYTES : SMALL_BYTES);
            if (one.grant != null) {
                all.add(one);
            } else {
                assertEquals(LARGE_BUFFERS + SMALL_BUFFERS, reserved);
                assertTrue(++refusals < 100, "it asks for nothing");
                for (Peer other : all) {
                    other.gives();
                }
            }
        }
        assertEquals(LARGE_BUFFERS + SMALL_BUFFERS, memory.granted());
        assertNull(new Peer(SMALL_BYTES).grant, "nobody gives his last");
        all.forEach(Peer::leaves);
        assertEquals(0, memory.reserved());
        assertEquals(0, memory.granted());
        assertNotNull(new Peer(LARGE_BYTES).grant);
    }

    @Test
    void theBooksBalanceWhoeverComesAndGoes() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        Random random = new Random(seed);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    boolean full = memory.reserved() == LARGE_BUFFERS + SMALL_BUFFERS;
                    Peer one = new Peer(random.nextBoolean() ? LARGE_BYTES : 1 + random.nextInt(SMALL_BYTES));
                    assertEquals(full, one.grant == null, "seed " + seed);
                    if (one.grant != null) {
                        peers.add(one);
                    }
                }
                case 2 -> {
                    if (!peers.isEmpty()) {
                        peers.get(random.nextInt(peers.size())).gives();
                    }
                }
                default -> {
                    if (!peers.isEmpty()) {
                        peers.remove(random.nextInt(peers.size())).leaves();
                    }
                }
            }
            int held = peers.stream().mapToInt(one -> one.credits.granted()).sum();
            assertEquals(held, memory.reserved(), "seed " + seed);
            assertEquals(held, memory.granted(), "seed " + seed);
            assertTrue(memory.madeBytes() <= CLASSES.stream().mapToLong(ReceiveSizeClass::budgetBytes).sum());
        }
        peers.forEach(Peer::leaves);
        assertEquals(0, memory.reserved());
    }
}
