package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Both halves of a ring on the same memory, by one thread, step by step as a seed says. */
class RingTest {
    private static final RingLayout LAYOUT = new RingLayout(32, 4096);
    private static final int MAX_BYTES = 12_000;
    /** Worth some patience. */
    private static final int LARGE_BYTES = 20_000;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(LAYOUT.totalBytes() + 4096);
    private final RingMemory memory = new RingMemory(bytes.alignedSlice(4096).limit(LAYOUT.totalBytes()).slice());
    private final RingProducer producer = new RingProducer(memory, LAYOUT, RingEnd.LISTENING);
    private final Queue<byte[]> expected = new ArrayDeque<>();
    private long arrived;

    /** Takes each message by pieces, and compares it with what was sent. */
    private final class Receiver implements WireEndpoint, Arrival {
        private ByteBuffer message;

        @Override
        public WorkStatus deliver(InboundMessage inbound) {
            throw new AssertionError("inline messages need a region; none is sent here");
        }

        @Override
        public Arrival arrive(InboundMessage head) {
            message = ByteBuffer.allocate(head.lengthBytes());
            return this;
        }

        @Override
        public WorkStatus status() {
            return WorkStatus.SUCCESS;
        }

        @Override
        public int missingBytes() {
            return message.remaining();
        }

        @Override
        public void take(ByteBuffer source) {
            message.put(source);
        }

        @Override
        public int take(ReadableByteChannel source) throws IOException {
            return source.read(message);
        }

        @Override
        public WorkStatus finish() {
            assertEquals(ByteBuffer.wrap(expected.remove()), message.flip(), "message " + arrived);
            arrived++;
            return WorkStatus.SUCCESS;
        }

        @Override
        public void abandon() {
            throw new AssertionError();
        }

        @Override
        public void ring() {
            throw new AssertionError();
        }

        @Override
        public void transmitted(WorkStatus status) {
            throw new AssertionError();
        }

        @Override
        public void peerGone() {
            throw new AssertionError();
        }
    }

    private final RingConsumer consumer = new RingConsumer(memory, LAYOUT, RingEnd.CONNECTING, new Receiver(),
            LARGE_BYTES, true, new RingConsumer.Listener() {
                @Override
                public void beforeMessage(long word) {
                    assertTrue(arrived >= 0);
                }

                @Override
                public void refuse(WorkStatus status) {
                    throw new AssertionError(status);
                }
            });

    /** A message as it is when it has waited: what a queue gives back. */
    private OutgoingMessage message(int length) {
        ByteBuffer head = ByteBuffer.allocate(OutgoingMessage.HEAD_BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putInt(RingSlot.Kind.RDMA_WRITE.ordinal()).putInt(0).putInt(length).clear();
        OutgoingMessage message = new OutgoingMessage();
        message.decode(head);
        return message;
    }

    @Test
    void everyMessageArrivesWholeAndInOrderWhateverTheRoom() throws Exception {
        long seed = Long.getLong("shm.seed", System.nanoTime());
        System.out.println("RingTest: -Dshm.seed=" + seed);
        Random random = new Random(seed);
        OutgoingMessage current = message(0);
        ByteBuffer rest = null;
        int full = 0;
        while (arrived < 3_000) {
            // Longer stretches of one side, so that the ring runs full and empty.
            for (int i = random.nextInt(40); i > 0; i--) {
                if (rest == null) {
                    byte[] sent = new byte[97 + random.nextInt(random.nextBoolean() ? 200 : MAX_BYTES - 97)];
                    random.nextBytes(sent);
                    expected.add(sent);
                    current = message(sent.length);
                    rest = ByteBuffer.wrap(sent);
                }
                ByteBuffer from = rest;
                boolean all = producer.put(current, (target, length) -> {
                    target.put(from.slice(from.position(), length));
                    from.position(from.position() + length);
                });
                if (!all) {
                    full++;
                    break;
                }
                assertFalse(rest.hasRemaining());
                rest = null;
            }
            for (int i = random.nextInt(40); i > 0 && consumer.isReady(); i--) {
                consumer.take(1 + random.nextInt(3));
            }
        }
        assertTrue(full > 100, "the ring was hardly ever full: " + full);
    }

    /** A connection whose peer takes, or which somebody waits for, as a test says. */
    private final class Owner implements RingSender.Owner {
        boolean peerTakes;
        /** Slots that the peer takes with each look of a patient one. */
        int takenByLook;
        int looks;
        int looksAllowed = Integer.MAX_VALUE;
        int delivered;
        /** So many messages of the peer are delivered meanwhile. */
        int deliveredByLook;

        @Override
        public void ring() {
            if (peerTakes) {
                take(LAYOUT.slots());
            }
        }

        @Override
        public int deliveredCount() {
            return delivered;
        }

        @Override
        public boolean isWaitedFor() {
            looks++;
            delivered += deliveredByLook;
            if (takenByLook > 0) {
                take(takenByLook);
            }
            return looks > looksAllowed;
        }
    }

    private void take(int slots) {
        try {
            consumer.take(slots);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private final Owner owner = new Owner();

    private RingSender sender(Patience patience) {
        return new RingSender(memory, LAYOUT, RingEnd.LISTENING, new SendBuffer(new SendBuffer.Pool(1 << 20), 1 << 20),
                patience, new SharedMemoryCounters(), owner);
    }

    private MemoryRegion source(Nic nic, int messages) throws IOException {
        byte[] sent = new byte[messages * LARGE_BYTES];
        new Random(7).nextBytes(sent);
        MemoryRegion source = nic.allocateDomain().allocate(sent.length, Set.of());
        source.put(0, ByteBuffer.wrap(sent), 0, sent.length);
        for (int i = 0; i < messages; i++) {
            expected.add(Arrays.copyOfRange(sent, i * LARGE_BYTES, (i + 1) * LARGE_BYTES));
        }
        return source;
    }

    private static boolean send(RingSender sender, MemoryRegion source, int i) throws IOException {
        boolean isIn = sender.send(new WorkRequest().write(i, 0, 0).gather(source, i * LARGE_BYTES, LARGE_BYTES)
                .signaledIfLater());
        sender.endLending();
        return isIn;
    }

    /** The peer takes whenever it is rung for, so who has patience gets all in; nothing overtakes what waits. */
    @Test
    void whatWaitsGoesBeforeWhatIsSentPatiently() throws Exception {
        try (Nic nic = new Nic(new InProcessWire())) {
            MemoryRegion source = source(nic, 3);
            RingSender sender = sender(Patience.USUAL);
            for (int i = 0; i < 3; i++) {
                // Two have to wait for a peer that takes nothing.
                owner.peerTakes = i == 2;
                assertEquals(i == 2, send(sender, source, i));
                assertEquals(i < 2, sender.isBlocked());
                assertTrue(i == 2 || arrived == 0);
            }
            while (arrived < 2 && consumer.isReady()) {
                consumer.take(1);
            }
            assertTrue(consumer.takeAcknowledgeAtOnce(), "who has to wait wants to hear soon");
            while (consumer.isReady()) {
                consumer.take(LAYOUT.slots());
            }
            assertEquals(3, arrived);
            assertFalse(consumer.takeAcknowledgeAtOnce(), "it is in, and has ended: nobody waits for that");
        }
    }

    /** However willing the peer. */
    @Test
    void nobodyIsPatientWhileSomebodyWaitsForHim() throws Exception {
        try (Nic nic = new Nic(new InProcessWire())) {
            MemoryRegion source = source(nic, 1);
            owner.takenByLook = 1;
            owner.looksAllowed = 2;
            RingSender sender = sender(new Patience(1, 1 << 20, Integer.MAX_VALUE, Integer.MAX_VALUE, 1));
            assertFalse(send(sender, source, 0));
            assertEquals(4, owner.looks, "two, and one while he is waited for");
            assertTrue(sender.isBlocked());
            while (sender.isBlocked()) {
                take(LAYOUT.slots());
                sender.pump();
            }
            take(LAYOUT.slots());
            assertEquals(1, arrived);
        }
    }

    /** Who posts puts in what others have left only as far as that is little. */
    @Test
    void nobodyIsPatientBehindMuch() throws Exception {
        try (Nic nic = new Nic(new InProcessWire())) {
            MemoryRegion source = source(nic, 4);
            RingSender sender = sender(new Patience(1, 2 * LARGE_BYTES, 5, 5, 5));
            for (int i = 0; i < 3; i++) {
                owner.looks = 0;
                assertFalse(send(sender, source, i));
                assertEquals(5, owner.looks, "behind " + i);
            }
            owner.looks = 0;
            owner.peerTakes = true;
            assertFalse(send(sender, source, 3));
            assertEquals(0, owner.looks);
            assertEquals(0, arrived);
            while (sender.isBlocked()) {
                take(LAYOUT.slots());
                sender.pump();
            }
            take(LAYOUT.slots());
            assertEquals(4, arrived);
        }
    }

    /** Slots hold its low 16 bits, so it must not be told as it was when the patience began. */
    @Test
    void whatIsSentPatientlyTellsWhatHasBeenDeliveredMeanwhile() throws Exception {
        try (Nic nic = new Nic(new InProcessWire())) {
            MemoryRegion source = source(nic, 1);
            RingSender sender = sender(new Patience(1, 1 << 20, Integer.MAX_VALUE, Integer.MAX_VALUE, 0));
            owner.takenByLook = 1;
            owner.delivered = 7;
            owner.deliveredByLook = 40_000;
            assertTrue(send(sender, source, 0));
            assertEquals(7 + 40_000 * owner.looks, sender.shownDelivered());
        }
    }
}
