package io.batonfs.transport.verbs;

/**
 * States of a queue pair.
 *
 * <pre>
 * from                to                  when
 * RESET               INIT                it was made: receives can be posted
 * INIT                READY_TO_RECEIVE    a connection is being made: messages may come in
 * READY_TO_RECEIVE    READY_TO_SEND       the connection stands
 * any but the last    ERROR               a request failed, the peer is gone, or disconnect() was called
 * </pre>
 *
 * ERROR is final: a new connection needs a new queue pair.
 */
public enum QueuePairState {
    RESET,
    INIT,
    READY_TO_RECEIVE,
    READY_TO_SEND,
    ERROR;

    /** Whether the table has the transition. */
    boolean mayBecome(QueuePairState next) {
        return switch (next) {
            case RESET -> false;
            case INIT -> this == RESET;
            case READY_TO_RECEIVE -> this == INIT;
            case READY_TO_SEND -> this == READY_TO_RECEIVE;
            case ERROR -> this != ERROR;
        };
    }
}
