package io.batonfs.server.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.wire.InProcessWire;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.metrics2.AbstractMetric;
import org.apache.hadoop.metrics2.MetricType;
import org.apache.hadoop.metrics2.impl.MetricsCollectorImpl;
import org.apache.hadoop.metrics2.impl.MetricsRecordImpl;
import org.junit.jupiter.api.Test;

/** What the NIC counts is what metrics2 is given. */
class NicMetricsTest {

    private static QueuePair pair(Nic nic, ProtectionDomain domain) throws VerbsException {
        CompletionQueue completions = nic.createCompletionQueue();
        return nic.createQueuePair(new QueuePairOptions(domain, completions, completions, 4, 4, null));
    }

    @Test
    void everyFigureOfTheNicIsShownOnce() throws Exception {
        InProcessWire wire = new InProcessWire();
        try (Nic left = new Nic(wire); Nic right = new Nic(wire); ProtectionDomain leftDomain = left.allocateDomain();
                ProtectionDomain rightDomain = right.allocateDomain()) {
            QueuePair server = pair(right, rightDomain);
            right.listen("right", request -> {
                try {
                    request.accept(server);
                } catch (VerbsException e) {
                    throw new AssertionError(e);
                }
            });
            MemoryRegion memory = rightDomain.allocate(100, Set.of(AccessRight.LOCAL_WRITE));
            server.postReceive(1, memory, 0, 100);
            server.postReceive(2, memory, 0, 100);
            QueuePair client = pair(left, leftDomain);
            left.connect(client, "right");
            client.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(7), 0, 7));
            client.postSend(new WorkRequest().send(1).inline(ByteBuffer.allocate(5), 0, 5));

            MetricsCollectorImpl collector = new MetricsCollectorImpl();
            new NicMetrics(right).getMetrics(collector, true);
            assertEquals(1, collector.getRecords().size());
            MetricsRecordImpl record = collector.getRecords().get(0);
            assertEquals("Nic", record.name());
            assertTrue(record.tags().stream().anyMatch(tag -> tag.value().equals("in-process")), record.toString());
            Map<String, AbstractMetric> shown = new HashMap<>();
            record.metrics().forEach(metric -> assertEquals(null, shown.put(metric.name(), metric)));
            for (TransportMetric metric : TransportMetric.values()) {
                AbstractMetric found = shown.get(metric.title());
                assertEquals(metric.layer() == TransportMetric.Layer.NIC, found != null, metric.title());
                if (found != null) {
                    assertEquals(right.metrics().get(metric), found.value(), metric.title());
                    assertEquals(MetricType.COUNTER, found.type(), metric.title());
                }
            }
            assertEquals(2L, shown.get("SendsReceived").value());
            assertEquals(12L, shown.get("BytesReceived").value());
            assertEquals(100L, shown.get("RegisteredBytes").value());
            assertEquals(1, shown.get("QueuePairs").value());
        }
    }
}
