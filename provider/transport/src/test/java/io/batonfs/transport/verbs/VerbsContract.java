package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every wire has to keep (LW-15). Subclasses bring two NICs that reach each other. */
@Timeout(60)
public abstract class VerbsContract {
    private static final Set<AccessRight> LOCAL = EnumSet.of(AccessRight.LOCAL_WRITE);
    private static final Set<AccessRight> REMOTE = EnumSet.of(AccessRight.REMOTE_WRITE);
    private static final int SPINS = 100;

    private Nic left;
    private Nic right;
    private Side a;
    private Side b;

    /** A NIC that can listen at {@link #address}. */
    protected abstract Nic listeningNic() throws IOException;

    /** A NIC that can connect there. */
    protected abstract Nic connectingNic() throws IOException;

    /** Where to listen; what {@link Listening#address} then says is where to connect. */
    protected abstract String address();

    /** Ends what the wire itself needs, once both NICs are closed. */
    protected void stopWire() {
    }

    /** One end with all it needs. */
    private static final class Side {
        final ProtectionDomain domain;
        final CompletionQueue sends;
        final CompletionQueue receives;
        final QueuePair pair;

        Side(Nic nic, int maxSends, int maxReceives) throws IOException {
            domain = nic.allocateDomain();
            sends = nic.createCompletionQueue();
            receives = nic.createCompletionQueue();
            pair = nic.createQueuePair(
                    new QueuePairOptions(domain, sends, receives, maxSends, maxReceives, this));
        }
    }

    @BeforeEach
    void connect() throws IOException {
        left = connectingNic();
        right = listeningNic();
        a = new Side(left, 64, 64);
        b = new Side(right, 64, 64);
        connect(a, b);
    }

    private void connect(Side client, Side server) throws IOException {
        connect(client, server.pair);
    }

    private void connect(Side client, QueuePair server) throws IOException {
        Listening listening = right.listen(address(), request -> {
            try {
                request.accept(server);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
        try {
            left.connect(client.pair, listening.address());
        } finally {
            listening.close();
        }
    }

    @AfterEach
    void close() throws IOException {
        left.close();
        right.close();
        a.domain.close();
        b.domain.close();
        assertEquals(0, left.registeredRegions());
        assertEquals(0, right.registeredRegions());
        assertEquals(0, left.openQueuePairs());
        assertEquals(0, right.openQueuePairs());
        stopWire();
    }

    private static WorkCompletion next(CompletionQueue queue) throws InterruptedException {
        WorkCompletion[] one = WorkCompletion.batch(1);
        assertEquals(1, queue.await(one, SPINS));
        return one[0];
    }

    private static void assertNext(CompletionQueue queue, WorkOpcode opcode, WorkStatus status, long id)
            throws InterruptedException {
        WorkCompletion found = next(queue);
        assertEquals(opcode + " " + status + " " + id, found.opcode() + " " + found.status() + " " + found.id());
    }

    private static MemoryRegion region(Side side, Set<AccessRight> rights, byte[] bytes) throws VerbsException {
        MemoryRegion region = side.domain.allocate(bytes.length, rights);
        region.buffer().put(0, bytes);
        return region;
    }

    private static byte[] contents(MemoryRegion region) {
        byte[] bytes = new byte[region.lengthBytes()];
        region.buffer().get(0, bytes);
        return bytes;
    }

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

    /** Ends the connection on both sides, each with its own story. */
    private void assertEnded(WorkStatus told, WorkOpcode opcode, long id) throws Exception {
        assertNext(a.sends, opcode, told, id);
        assertNext(a.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        WorkCompletion last;
        do {
            last = next(b.receives);
        } while (last.opcode() != WorkOpcode.DISCONNECT);
        assertEquals(QueuePairState.ERROR, a.pair.state());
        assertEquals(QueuePairState.ERROR, b.pair.state());
        assertEquals(told, a.pair.cause());
        assertThrows(VerbsException.class, () -> a.pair.postSend(new WorkRequest().send(1)));
        assertThrows(VerbsException.class, () -> b.pair.postSend(new WorkRequest().send(1)));
        assertEquals(0, b.receives.size(), "nothing comes after DISCONNECT");
    }

    @Test
    void aReceiverThatIsNotReadyIsReported() throws Exception {
        a.pair.postSend(new WorkRequest().send(3));
        assertEnded(WorkStatus.RECEIVER_NOT_READY, WorkOpcode.SEND, 3);
    }

    @Test
    void aReceiverThatIsNotReadyForImmediateDataIsReportedAndNothingWritten() throws Exception {
        MemoryRegion target = b.domain.allocate(4, REMOTE);
        MemoryRegion source = region(a, Set.of(), new byte[] {1, 2});
        a.pair.postSend(new WorkRequest().writeWithImmediate(3, target.address(), target.handle(), 1)
                .gather(source, 0, 2));
        assertEnded(WorkStatus.RECEIVER_NOT_READY, WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, 3);
        assertArrayEquals(new byte[4], contents(target));
    }

    @Test
    void aMessageTooLongIsReportedToBothAndCopiedToNobody() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        b.pair.postReceive(1, target, 0, 3);
        a.pair.postSend(new WorkRequest().send(3).gather(region(a, Set.of(), new byte[] {1, 2, 3, 4}), 0, 4));
        assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.LOCAL_LENGTH_ERROR, 1);
        assertEnded(WorkStatus.REMOTE_INVALID_REQUEST, WorkOpcode.SEND, 3);
        assertArrayEquals(new byte[8], contents(target));
    }

    private void assertWriteRefused(long address, int handle, MemoryRegion watched) throws Exception {
        byte[] before = contents(watched);
        MemoryRegion source = region(a, Set.of(), new byte[] {1, 2, 3, 4});
        a.pair.postSend(new WorkRequest().write(3, address, handle).gather(source, 0, 4));
        assertEnded(WorkStatus.REMOTE_ACCESS_ERROR, WorkOpcode.RDMA_WRITE, 3);
        assertArrayEquals(before, contents(watched));
    }

    @Test
    void aWriteBeforeARegionIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address() - 1, target.handle(), target);
    }

    @Test
    void aWriteBehindARegionIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address() + 5, target.handle(), target);
    }

    @Test
    void aWriteThatWrapsAroundIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address() + Long.MIN_VALUE, target.handle(), target);
    }

    @Test
    void aWriteToARegionForReceivesOnlyIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        assertWriteRefused(target.address(), target.handle(), target);
    }

    @Test
    void aWriteWithAnotherRegionsHandleIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        MemoryRegion other = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address(), other.handle(), target);
    }

    @Test
    void aWriteToAnotherDomainIsRefused() throws Exception {
        ProtectionDomain other = right.allocateDomain();
        MemoryRegion target = other.allocate(8, REMOTE);
        assertWriteRefused(target.address(), target.handle(), target);
        other.close();
    }

    @Test
    void aWriteToADeregisteredRegionIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        target.close();
        assertFalse(target.isRegistered());
        assertWriteRefused(target.address(), target.handle(), target);
    }

    @Test
    void aStaleHandleDoesNotReachWhatCameAfter() throws Exception {
        MemoryRegion old = b.domain.allocate(8, REMOTE);
        old.close();
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address(), old.handle(), target);
    }

    @Test
    void aSourceThatIsDeregisteredIsALocalError() throws Exception {
        MemoryRegion source = region(a, Set.of(), new byte[] {1});
        WorkRequest request = new WorkRequest().send(3).gather(source, 0, 1);
        source.close();
        a.pair.postSend(request);
        assertEnded(WorkStatus.LOCAL_PROTECTION_ERROR, WorkOpcode.SEND, 3);
    }

    @Test
    void aReceiveBufferThatIsDeregisteredIsReportedToBoth() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        b.pair.postReceive(7, target, 0, 8);
        target.close();
        a.pair.postSend(new WorkRequest().send(3).inline(ByteBuffer.allocate(1), 0, 1));
        assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.LOCAL_PROTECTION_ERROR, 7);
        assertEnded(WorkStatus.REMOTE_OPERATION_ERROR, WorkOpcode.SEND, 3);
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

    /** A message may be received, and another be allowed by it, before its sender is told that it has ended. */
    private static void postOnceThereIsRoom(QueuePair pair, WorkRequest request) {
        while (true) {
            try {
                pair.postSend(request);
                return;
            } catch (VerbsException e) {
                if (pair.state() != QueuePairState.READY_TO_SEND) {
                    throw new AssertionError(e);
                }
                Thread.yield();
            }
        }
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

    private static void assertCounted(TransportMetrics metrics, long... expected) {
        TransportMetric[] counted = {TransportMetric.SENDS_POSTED, TransportMetric.WRITES_POSTED,
            TransportMetric.BYTES_POSTED, TransportMetric.COMPLETIONS_SEND, TransportMetric.COMPLETIONS_WRITE,
            TransportMetric.SENDS_RECEIVED, TransportMetric.WRITES_RECEIVED, TransportMetric.BYTES_RECEIVED,
            TransportMetric.COMPLETIONS_RECEIVE, TransportMetric.COMPLETIONS_IMMEDIATE,
            TransportMetric.COMPLETIONS_FLUSHED, TransportMetric.COMPLETIONS_DISCONNECT};
        StringBuilder wanted = new StringBuilder();
        StringBuilder found = new StringBuilder();
        for (int i = 0; i < counted.length; i++) {
            wanted.append(counted[i]).append(' ').append(expected[i]).append('\n');
            found.append(counted[i]).append(' ').append(metrics.get(counted[i])).append('\n');
        }
        assertEquals(wanted.toString(), found.toString());
    }

    @Test
    void whatIsCountedIsRightToTheMessageAndOutlivesTheConnection() throws Exception {
        MemoryRegion target = b.domain.allocate(1 << 18, REMOTE);
        MemoryRegion source = a.domain.allocate(1 << 17, Set.of());
        for (int i = 0; i < 6; i++) {
            b.pair.postReceive(i, target, i * 8, 8);
        }
        for (int i = 0; i < 3; i++) {
            a.pair.postSend(new WorkRequest().send(i).inline(ByteBuffer.allocate(5), 0, 5).signaled());
            assertNext(a.sends, WorkOpcode.SEND, WorkStatus.SUCCESS, i);
        }
        a.pair.postSend(new WorkRequest().write(4, target.address() + 64, target.handle()).gather(source, 0, 7));
        a.pair.postSend(new WorkRequest().write(5, target.address() + 64, target.handle()).gather(source, 0, 1 << 17));
        a.pair.postSend(new WorkRequest().writeWithImmediate(6, target.address() + 64, target.handle(), 1)
                .gather(source, 0, 4).signaled());
        assertNext(a.sends, WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, WorkStatus.SUCCESS, 6);
        long bytes = 15 + 7 + (1 << 17) + 4;
        assertCounted(a.pair.metrics(), 3, 3, bytes, 3, 1, 0, 0, 0, 0, 0, 0, 0);
        for (int i = 0; i < 4; i++) {
            next(b.receives);
        }
        assertCounted(b.pair.metrics(), 0, 0, 0, 0, 0, 3, 3, bytes, 3, 1, 0, 0);
        assertCounted(right.metrics(), 0, 0, 0, 0, 0, 3, 3, bytes, 3, 1, 0, 0);

        Side client = new Side(left, 4, 4);
        Side server = new Side(right, 4, 4);
        connect(client, server);
        client.pair.postSend(new WorkRequest().write(1, target.address(), target.handle()).gather(
                region(client, Set.of(), new byte[] {1}), 0, 1));
        assertNext(client.sends, WorkOpcode.RDMA_WRITE, WorkStatus.REMOTE_ACCESS_ERROR, 1);
        assertNext(client.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertNext(server.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertEquals(1, right.metrics().get(TransportMetric.ACCESS_REFUSED), "of another domain");
        assertEquals(1, left.metrics().get(TransportMetric.COMPLETIONS_FAILED));
        a.pair.postSend(new WorkRequest().send(7));
        a.pair.postSend(new WorkRequest().send(8));
        next(b.receives);
        next(b.receives);
        a.pair.postSend(new WorkRequest().send(9));
        assertNext(b.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertNext(a.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        assertEquals(1, left.metrics().get(TransportMetric.PEER_NOT_READY));
        assertTrue(b.pair.metrics().get(TransportMetric.RECEIVER_NOT_READY) > 0);
        assertCounted(left.metrics(), 6, 4, bytes + 1, 3, 1, 0, 0, 0, 0, 0, 0, 2);
        assertCounted(right.metrics(), 0, 0, 0, 0, 0, 5, 3, bytes, 5, 1, 0, 2);
        client.domain.close();
        server.domain.close();
    }

    /** More of them than are looked at one by one: none of their messages is forgotten. */
    @Test
    void aNicCountsWhatEndedLongAgo() throws Exception {
        int connections = 100;
        for (int i = 0; i < connections; i++) {
            Side client = new Side(left, 1, 1);
            Side server = new Side(right, 1, 1);
            connect(client, server);
            server.pair.postReceive(1, server.domain.allocate(8, LOCAL), 0, 8);
            client.pair.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(3), 0, 3).signaled());
            assertNext(server.receives, WorkOpcode.RECEIVE, WorkStatus.SUCCESS, 1);
            assertNext(client.sends, WorkOpcode.SEND, WorkStatus.SUCCESS, 1);
            server.pair.disconnect();
            assertNext(client.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
            client.domain.close();
            server.domain.close();
        }
        assertCounted(left.metrics(), connections, 0, 3L * connections, connections, 0, 0, 0, 0, 0, 0, 0, connections);
        assertCounted(right.metrics(), 0, 0, 0, 0, 0, connections, 0, 3L * connections, connections, 0, 0, connections);
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
