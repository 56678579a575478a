package io.batonfs.transport.wire;

/** Which of the two ends of a shared-memory connection; says whose part of the ring file is meant. */
enum RingEnd {
    /** Made the file. */
    LISTENING,
    /** Was told its name. */
    CONNECTING;

    RingEnd peer() {
        return this == LISTENING ? CONNECTING : LISTENING;
    }
}
