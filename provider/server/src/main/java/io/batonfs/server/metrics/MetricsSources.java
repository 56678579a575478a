package io.batonfs.server.metrics;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.hadoop.metrics2.MetricsSystem;

/**
 * The sources that one daemon has registered, to be taken out with it. Their names end in the daemon's control port, as
 * those of Hadoop's RPC server do, so that several daemons in one JVM don't clash. Belongs to the thread that starts and
 * closes the daemon.
 */
public final class MetricsSources implements Closeable {
    private final MetricsSystem system;
    private final int controlPort;
    private final Deque<String> names = new ArrayDeque<>();

    /** Sources of a daemon in a metrics system that outlives it. */
    public MetricsSources(MetricsSystem system, int controlPort) {
        this.system = system;
        this.controlPort = controlPort;
    }

    /** Registers a source, an object with metrics2's annotations or a {@code MetricsSource}. */
    public void register(String kind, String description, Object source) {
        String name = kind + "ForPort" + controlPort;
        system.register(name, description, source);
        names.push(name);
    }

    @Override
    public void close() {
        while (!names.isEmpty()) {
            system.unregisterSource(names.pop());
        }
    }
}
