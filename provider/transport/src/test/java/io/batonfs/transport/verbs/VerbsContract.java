package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every wire has to keep (LW-15): this, and what the contracts say that it extends, one for each subject. Subclasses
 * bring two NICs that reach each other.
 */
@Timeout(60)
public abstract class VerbsContract extends MetricsContract {
    @Test
    void aSendFillsTheReceivePostedFirst() throws Exception {
        MemoryRegion target = b.domain.allocate(16, LOCAL);
        b.pair.postReceive(5, target, 8, 8);
        b.pair.postReceive(6, target, 0, 8);
        MemoryRegion source = region(a, Set.of(), new byte[] {1, 2, 3, 4});
        a.pair.postSend(new WorkRequest().send(9).gather(source, 1, 3).signaled());
        assertNext(a.sends, WorkOpcode.SEND, WorkStatus.SUCCESS, 9);
        WorkCompletion got = next(b.receives);
        assertEquals(5, got.id());
        assertEquals(3, got.lengthBytes());
        assertEquals(b.pair, got.queuePair());
        assertEquals(b, got.queuePair().attachment());
        assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 4, 0, 0, 0, 0, 0}, contents(target));
    }

    @Test
    void inlineAndGatheredBytesFollowEachOther() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        b.pair.postReceive(1, target, 0, 8);
        MemoryRegion one = region(a, Set.of(), new byte[] {3, 4});
        MemoryRegion two = region(a, Set.of(), new byte[] {5, 6, 7});
        ByteBuffer inline = ByteBuffer.wrap(new byte[] {1, 2});
        WorkRequest request = new WorkRequest().send(1).inline(inline, 0, 2).gather(one, 0, 2).gather(two, 0, 3);
        inline.put(0, (byte) 99);
        a.pair.postSend(request);
        assertEquals(7, next(b.receives).lengthBytes());
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 0}, contents(target));
        assertEquals(0, a.sends.size(), "an unsignaled success gives no completion");
    }

    @Test
    void anRdmaWriteIsSilentAndOneWithImmediateIsNot() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        MemoryRegion source = region(a, Set.of(), new byte[] {1, 2, 3});
        b.pair.postReceive(4, b.domain.allocate(1, LOCAL), 0, 1);
        a.pair.postSend(new WorkRequest().write(1, target.address() + 5, target.handle()).gather(source, 0, 3));
        a.pair.postSend(new WorkRequest().writeWithImmediate(2, target.address(), target.handle(), 0xCAFE)
                .gather(source, 0, 2).signaled());
        WorkCompletion got = next(b.receives);
        assertEquals(WorkOpcode.RECEIVE_WITH_IMMEDIATE, got.opcode());
        assertEquals(4, got.id());
        assertEquals(0xCAFE, got.immediate());
        assertEquals(2, got.lengthBytes());
        assertArrayEquals(new byte[] {1, 2, 0, 0, 0, 1, 2, 3}, contents(target));
        assertNext(a.sends, WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, WorkStatus.SUCCESS, 2);
        assertEquals(0, b.receives.size());
    }

    /** LW-7: a client polls memory that the server writes data to, and then a status. */
    @Test
    void whoSeesAWordSeesAllOfItAndAllThatWasWrittenBefore() throws Exception {
        int rounds = 1000;
        MemoryRegion data = b.domain.allocate(1024, REMOTE);
        MemoryRegion words = b.domain.allocate(24, REMOTE);
        AtomicInteger seen = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        List<String> wrong = new ArrayList<>();
        Thread reader = new Thread(() -> {
            byte[] found = new byte[1024];
            for (int round = 1; round <= rounds && !stop.get(); round++) {
                long word = words.getWord(8);
                while ((int) word != round && !stop.get()) {
                    if ((int) word != (int) (word >>> 32)) {
                        wrong.add("half a word: " + Long.toHexString(word));
                    }
                    Thread.yield();
                    word = words.getWord(8);
                }
                data.buffer().get(0, found);
                for (byte one : found) {
                    if (one != (byte) round && !stop.get()) {
                        wrong.add("round " + round + " sees data of " + one);
                        break;
                    }
                }
                seen.set(round);
            }
        });
        reader.start();
        try {
            MemoryRegion source = a.domain.allocate(1024, EnumSet.noneOf(AccessRight.class));
            MemoryRegion word = a.domain.allocate(8, EnumSet.noneOf(AccessRight.class));
            for (int round = 1; round <= rounds; round++) {
                byte[] bytes = new byte[1024];
                Arrays.fill(bytes, (byte) round);
                source.buffer().put(0, bytes);
                word.setWord(0, (long) round << 32 | round);
                a.pair.postSendQuietly(new WorkRequest().write(1, data.address(), data.handle())
                        .gather(source, 0, 1024));
                WorkRequest status = new WorkRequest().write(2, words.address() + 8, words.handle());
                a.pair.postSend((round % 2 == 0 ? status.gather(word, 0, 8) : status.inline(word.buffer(), 0, 8))
                        .signaled());
                while (seen.get() < round && reader.isAlive()) {
                    Thread.yield();
                }
                assertNext(a.sends, WorkOpcode.RDMA_WRITE, WorkStatus.SUCCESS, 2);
            }
        } finally {
            stop.set(true);
            reader.join();
        }
        assertEquals(List.of(), wrong);
        assertEquals(0, words.getWord(0));
        assertEquals(0, words.getWord(16));
    }

    /** A wire that meets a fault right after abandons all that it has begun. */
    @Test
    void whatHasArrivedIsNotGivenBackAsWell() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        b.pair.postReceive(7, target, 0, 8);
        Arrival arrival = b.pair.endpoint().arrive(new WorkRequest().send(1).inline(ByteBuffer.allocate(8), 0, 8));
        arrival.take(ByteBuffer.allocate(8));
        assertEquals(WorkStatus.SUCCESS, arrival.finish());
        arrival.abandon();
        assertEquals(WorkStatus.SUCCESS, arrival.finish());
        assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.SUCCESS, 7);
        assertEquals(0, b.receives.size());
        assertEquals(QueuePairState.READY_TO_SEND, b.pair.state());
    }

    @Test
    void aWordThatComesInPiecesIsSeenOnceAllOfThemHaveCome() throws Exception {
        MemoryRegion target = b.domain.allocate(16, REMOTE);
        byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
        WorkRequest head = new WorkRequest().write(1, target.address() + 8, target.handle())
                .inline(ByteBuffer.wrap(bytes), 0, 8);
        Arrival arrival = b.pair.endpoint().arrive(head);
        ByteBuffer pieces = ByteBuffer.wrap(bytes);
        arrival.take(pieces.limit(3));
        assertEquals(0, target.getWord(8));
        assertEquals(5, arrival.missingBytes());
        ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(bytes, 3, 4));
        assertEquals(4, arrival.take(channel));
        assertEquals(0, target.getWord(8));
        arrival.take(pieces.limit(8).position(7));
        assertEquals(WorkStatus.SUCCESS, arrival.finish());
        assertEquals(0x0807060504030201L, target.getWord(8));
        assertThrows(IllegalArgumentException.class, () -> target.getWord(4));
        assertThrows(IndexOutOfBoundsException.class, () -> target.getWord(9));
    }

    @Test
    void anIndirectRegionIsOneRangeOfAddresses() throws Exception {
        ByteBuffer first = ByteBuffer.allocateDirect(10).position(4).limit(7);
        ByteBuffer second = ByteBuffer.allocateDirect(5);
        MemoryRegion target = b.domain.register(REMOTE, first, second);
        assertEquals(8, target.lengthBytes());
        b.pair.postReceive(1, b.domain.allocate(1, LOCAL), 0, 1);
        MemoryRegion source = region(a, Set.of(), new byte[] {1, 2, 3, 4, 5, 6});
        a.pair.postSend(new WorkRequest().writeWithImmediate(1, target.address() + 1, target.handle(), 0)
                .gather(source, 0, 6));
        next(b.receives);
        byte[] one = new byte[10];
        first.clear().get(0, one);
        byte[] two = new byte[5];
        second.get(0, two);
        assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 1, 2, 0, 0, 0}, one);
        assertArrayEquals(new byte[] {3, 4, 5, 6, 0}, two);

        MemoryRegion gathered = b.domain.register(Set.of(), first.position(5).limit(7), second);
        MemoryRegion back = a.domain.allocate(8, LOCAL);
        a.pair.postReceive(1, back, 0, 8);
        b.pair.postSend(new WorkRequest().send(1).gather(gathered, 1, 4));
        next(a.receives);
        assertArrayEquals(new byte[] {2, 3, 4, 5, 0, 0, 0, 0}, contents(back));
    }

    /** What {@code postSend} said holds, whatever comes after: one word about each, by it or by a completion. */
    @Test
    void memoryIsFreeWhenItSaysSoAndOtherwiseWhenACompletionDoes() throws Exception {
        int messages = 16;
        MemoryRegion target = b.domain.allocate(messages * 8, LOCAL);
        for (int i = 0; i < messages; i++) {
            b.pair.postReceive(i, target, i * 8, 8);
        }
        MemoryRegion source = region(a, Set.of(), new byte[8]);
        for (int i = 0; i < messages; i++) {
            source.buffer().put(0, (byte) i);
            if (!a.pair.postSend(new WorkRequest().send(100 + i).gather(source, 0, 8).signaledIfLater())) {
                assertNext(a.sends, WorkOpcode.SEND, WorkStatus.SUCCESS, 100 + i);
            }
        }
        source.buffer().put(0, (byte) 99);
        for (int i = 0; i < messages; i++) {
            assertEquals(i, next(b.receives).id());
            assertEquals(i, target.buffer().get(i * 8), "message " + i + " has the bytes of a later one");
        }
    }

    @Test
    void aRequestWhoseMemoryIsFreeIsNotAnnouncedWhenItFails() throws Exception {
        MemoryRegion source = region(a, Set.of(), new byte[8]);
        boolean free = a.pair.postSend(new WorkRequest().send(1).gather(source, 0, 8).signaledIfLater());
        assertEquals(WorkOpcode.DISCONNECT, next(a.receives).opcode(), "nothing was posted to receive it");
        assertEquals(WorkStatus.RECEIVER_NOT_READY, a.pair.cause());
        assertEquals(free ? 0 : 1, a.sends.size());
    }

    @Test
    void disconnectingFlushesReceivesOnBothSides() throws Exception {
        a.pair.postReceive(1, a.domain.allocate(8, LOCAL), 0, 8);
        b.pair.postReceive(2, b.domain.allocate(8, LOCAL), 0, 8);
        b.pair.postReceive(3, b.domain.allocate(8, LOCAL), 0, 8);
        a.pair.disconnect();
        a.pair.disconnect();
        assertNext(a.receives, WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 1);
        assertNext(a.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 2);
        assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 3);
        assertNext(b.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertEquals(WorkStatus.SUCCESS, a.pair.cause());
        assertEquals(WorkStatus.DISCONNECTED, b.pair.cause());
        MemoryRegion late = b.domain.allocate(8, LOCAL);
        assertThrows(VerbsException.class, () -> b.pair.postReceive(4, late, 0, 8));
    }

    @Test
    void queuesHaveBounds() throws Exception {
        Side small = new Side(left, 1, 1);
        MemoryRegion target = small.domain.allocate(8, LOCAL);
        small.pair.postReceive(1, target, 0, 8);
        assertThrows(VerbsException.class, () -> small.pair.postReceive(2, target, 0, 8));
        assertThrows(VerbsException.class, () -> small.pair.postSend(new WorkRequest().send(1)), "not connected");
        assertThrows(IndexOutOfBoundsException.class, () -> new WorkRequest().send(1).gather(target, 1, 8));
        assertThrows(IllegalArgumentException.class, () -> new WorkRequest().send(1)
                .inline(ByteBuffer.allocate(200), 0, WorkRequest.MAX_INLINE_BYTES + 1));
        small.pair.disconnect();
        small.domain.close();
    }

    @Test
    void heapMemoryCanNotBeRegistered() {
        assertThrows(IllegalArgumentException.class, () -> a.domain.register(LOCAL, ByteBuffer.allocate(8)));
        assertThrows(IllegalArgumentException.class,
                () -> a.domain.register(LOCAL, ByteBuffer.allocateDirect(8).asReadOnlyBuffer()));
    }

    @Test
    void connectingFailsWithAReason() throws Exception {
        Side client = new Side(left, 1, 1);
        Listening gone = right.listen(address(), request -> request.reject("nobody asks"));
        gone.close();
        assertThrows(IOException.class, () -> left.connect(client.pair, gone.address()));
        assertEquals(QueuePairState.ERROR, client.pair.state());
        Side other = new Side(left, 1, 1);
        Listening listening = right.listen(address(), request -> request.reject("not today"));
        IOException refused = assertThrows(IOException.class, () -> left.connect(other.pair, listening.address()));
        assertTrue(refused.getMessage().contains("not today"), refused.getMessage());
        assertThrows(IOException.class, () -> right.listen(listening.address(), request -> { }));
        listening.close();
        assertThrows(VerbsException.class, () -> left.connect(a.pair, listening.address()), "connected already");
    }

    @Test
    void messagesOfManyThreadsArriveOnceAndEachThreadsInOrder() throws Exception {
        int threads = 4;
        int each = 5000;
        int slots = 64;
        MemoryRegion target = b.domain.allocate(slots * 8, LOCAL);
        for (int i = 0; i < slots; i++) {
            b.pair.postReceive(i, target, i * 8, 8);
        }
        AtomicInteger credits = new AtomicInteger(slots);
        List<Thread> senders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int number = t;
            Thread sender = new Thread(() -> {
                WorkRequest request = new WorkRequest();
                ByteBuffer message = ByteBuffer.allocate(8);
                for (int i = 0; i < each; i++) {
                    while (credits.getAndUpdate(c -> c > 0 ? c - 1 : 0) == 0) {
                        Thread.yield();
                    }
                    message.putInt(0, number).putInt(4, i);
                    postOnceThereIsRoom(a.pair, request.send(0).inline(message, 0, 8));
                }
            });
            sender.start();
            senders.add(sender);
        }
        int[] expected = new int[threads];
        ByteBuffer read = target.buffer().duplicate();
        WorkCompletion[] batch = WorkCompletion.batch(16);
        for (int received = 0; received < threads * each;) {
            int n = b.receives.await(batch, SPINS);
            for (int i = 0; i < n; i++) {
                assertEquals(WorkStatus.SUCCESS, batch[i].status());
                int slot = (int) batch[i].id();
                int sender = read.getInt(slot * 8);
                assertEquals(expected[sender]++, read.getInt(slot * 8 + 4), "message of thread " + sender);
                b.pair.postReceive(slot, target, slot * 8, 8);
                credits.incrementAndGet();
            }
            received += n;
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertEquals(WorkStatus.SUCCESS, a.pair.cause());
        a.pair.disconnect();
    }

    @Test
    void aWriteIsSeenBeforeTheSendThatFollowsIt() throws Exception {
        MemoryRegion target = b.domain.allocate(4096, REMOTE);
        MemoryRegion source = a.domain.allocate(4096, Set.of());
        MemoryRegion note = b.domain.allocate(1, LOCAL);
        WorkRequest request = new WorkRequest();
        for (int round = 1; round < 500; round++) {
            byte[] bytes = new byte[4096];
            Arrays.fill(bytes, (byte) round);
            source.buffer().put(0, bytes);
            b.pair.postReceive(round, note, 0, 1);
            a.pair.postSend(request.write(round, target.address(), target.handle()).gather(source, 0, 4096));
            a.pair.postSend(request.send(round).signaled());
            assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.SUCCESS, round);
            assertArrayEquals(bytes, contents(target));
            assertNext(a.sends, WorkOpcode.SEND, WorkStatus.SUCCESS, round);
        }
    }

    @Test
    void afterDeregistrationUnderTrafficNobodyWrites() throws Exception {
        for (int round = 0; round < 50; round++) {
            Side client = new Side(left, 64, 64);
            Side server = new Side(right, 64, 64);
            connect(client, server);
            ByteBuffer memory = ByteBuffer.allocateDirect(1 << 16);
            MemoryRegion target = server.domain.register(REMOTE, memory);
            MemoryRegion source = client.domain.allocate(1 << 16, Set.of());
            AtomicBoolean posted = new AtomicBoolean();
            Thread writer = new Thread(() -> {
                WorkRequest request = new WorkRequest();
                try {
                    for (byte value = 1;; value++) {
                        source.buffer().put(100, value);
                        client.pair.postSend(request.write(1, target.address(), target.handle())
                                .gather(source, 0, 1 << 16));
                        posted.set(true);
                    }
                } catch (VerbsException e) {
                    // The connection ends when the region is gone: that is what the test waits for.
                    posted.set(true);
                }
            });
            writer.start();
            while (!posted.get()) {
                Thread.onSpinWait();
            }
            target.close();
            memory.put(100, (byte) 0);
            writer.join();
            assertEquals(0, memory.get(100), "written after deregistration");
            client.pair.disconnect();
            client.domain.close();
            server.domain.close();
        }
    }

    /** Whether the wire reaches a peer's memory. */
    protected boolean reaches() {
        return false;
    }

    @Test
    void memoryOfThePeerIsReachedWhereAWriteMayGoAndNowhereElse() throws Exception {
        MemoryRegion target = region(b, REMOTE, new byte[] {1, 2, 3, 4, 5, 6});
        PeerMemory reached = a.pair.reach(target.address() + 1, target.handle(), 4);
        assertEquals(reaches(), reached != null);
        if (reached == null) {
            return;
        }
        assertEquals(4, reached.bytes().capacity());
        reached.bytes().put(0, (byte) 7).put(3, (byte) 8);
        assertArrayEquals(new byte[] {1, 7, 3, 4, 8, 6}, contents(target));
        reached.close();
        reached.close();

        MemoryRegion receives = region(b, LOCAL, new byte[8]);
        MemoryRegion other = b.domain.register(REMOTE, ByteBuffer.allocateDirect(4), ByteBuffer.allocateDirect(4));
        ProtectionDomain elsewhere = right.allocateDomain();
        MemoryRegion foreign = elsewhere.allocate(8, REMOTE);
        assertNull(a.pair.reach(target.address() - 1, target.handle(), 4), "before the region");
        assertNull(a.pair.reach(target.address() + 3, target.handle(), 4), "behind it");
        assertNull(a.pair.reach(target.address(), target.handle() + 1, 4), "another handle");
        assertNull(a.pair.reach(receives.address(), receives.handle(), 4), "for receives only");
        assertNull(a.pair.reach(other.address() + 2, other.handle(), 4), "not together");
        assertNull(a.pair.reach(foreign.address(), foreign.handle(), 4), "another domain's");
        elsewhere.close();

        PeerMemory held = a.pair.reach(other.address() + 4, other.handle(), 4);
        Thread closing = new Thread(other::close);
        closing.start();
        while (other.isRegistered()) {
            Thread.onSpinWait();
        }
        assertNull(a.pair.reach(other.address(), other.handle(), 4), "it is being deregistered");
        closing.join(20);
        assertTrue(closing.isAlive(), "the region was closed under a hand that writes");
        held.close();
        closing.join();

        a.pair.disconnect();
        assertNull(a.pair.reach(target.address(), target.handle(), 4), "disconnected");
    }

    /** Producer and consumer take turns so that each message meets a consumer about to sleep. */
    @Test
    void noWakeUpIsLost() throws Exception {
        MemoryRegion here = a.domain.allocate(8, LOCAL);
        MemoryRegion there = b.domain.allocate(8, LOCAL);
        int rounds = 20_000;
        Random random = new Random(1);
        Thread echo = new Thread(() -> {
            WorkRequest answer = new WorkRequest();
            WorkCompletion[] one = WorkCompletion.batch(1);
            try {
                for (int i = 0; i < rounds; i++) {
                    b.receives.await(one, i % 50);
                    b.pair.postReceive(1, there, 0, 8);
                    b.pair.postSend(answer.send(1));
                }
            } catch (InterruptedException | VerbsException e) {
                throw new AssertionError(e);
            }
        });
        b.pair.postReceive(1, there, 0, 8);
        echo.start();
        WorkRequest request = new WorkRequest();
        WorkCompletion[] one = WorkCompletion.batch(1);
        for (int i = 0; i < rounds; i++) {
            a.pair.postReceive(1, here, 0, 8);
            a.pair.postSend(request.send(1));
            assertEquals(1, a.receives.await(one, random.nextInt(50)));
        }
        echo.join();
    }

    @Test
    void aSleeperIsWokenByHandAndByClose() throws Exception {
        CompletionQueue queue = left.createCompletionQueue();
        WorkCompletion[] one = WorkCompletion.batch(1);
        queue.wakeUp();
        assertEquals(0, queue.await(one, 0));
        Thread closer = new Thread(queue::close);
        closer.start();
        assertEquals(0, queue.await(one, 0));
        closer.join();
        Thread.currentThread().interrupt();
        CompletionQueue other = left.createCompletionQueue();
        assertThrows(InterruptedException.class, () -> other.await(one, 0));
    }

    @Test
    void closingANicEndsItsConnections() throws Exception {
        left.close();
        assertNext(a.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertNext(b.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertThrows(VerbsException.class,
                () -> left.createQueuePair(new QueuePairOptions(a.domain, a.sends, a.receives, 1, 1, null)));
    }
}
