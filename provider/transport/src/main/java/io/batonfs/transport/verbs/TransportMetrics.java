package io.batonfs.transport.verbs;

/**
 * The figures of one connection, or of all that belong to one NIC or server. Asking costs those who count nothing.
 * Thread-safe; each figure by itself, so two that belong together may be a message apart.
 */
public interface TransportMetrics {

    /** A figure; 0 if it is not counted here. */
    long get(TransportMetric metric);
}
