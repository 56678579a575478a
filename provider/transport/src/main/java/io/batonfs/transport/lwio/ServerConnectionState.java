package io.batonfs.transport.lwio;

/**
 * States of a connection at the server end.
 *
 * <pre>
 * from             to               when
 * AUTHENTICATING   READY            the client's AUTH was good
 * AUTHENTICATING   ENDED            AUTH refused or not completed in time; the peer is gone
 * READY            ENDED            a rule was broken; the peer is gone; the server closes
 * </pre>
 */
enum ServerConnectionState {
    AUTHENTICATING,
    READY,
    ENDED;

    boolean mayBecome(ServerConnectionState next) {
        return switch (next) {
            case AUTHENTICATING -> false;
            case READY -> this == AUTHENTICATING;
            case ENDED -> this != ENDED;
        };
    }
}
