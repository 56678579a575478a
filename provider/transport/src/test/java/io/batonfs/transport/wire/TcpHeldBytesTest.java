package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a socket does not take stays in its region: whenever that memory becomes free, by whatever way, what the peer is
 * sent must still be what was posted, since others' bytes may be there by then.
 */
@Timeout(60)
class TcpHeldBytesTest {
    private static final int BYTES = 300_000;
    private static final TcpWireConfig CONFIG = new TcpWireConfig(
            1, 5_000, 5_000, 8, 1024, 30_000, 5_000, 1 << 20, 64 << 20, 64 << 20, 0, 0);

    private TcpWire wire;
    private Nic nic;
    private Listening listening;
    private final BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();
    private RawTcp raw;
    private TcpPeer peer;
    private final List<MemoryRegion> posted = new ArrayList<>();
    private volatile boolean noMemory;

    @BeforeEach
    void start() throws Exception {
        wire = new TcpWire(CONFIG, System::nanoTime, this::memory);
        nic = new Nic(wire);
        listening = nic.listen("localhost:0", request -> {
            try {
                TcpPeer made = new TcpPeer(nic, 8);
                request.accept(made.pair);
                accepted.add(made);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        raw = RawTcp.greeted(listening.address());
        peer = accepted.take();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        raw.close();
        peer.awaitEnd();
        peer.close();
        nic.close();
        assertEquals(0, nic.registeredRegions());
        wire.close();
        assertEquals(0, wire.queuedBytes());
    }

    private ByteBuffer memory(int bytes) {
        if (noMemory) {
            throw new StackOverflowError("thrown by the test");
        }
        return ByteBuffer.allocateDirect(bytes);
    }

    private static byte content(int message, int at) {
        return (byte) (message * 31 + at * 7 + (at >> 8));
    }

    /** Posts until the socket takes no more, and three more. */
    private void fillTheSocket() throws Exception {
        for (int waiting = 0; waiting < 4; ) {
            if (!postNext()) {
                waiting++;
            }
        }
        assertTrue(wire.queuedBytes() >= 3 * BYTES);
    }

    /** Whether all of it has gone. */
    private boolean postNext() throws IOException {
        return peer.pair.postSend(next().signaledIfLater());
    }

    private WorkRequest next() throws IOException {
        MemoryRegion region = peer.domain.allocate(BYTES, Set.of());
        int message = posted.size();
        for (int at = 0; at < BYTES; at++) {
            region.buffer().put(at, content(message, at));
        }
        posted.add(region);
        return new WorkRequest().send(message).gather(region, 0, BYTES);
    }

    private static void overwrite(MemoryRegion region) {
        region.buffer().put(0, new byte[BYTES]);
    }

    private void assertArrivesAsPosted(int message) throws IOException {
        TcpFrame frame = raw.frame();
        assertEquals(TcpFrame.Kind.SEND, frame.kind());
        assertEquals(BYTES, frame.lengthBytes());
        byte[] bytes = raw.bytes(BYTES);
        for (int at = 0; at < BYTES; at++) {
            if (bytes[at] != content(message, at)) {
                throw new AssertionError("message " + message + " differs at " + at);
            }
        }
    }

    private void assertAllArriveAsPosted() throws IOException {
        for (int i = 0; i < posted.size(); i++) {
            assertArrivesAsPosted(i);
        }
    }

    /** The point of it all: not even what goes out later was copied. */
    @Test
    void whatTheSocketDoesNotTakeIsNotCopied() throws Exception {
        fillTheSocket();
        MemoryRegion last = posted.get(posted.size() - 1);
        last.buffer().put(BYTES - 1, (byte) ~content(posted.size() - 1, BYTES - 1));
        for (int i = 0; i < posted.size() - 1; i++) {
            assertArrivesAsPosted(i);
        }
        raw.frame();
        assertNotEquals(content(posted.size() - 1, BYTES - 1), raw.bytes(BYTES)[BYTES - 1]);
        raw.send(new TcpFrame().acknowledge(posted.size()).bytes());
        for (int i = 0; i < 4; i++) {
            assertEquals(WorkStatus.SUCCESS, peer.next(peer.sends).status());
        }
        assertEquals(0, wire.queuedBytes());
    }

    @Test
    void aRegionCanBeClosedThoughThePeerDoesNotRead() throws Exception {
        fillTheSocket();
        // One behind another that is still held, then the others.
        for (int i = posted.size() - 2; i >= 0; i--) {
            posted.get(i).close();
            overwrite(posted.get(i));
        }
        posted.get(posted.size() - 1).close();
        overwrite(posted.get(posted.size() - 1));
        assertAllArriveAsPosted();
    }

    /** Half a message, and whatever comes behind it, would be a message to the peer. */
    @Test
    void closingNeedsNoMemoryThatThereMayNotBe() throws Exception {
        fillTheSocket();
        noMemory = true;
        posted.forEach(MemoryRegion::close);
        posted.forEach(TcpHeldBytesTest::overwrite);
        assertAllArriveAsPosted();
    }

    /** At once, not when the peer is taken for dead. */
    @Test
    @Timeout(20)
    void anErrorInTheMiddleOfAMessageEndsTheConnection() throws Exception {
        fillTheSocket();
        noMemory = true;
        assertThrows(StackOverflowError.class, this::postNext);
        peer.awaitEnd();
        posted.forEach(MemoryRegion::close);
        assertThrows(IOException.class, () -> {
            assertAllArriveAsPosted();
            raw.frame();
        });
    }

    /**
     * Who is told nothing takes an answer for the end, and a hostile peer may answer what it has not had: it would be
     * sent what the memory is used for next.
     */
    @Test
    void whatIsSentUnannouncedIsCopied() throws Exception {
        while (wire.queuedBytes() < 3 * BYTES) {
            peer.pair.postSend(next());
            overwrite(posted.get(posted.size() - 1));
        }
        assertAllArriveAsPosted();
    }

    @Test
    void whatIsSentUnannouncedIsNotCopiedIfItIsLentUntilItsEnd() throws Exception {
        while (wire.queuedBytes() < 3 * BYTES) {
            peer.pair.postSend(next().lentUntilEnd());
        }
        overwrite(posted.get(posted.size() - 1));
        for (int i = 0; i < posted.size() - 1; i++) {
            assertArrivesAsPosted(i);
        }
        raw.frame();
        assertArrayEquals(new byte[100], Arrays.copyOfRange(raw.bytes(BYTES), BYTES - 100, BYTES));
    }

    /** To keep account of each of them would cost more than to copy it. */
    @Test
    void memoryInSmallPartsIsCopied() throws Exception {
        List<ByteBuffer> memories = new ArrayList<>();
        while (wire.queuedBytes() < 3 * BYTES) {
            ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
            for (int at = 0; at < BYTES; at++) {
                memory.put(at, content(memories.size(), at));
            }
            memories.add(memory);
            ByteBuffer[] parts = new ByteBuffer[BYTES / 1000];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = memory.slice(i * 1000, 1000);
            }
            MemoryRegion region = peer.domain.register(Set.of(), parts);
            peer.pair.postSend(new WorkRequest().send(0).gather(region, 0, BYTES).signaledIfLater());
            memory.put(0, new byte[BYTES]);
        }
        for (int i = 0; i < memories.size(); i++) {
            assertArrivesAsPosted(i);
        }
    }

    @Test
    void whoDisconnectsHasHisMemoryAtOnce() throws Exception {
        fillTheSocket();
        peer.pair.disconnect();
        WorkCompletion[] one = WorkCompletion.batch(1);
        while (peer.sends.poll(one) > 0) {
            assertEquals(WorkStatus.FLUSHED, one[0].status());
        }
        posted.forEach(TcpHeldBytesTest::overwrite);
        assertAllArriveAsPosted();
        assertEquals(TcpFrame.Kind.GOODBYE, raw.frame().kind());
    }

    @Test
    void aRefusalFreesTheMemoryOfAll() throws Exception {
        fillTheSocket();
        raw.send(new TcpFrame().refusal(WorkStatus.RECEIVER_NOT_READY, 0).bytes());
        assertEquals(WorkStatus.FLUSHED, peer.next(peer.sends).status());
        assertEquals(WorkStatus.RECEIVER_NOT_READY, peer.pair.cause());
        assertTheRestIsDropped();
    }

    @Test
    void aGoodbyeFreesTheMemoryOfAll() throws Exception {
        fillTheSocket();
        raw.send(new TcpFrame().goodbye(0).bytes());
        assertNotEquals(WorkStatus.SUCCESS, peer.next(peer.sends).status());
        assertTheRestIsDropped();
    }

    @Test
    void theEndOfThePeersStreamFreesTheMemoryOfAll() throws Exception {
        fillTheSocket();
        raw.socket.shutdownOutput();
        assertNotEquals(WorkStatus.SUCCESS, peer.next(peer.sends).status());
        assertTheRestIsDropped();
    }

    /** Who ends takes nothing in: it would only have been copied for him. What the socket had is as posted. */
    private void assertTheRestIsDropped() throws IOException {
        assertEquals(0, wire.queuedBytes());
        posted.forEach(TcpHeldBytesTest::overwrite);
        byte[] bytes = raw.socket.getInputStream().readAllBytes();
        int left = posted.size() * (TcpFrame.BYTES + BYTES) - bytes.length;
        assertTrue(left >= 3 * BYTES, left + " bytes were not sent");
        for (int i = 0; i < bytes.length; i++) {
            int at = i % (TcpFrame.BYTES + BYTES) - TcpFrame.BYTES;
            if (at >= 0 && bytes[i] != content(i / (TcpFrame.BYTES + BYTES), at)) {
                throw new AssertionError("differs at " + i);
            }
        }
    }

    /** More than one system call takes, but not more than the socket. */
    @Test
    void aMessageOfVeryManyPartsIsSentAtOnce() throws Exception {
        int parts = 3_000;
        int partBytes = 8;
        ByteBuffer[] memory = new ByteBuffer[parts];
        for (int i = 0; i < parts; i++) {
            memory[i] = ByteBuffer.allocateDirect(partBytes).putLong(0, i);
        }
        MemoryRegion region = peer.domain.register(Set.of(), memory);
        assertTrue(peer.pair.postSend(new WorkRequest().send(0).gather(region, 0, parts * partBytes).signaledIfLater()),
                "the socket had room for all of it");
        assertEquals(0, wire.queuedBytes());
        raw.frame();
        ByteBuffer bytes = ByteBuffer.wrap(raw.bytes(parts * partBytes));
        for (int i = 0; i < parts; i++) {
            assertEquals(i, bytes.getLong());
        }
    }

    /** It would be sent what its memory is used for next. */
    @Test
    void aPeerThatAcknowledgesWhatItCannotHaveSeenIsCut() throws Exception {
        fillTheSocket();
        raw.send(new TcpFrame().acknowledge(posted.size()).bytes());
        peer.awaitEnd();
        assertEquals(1, wire.counters().violations());
        WorkCompletion[] one = WorkCompletion.batch(1);
        int failed = 0;
        while (peer.sends.poll(one) > 0) {
            assertNotEquals(WorkStatus.SUCCESS, one[0].status());
            failed++;
        }
        assertTrue(failed >= 4, failed + " were told");
        posted.forEach(TcpHeldBytesTest::overwrite);
        // What the kernel has it may still bring; nothing of what was written since.
        try {
            assertAllArriveAsPosted();
            throw new AssertionError("nothing was cut off");
        } catch (IOException e) {
            assertFalse(raw.socket.isClosed());
        }
    }

    /** Messages of all sizes, whose regions are closed and written over at any moment, before or after they have gone. */
    @Test
    void regionsClosedAtRandomChangeNothing() throws Exception {
        long seed = Long.getLong("tcp.seed", System.nanoTime());
        System.out.println("-Dtcp.seed=" + seed);
        Random random = new Random(seed);
        int messages = 60;
        int[] lengths = random.ints(messages, 1, 1 << 20).toArray();
        List<Throwable> failures = new ArrayList<>();
        Thread reader = new Thread(() -> {
            try {
                for (int i = 0; i < messages; i++) {
                    int length = raw.frame().lengthBytes();
                    assertEquals(lengths[i], length);
                    byte[] bytes = raw.bytes(length);
                    for (int at = 0; at < length; at++) {
                        if (bytes[at] != content(i, at)) {
                            throw new AssertionError("message " + i + " differs at " + at + " of " + length);
                        }
                    }
                    raw.send(new TcpFrame().acknowledge(i + 1).bytes());
                }
            } catch (IOException | AssertionError e) {
                failures.add(e);
                peer.pair.disconnect();
            }
        });
        reader.start();
        List<MemoryRegion> open = new ArrayList<>();
        try {
            for (int i = 0; i < messages; i++) {
                ByteBuffer bytes = ByteBuffer.allocateDirect(lengths[i]);
                for (int at = 0; at < lengths[i]; at++) {
                    bytes.put(at, content(i, at));
                }
                int cut = random.nextInt(lengths[i]);
                MemoryRegion region = peer.domain.register(Set.of(), bytes.slice(0, cut),
                        bytes.slice(cut, lengths[i] - cut));
                peer.pair.postSend(new WorkRequest().send(i).gather(region, 0, lengths[i]).signaledIfLater());
                open.add(region);
                while (!open.isEmpty() && random.nextInt(3) > 0) {
                    open.remove(random.nextInt(open.size())).close();
                }
                if (!open.contains(region)) {
                    bytes.put(0, new byte[lengths[i]]);
                }
            }
        } finally {
            reader.join();
        }
        assertEquals(List.of(), failures);
    }
}
