package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Receives that queue pairs share: who may take how many, and that none is lost. */
abstract class SharedReceivesContract extends RefusalsContract {
    /** Two connections whose ends at {@code right} share a receive queue of that many receives. */
    private final class Sharing implements AutoCloseable {
        final ProtectionDomain domain = right.allocateDomain();
        final SharedReceiveQueue queue;
        final Side[] clients = new Side[2];
        final CompletionQueue[] receives = new CompletionQueue[2];
        final QueuePair[] pairs = new QueuePair[2];
        final MemoryRegion memory = domain.allocate(64 * 8, LOCAL);

        Sharing(int maxReceives, int own, int allowed) throws IOException {
            queue = right.createSharedReceiveQueue(domain, maxReceives);
            for (int i = 0; i < 2; i++) {
                clients[i] = new Side(left, 64, 64);
                receives[i] = right.createCompletionQueue();
                pairs[i] = right.createQueuePair(new QueuePairOptions(domain, receives[i], receives[i], 64, own, "pair " + i,
                        queue, allowed));
                connect(clients[i], pairs[i]);
            }
        }

        void post(int id) throws VerbsException {
            queue.postReceive(id, memory, id * 8, 8);
        }

        void send(int from, int value) throws VerbsException {
            clients[from].pair.postSend(new WorkRequest().send(value).inline(
                    ByteBuffer.wrap(new byte[] {(byte) value}), 0, 1));
        }

        /** The id of the receive that a message has taken up. */
        int received(int at, int value) throws InterruptedException {
            WorkCompletion got = next(receives[at]);
            assertEquals(WorkStatus.SUCCESS, got.status());
            assertEquals(pairs[at], got.queuePair());
            assertEquals(value, memory.buffer().get((int) got.id() * 8));
            return (int) got.id();
        }

        void assertNotReady(int from) throws InterruptedException {
            assertEquals(WorkOpcode.DISCONNECT, next(clients[from].receives).opcode());
            assertEquals(WorkStatus.RECEIVER_NOT_READY, clients[from].pair.cause());
            assertNext(receives[from], WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
            assertEquals(0, receives[from].size(), "nothing comes after DISCONNECT");
        }

        @Override
        public void close() {
            for (int i = 0; i < 2; i++) {
                clients[i].pair.disconnect();
                pairs[i].disconnect();
                clients[i].domain.close();
            }
            queue.close();
            domain.close();
        }
    }

    @Test
    void sharedReceivesAreTakenUpByWhoeverIsSentTo() throws Exception {
        try (Sharing sharing = new Sharing(4, 0, QueuePairOptions.UNBOUNDED)) {
            for (int id = 0; id < 4; id++) {
                sharing.post(id);
            }
            assertThrows(VerbsException.class, () -> sharing.post(4), "it is full");
            sharing.send(0, 10);
            assertEquals(3, sharing.received(0, 10), "the one posted last is the warmest");
            sharing.send(1, 11);
            sharing.send(1, 12);
            assertEquals(2, sharing.received(1, 11));
            assertEquals(1, sharing.received(1, 12));
            assertEquals(1, sharing.queue.size());
            sharing.post(2);
            sharing.send(0, 13);
            assertEquals(2, sharing.received(0, 13));
        }
    }

    @Test
    void anEmptySharedQueueEndsWhoSendsAndNobodyElse() throws Exception {
        try (Sharing sharing = new Sharing(4, 0, QueuePairOptions.UNBOUNDED)) {
            sharing.post(0);
            sharing.send(1, 5);
            sharing.received(1, 5);
            sharing.send(0, 6);
            sharing.assertNotReady(0);
            sharing.post(0);
            sharing.send(1, 7);
            sharing.received(1, 7);
        }
    }

    @Test
    void theEndOfAQueuePairFlushesNothingOfASharedQueue() throws Exception {
        try (Sharing sharing = new Sharing(4, 1, QueuePairOptions.UNBOUNDED)) {
            sharing.post(1);
            sharing.post(2);
            sharing.pairs[0].postReceive(3, sharing.memory, 24, 8);
            sharing.clients[0].pair.disconnect();
            assertNext(sharing.receives[0], WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 3);
            assertNext(sharing.receives[0], WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
            assertEquals(2, sharing.queue.size());
            sharing.send(1, 5);
            assertEquals(2, sharing.received(1, 5));
        }
    }

    @Test
    void aQueuePairTakesItsOwnReceivesFirstAndThenOnlyWhatItIsAllowed() throws Exception {
        try (Sharing sharing = new Sharing(4, 1, 0)) {
            sharing.post(1);
            sharing.post(2);
            sharing.pairs[0].postReceive(3, sharing.memory, 24, 8);
            assertThrows(VerbsException.class, () -> sharing.pairs[0].postReceive(4, sharing.memory, 32, 8));
            sharing.send(0, 5);
            assertEquals(3, sharing.received(0, 5));
            assertTrue(sharing.pairs[0].allowReceives(3));
            assertEquals(2, sharing.pairs[0].withdrawReceives(2));
            sharing.send(0, 6);
            assertEquals(2, sharing.received(0, 6));
            assertEquals(0, sharing.pairs[0].withdrawReceives(1), "it is taken up");
            sharing.send(0, 7);
            sharing.assertNotReady(0);
            assertEquals(1, sharing.queue.size(), "others have it still");

            sharing.pairs[1].allowReceives(5);
            sharing.send(1, 8);
            assertEquals(1, sharing.received(1, 8));
            assertEquals(4, sharing.pairs[1].endAllowedReceives());
            assertEquals(0, sharing.pairs[1].endAllowedReceives());
            assertFalse(sharing.pairs[1].allowReceives(1), "it was ended");
            sharing.post(1);
            sharing.send(1, 9);
            sharing.assertNotReady(1);
        }
    }

    @Test
    void immediateDataTakesUpASharedReceiveAndAWriteThatIsRefusedGivesItBack() throws Exception {
        try (Sharing sharing = new Sharing(4, 0, QueuePairOptions.UNBOUNDED)) {
            MemoryRegion target = sharing.domain.allocate(8, REMOTE);
            MemoryRegion source = region(sharing.clients[0], Set.of(), new byte[] {1, 2, 3});
            WorkRequest write = new WorkRequest();
            sharing.post(1);
            sharing.clients[0].pair.postSend(write.writeWithImmediate(1, target.address(), target.handle(), 7)
                    .gather(source, 0, 3));
            assertNext(sharing.receives[0], WorkOpcode.RECEIVE_WITH_IMMEDIATE, WorkStatus.SUCCESS, 1);
            sharing.post(2);
            sharing.clients[0].pair.postSend(write.writeWithImmediate(2, target.address() + 6, target.handle(), 7)
                    .gather(source, 0, 3));
            assertNext(sharing.receives[0], WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 2);
            assertNext(sharing.receives[0], WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
            assertEquals(WorkStatus.REMOTE_ACCESS_ERROR, sharing.pairs[0].cause());
            assertArrayEquals(new byte[] {1, 2, 3, 0, 0, 0, 0, 0}, contents(target));

            MemoryRegion other = region(sharing.clients[1], Set.of(), new byte[] {9});
            sharing.clients[1].pair.postSend(write.writeWithImmediate(3, target.address(), target.handle(), 7)
                    .gather(other, 0, 1));
            sharing.assertNotReady(1);
            assertEquals(1, contents(target)[0], "nothing is written without a receive");
        }
    }

    @Test
    void anArrivalThatIsAbandonedGivesItsSharedReceiveBack() throws Exception {
        try (Sharing sharing = new Sharing(4, 0, QueuePairOptions.UNBOUNDED)) {
            MemoryRegion target = sharing.domain.allocate(8, REMOTE);
            sharing.post(1);
            sharing.post(2);
            Arrival send = sharing.pairs[0].endpoint().arrive(new WorkRequest().send(1)
                    .inline(ByteBuffer.allocate(8), 0, 8));
            Arrival write = sharing.pairs[1].endpoint().arrive(new WorkRequest()
                    .writeWithImmediate(1, target.address(), target.handle(), 0).inline(ByteBuffer.allocate(8), 0, 8));
            assertEquals(0, sharing.queue.size());
            for (QueuePair pair : sharing.pairs) {
                pair.disconnect();
            }
            assertEquals(0, sharing.receives[0].size() + sharing.receives[1].size(), "the end is not told before");
            send.abandon();
            write.abandon();
            assertNext(sharing.receives[0], WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 2);
            assertNext(sharing.receives[0], WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
            assertNext(sharing.receives[1], WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 1);
            assertNext(sharing.receives[1], WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        }
    }

    @Test
    void theLimitOfASharedQueueIsToldOnce() throws Exception {
        try (Sharing sharing = new Sharing(4, 0, QueuePairOptions.UNBOUNDED)) {
            Semaphore told = new Semaphore(0);
            assertFalse(sharing.queue.armLimit(1, told::release), "there are fewer already");
            for (int id = 0; id < 4; id++) {
                sharing.post(id);
            }
            assertTrue(sharing.queue.armLimit(3, told::release));
            sharing.send(0, 1);
            sharing.received(0, 1);
            assertEquals(0, told.availablePermits(), "three are left");
            sharing.send(1, 2);
            sharing.received(1, 2);
            told.acquire();
            sharing.send(0, 3);
            sharing.received(0, 3);
            sharing.post(1);
            sharing.post(2);
            assertTrue(sharing.queue.armLimit(3, () -> {
                try {
                    sharing.post(3);
                    told.release();
                } catch (VerbsException e) {
                    throw new AssertionError(e);
                }
            }));
            sharing.send(0, 4);
            sharing.received(0, 4);
            told.acquire();
            assertEquals(3, sharing.queue.size());
            assertEquals(0, told.availablePermits());
        }
    }

    @Test
    void aSharedQueueKeepsToItsProtectionDomain() throws Exception {
        try (Sharing sharing = new Sharing(1, 0, QueuePairOptions.UNBOUNDED)) {
            MemoryRegion foreign = b.domain.allocate(8, LOCAL);
            assertThrows(VerbsException.class, () -> sharing.queue.postReceive(1, foreign, 0, 8));
            MemoryRegion silent = sharing.domain.allocate(8, Set.of());
            assertThrows(VerbsException.class, () -> sharing.queue.postReceive(1, silent, 0, 8));
            assertThrows(IndexOutOfBoundsException.class, () -> sharing.queue.postReceive(1, sharing.memory, 512, 1));
            assertThrows(IllegalArgumentException.class, () -> new QueuePairOptions(b.domain, b.receives, b.receives, 1,
                    1, null).takingFrom(sharing.queue, 1));
            assertThrows(IllegalArgumentException.class, () -> left.createSharedReceiveQueue(sharing.domain, 1));
            assertThrows(IllegalArgumentException.class, () -> right.createSharedReceiveQueue(sharing.domain, 0));
            sharing.post(0);
            sharing.queue.close();
            assertEquals(0, sharing.queue.size());
            assertThrows(VerbsException.class, () -> sharing.post(0));
            sharing.send(0, 1);
            sharing.assertNotReady(0);
        }
    }

    /** Whom it has heard first, in a receive of its own, it may send to the one queue or the other. */
    @Test
    void aSharedQueueMayBeChosenOnceThePeerIsKnown() throws Exception {
        try (Sharing sharing = new Sharing(2, 0, 0)) {
            SharedReceiveQueue other = right.createSharedReceiveQueue(sharing.domain, 1);
            other.postReceive(7, sharing.memory, 7 * 8, 8);
            CompletionQueue receives = right.createCompletionQueue();
            Side client = new Side(left, 64, 64);
            QueuePair pair = right.createQueuePair(
                    new QueuePairOptions(sharing.domain, receives, receives, 4, 1, null));
            pair.postReceive(6, sharing.memory, 6 * 8, 8);
            connect(client, pair);
            client.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.wrap(new byte[] {1}), 0, 1));
            assertNext(receives, WorkOpcode.RECEIVE, WorkStatus.SUCCESS, 6);
            assertThrows(IllegalArgumentException.class,
                    () -> pair.takeFrom(left.createSharedReceiveQueue(b.domain, 1)));
            pair.takeFrom(other);
            assertThrows(IllegalStateException.class, () -> pair.takeFrom(sharing.queue));
            assertThrows(IllegalStateException.class, () -> sharing.pairs[0].takeFrom(other));
            sharing.post(0);
            assertTrue(pair.allowReceives(2));
            client.pair.postSend(new WorkRequest().send(2).inline(ByteBuffer.wrap(new byte[] {2}), 0, 1));
            assertNext(receives, WorkOpcode.RECEIVE, WorkStatus.SUCCESS, 7);
            assertEquals(2, sharing.memory.buffer().get(7 * 8));
            assertEquals(1, sharing.queue.size(), "nobody has taken of that one");
            // One more is allowed, but the queue is empty: the other one is none of its affair.
            client.pair.postSend(new WorkRequest().send(3).inline(ByteBuffer.wrap(new byte[] {3}), 0, 1));
            assertEquals(WorkOpcode.DISCONNECT, next(client.receives).opcode());
            assertEquals(WorkStatus.RECEIVER_NOT_READY, client.pair.cause());
            assertEquals(1, sharing.queue.size());
            pair.disconnect();
            client.domain.close();
            other.close();
        }
    }

    /** The queue is as short as what is allowed, so that a receive lost, or taken by the wrong one, is missed at once. */
    @Test
    void noReceiveOfASharedQueueIsLostAmongThreads() throws Exception {
        int each = 4000;
        int allowed = 4;
        try (Sharing sharing = new Sharing(2 * allowed, 0, allowed)) {
            for (int id = 0; id < 2 * allowed; id++) {
                sharing.post(id);
            }
            List<Thread> threads = new ArrayList<>();
            ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < 2; i++) {
                int at = i;
                Semaphore credits = new Semaphore(allowed);
                threads.add(new Thread(() -> {
                    try {
                        ByteBuffer message = ByteBuffer.allocate(8);
                        for (int n = 0; n < each; n++) {
                            credits.acquire();
                            postOnceThereIsRoom(sharing.clients[at].pair, new WorkRequest().send(0)
                                    .inline(message.putInt(0, at).putInt(4, n), 0, 8));
                        }
                    } catch (InterruptedException | AssertionError e) {
                        wrong.add(e);
                    }
                }));
                threads.add(new Thread(() -> {
                    try {
                        ByteBuffer memory = sharing.memory.buffer().duplicate();
                        for (int n = 0; n < each; n++) {
                            WorkCompletion got = next(sharing.receives[at]);
                            assertEquals(WorkStatus.SUCCESS, got.status());
                            assertEquals(at, memory.getInt((int) got.id() * 8));
                            assertEquals(n, memory.getInt((int) got.id() * 8 + 4));
                            sharing.post((int) got.id());
                            sharing.pairs[at].allowReceives(1);
                            credits.release();
                        }
                    } catch (InterruptedException | VerbsException | AssertionError e) {
                        wrong.add(e);
                        credits.release(each);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), List.copyOf(wrong));
            assertEquals(2 * allowed, sharing.queue.size());
        }
    }
}
