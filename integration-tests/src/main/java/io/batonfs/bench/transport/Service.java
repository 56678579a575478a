package io.batonfs.bench.transport;

/** How Baton's wires are used. Other carriers have one way only. */
public enum Service {
    /** Messages by the verbs themselves, without LWIO. */
    VERBS,
    /** LWIO in interrupt mode, as configured by default: the wire looks for a while, then sleeps. */
    INTERRUPT,
    /** LWIO in interrupt mode over a wire that never looks: each answer takes a wake-up at both ends. */
    DOORBELL,
    /** LWIO in polling mode. */
    POLLING
}
