package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Behind a long message only a little is read ahead: 8 KiB and a header. Wherever that ends in what follows, within a
 * header or a payload, every byte comes to its place, and once.
 */
@Timeout(60)
class TcpReadAheadTest {
    private static final int AHEAD_BYTES = 8 * 1024 + TcpFrame.BYTES;
    /** Not all of it is in the first read. */
    private static final int LONG_BYTES = 100_000;
    private static final int MESSAGES = 6;

    private static byte content(int message, int at) {
        return (byte) (message * 31 + at * 7 + (at >> 8));
    }

    private static void put(ByteBuffer stream, int message, int length) {
        stream.put(new TcpFrame().message(WorkOpcode.SEND, length, 0, 0, 0, false, 0).bytes());
        for (int at = 0; at < length; at++) {
            stream.put(content(message, at));
        }
    }

    /** @param lengths of messages, which the socket gets in one piece */
    private static void arriveAsSent(int... lengths) throws Exception {
        try (TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT); Nic nic = new Nic(wire)) {
            CompletableFuture<TcpPeer> accepted = new CompletableFuture<>();
            MemoryRegion[] places = new MemoryRegion[lengths.length];
            try (Listening listening = nic.listen("localhost:0", request -> {
                try {
                    TcpPeer made = new TcpPeer(nic, 8);
                    for (int i = 0; i < lengths.length; i++) {
                        places[i] = made.domain.allocate(LONG_BYTES, Set.of(
                                AccessRight.LOCAL_WRITE));
                        made.pair.postReceive(i, places[i], 0, LONG_BYTES);
                    }
                    request.accept(made.pair);
                    accepted.complete(made);
                } catch (IOException e) {
                    accepted.completeExceptionally(e);
                }
            }); RawTcp raw = RawTcp.greeted(listening.address())) {
                TcpPeer peer = accepted.get();
                ByteBuffer stream = ByteBuffer.allocate(lengths.length * (TcpFrame.BYTES + LONG_BYTES));
                for (int i = 0; i < lengths.length; i++) {
                    put(stream, i, lengths[i]);
                }
                raw.send(stream.flip());
                for (int i = 0; i < lengths.length; i++) {
                    WorkCompletion came = peer.next(peer.receives);
                    assertEquals(WorkStatus.SUCCESS, came.status());
                    assertEquals(i, came.id());
                    assertEquals(lengths[i], came.lengthBytes());
                    for (int at = 0; at < lengths[i]; at++) {
                        if (places[i].buffer().get(at) != content(i, at)) {
                            throw new AssertionError("message " + i + " differs at " + at + " of " + lengths[i]);
                        }
                    }
                }
                peer.pair.disconnect();
                raw.awaitEnd();
                peer.close();
                assertEquals(0, wire.counters().violations());
            }
        }
    }

    /** The header of what comes next begins so many bytes before the end of what is read ahead. */
    @Test
    void aHeaderMayBeCutAnywhere() throws Exception {
        for (int before = 0; before <= TcpFrame.BYTES + 1; before++) {
            int small = AHEAD_BYTES - TcpFrame.BYTES - before;
            arriveAsSent(LONG_BYTES, small, LONG_BYTES, small, small, LONG_BYTES - before);
        }
    }

    @Test
    void aMessageMayBeginOrEndThere() throws Exception {
        int fits = AHEAD_BYTES - TcpFrame.BYTES;
        for (int length : new int[] {0, 1, fits - 1, fits, fits + 1, 16 * 1024, 16 * 1024 + 1, 64 * 1024}) {
            int[] lengths = new int[MESSAGES];
            for (int i = 0; i < MESSAGES; i++) {
                lengths[i] = i % 2 == 0 ? LONG_BYTES : length;
            }
            arriveAsSent(lengths);
            arriveAsSent(LONG_BYTES, length, length, length, LONG_BYTES, length);
        }
    }
}
