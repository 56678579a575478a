package io.batonfs.transport.lwio;

/**
 * States of a connection at the client end.
 *
 * <pre>
 * from             to               when
 * AUTHENTICATING   READY            the server's AUTH answer was good
 * AUTHENTICATING   ENDED            refused, timed out, or the peer is gone
 * READY            ENDED            closed, the server broke a rule, or the peer is gone
 * </pre>
 */
enum ClientConnectionState {
    AUTHENTICATING,
    READY,
    ENDED;

    boolean mayBecome(ClientConnectionState next) {
        return switch (next) {
            case AUTHENTICATING -> false;
            case READY -> this == AUTHENTICATING;
            case ENDED -> this != ENDED;
        };
    }
}
