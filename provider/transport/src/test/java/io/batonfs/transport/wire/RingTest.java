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
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** The peer takes whenever it is rung for, so who has patience gets all in; nothing overtakes what waits. */
    @Test
    void whatWaitsGoesBeforeWhatIsSentPatiently() throws Exception {
        try (Nic nic = new Nic(new InProcessWire())) {
            byte[] sent = new byte[3 * LARGE_BYTES];
            new Random(7).nextBytes(sent);
            MemoryRegion source = nic.allocateDomain().allocate(sent.length, Set.of());
            source.put(0, ByteBuffer.wrap(sent), 0, sent.length);
            AtomicBoolean peerTakes = new AtomicBoolean();
            RingSender sender = new RingSender(memory, LAYOUT, RingEnd.LISTENING,
                    new SendBuffer(new SendBuffer.Pool(1 << 20), 1 << 20), true, new SharedMemoryCounters(), () -> {
                        if (peerTakes.get()) {
                            consumer.take(LAYOUT.slots());
                        }
                    });
            for (int i = 0; i < 3; i++) {
                expected.add(Arrays.copyOfRange(sent, i * LARGE_BYTES, (i + 1) * LARGE_BYTES));
                // Two have to wait for a peer that takes nothing.
                peerTakes.set(i == 2);
                boolean isIn = sender.send(new WorkRequest().write(i, 0, 0).gather(source, i * LARGE_BYTES, LARGE_BYTES),
                        0);
                sender.endLending();
                assertEquals(i == 2, isIn);
                assertEquals(i < 2, sender.isBlocked());
                assertTrue(i == 2 || arrived == 0);
            }
            while (consumer.isReady()) {
                consumer.take(LAYOUT.slots());
            }
            assertEquals(3, arrived);
        }
    }
}
