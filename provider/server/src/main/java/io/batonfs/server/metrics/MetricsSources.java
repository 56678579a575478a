package io.batonfs.server.metrics;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.hadoop.metrics2.MetricsSystem;

/**
 * The sources that one daemon has registered, to be taken out with it. Belongs to the thread that starts and closes the
 * daemon; several daemons of a JVM may register at the same time.
 */
public final class MetricsSources implements Closeable {
    /** Guards finding a free name and taking it. */
    private static final Object NAMES = new Object();

    private final MetricsSystem system;
    private final Deque<String> names = new ArrayDeque<>();

    /** Sources of a daemon in a metrics system that outlives it. */
    public MetricsSources(MetricsSystem system) {
        this.system = system;
    }

    /**
     * Registers a source, an object with metrics2's annotations or a {@code MetricsSource}.
     *
     * @param kind its name; the second one of a JVM has "-2" after it, and so on
     */
    public void register(String kind, String description, Object source) {
        synchronized (NAMES) {
            String name = kind;
            for (int number = 2; system.getSource(name) != null; number++) {
                name = kind + "-" + number;
            }
            system.register(name, description, source);
            names.push(name);
        }
    }

    @Override
    public void close() {
        while (!names.isEmpty()) {
            system.unregisterSource(names.pop());
        }
    }
}
