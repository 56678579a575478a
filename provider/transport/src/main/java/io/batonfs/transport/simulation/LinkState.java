package io.batonfs.transport.simulation;

/**
 * States of one end of a reliable connection.
 *
 * <pre>
 * from            to              when
 * CONNECTING      ESTABLISHED     CONNECT_REPLY came, or the listener has taken the connection
 * CONNECTING      CLOSED          refused, not answered, or the NIC died
 * ESTABLISHED     DRAINING        close(), and something that was transmitted is not acknowledged
 * ESTABLISHED     DISCONNECTING   close(), and nothing is; or a request failed, or the peer does not answer
 * DRAINING        DISCONNECTING   everything is acknowledged, or it failed
 * ESTABLISHED     REFUSING        a message of the peer could not be taken: repeats are told so again
 * DRAINING        REFUSING        the same
 * DISCONNECTING   CLOSED          DISCONNECT_REPLY came, or it was asked for often enough
 * REFUSING        CLOSED          the peer has heard of it, or had time to
 * any but CLOSED  CLOSED          DISCONNECT_REQUEST came, or the NIC died
 * </pre>
 *
 * Messages are delivered in ESTABLISHED only.
 */
enum LinkState {
    CONNECTING,
    ESTABLISHED,
    DRAINING,
    DISCONNECTING,
    REFUSING,
    CLOSED;

    /** Whether the table has the transition. */
    boolean mayBecome(LinkState next) {
        return switch (next) {
            case CONNECTING -> false;
            case ESTABLISHED -> this == CONNECTING;
            case DRAINING -> this == ESTABLISHED;
            case DISCONNECTING, REFUSING -> this == ESTABLISHED || this == DRAINING;
            case CLOSED -> this != CLOSED;
        };
    }

    /** Whether requests may still be on their way. */
    boolean sends() {
        return this == ESTABLISHED || this == DRAINING;
    }
}
