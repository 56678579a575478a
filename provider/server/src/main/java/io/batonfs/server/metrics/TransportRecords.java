package io.batonfs.server.metrics;

import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.verbs.TransportMetrics;
import org.apache.hadoop.metrics2.MetricsInfo;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.lib.Interns;

/** Puts the transport's figures into records; whatever it counts some day is shown without a change here. */
final class TransportRecords {

    private TransportRecords() {
    }

    /** All figures of a layer. */
    static void add(MetricsRecordBuilder record, TransportMetrics metrics, TransportMetric.Layer layer) {
        for (TransportMetric metric : TransportMetric.values()) {
            if (metric.layer() == layer) {
                MetricsInfo info = Interns.info(metric.title(), metric.description());
                switch (metric.kind()) {
                    case COUNTER -> record.addCounter(info, metrics.get(metric));
                    case GAUGE -> record.addGauge(info, metrics.get(metric));
                }
            }
        }
    }
}
