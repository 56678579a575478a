package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is counted, to the message. */
abstract class MetricsContract extends SharedReceivesContract {
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
}
