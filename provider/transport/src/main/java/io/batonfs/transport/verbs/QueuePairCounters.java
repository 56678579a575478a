package io.batonfs.transport.verbs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a queue pair counts. Each number is changed by one thread at a time: those of the sending half under its send
 * lock, those of the receiving half by the thread that delivers or under its receive lock. So counting is a plain
 * addition, which others see a little later.
 */
final class QueuePairCounters implements TransportMetrics {
    private static final VarHandle NUMBER = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int NUMBERS = TransportMetric.values().length;

    private final long[] sending = new long[NUMBERS];
    private final long[] receiving = new long[NUMBERS];
    /** Counts retransmits and faults, until the connection ends. */
    private volatile WireLink link;
    private volatile long retransmits;
    private volatile long faultsSeen;

    void connected(WireLink to) {
        link = to;
    }

    /** The connection has ended: what the link has counted by now is kept, and the link is let go. */
    void ended() {
        WireLink from = link;
        if (from != null) {
            retransmits = from.retransmits();
            faultsSeen = from.faultsSeen();
            link = null;
        }
    }

    private static void add(long[] numbers, TransportMetric metric, long more) {
        int at = metric.ordinal();
        NUMBER.setOpaque(numbers, at, (long) NUMBER.getOpaque(numbers, at) + more);
    }

    private static long get(long[] numbers, TransportMetric metric) {
        return (long) NUMBER.getOpaque(numbers, metric.ordinal());
    }

    void posted(WorkOpcode opcode, int bytes) {
        add(sending, opcode == WorkOpcode.SEND ? TransportMetric.SENDS_POSTED : TransportMetric.WRITES_POSTED, 1);
        add(sending, TransportMetric.BYTES_POSTED, bytes);
    }

    void sendCompleted(WorkOpcode opcode, WorkStatus status) {
        add(sending, completed(status, opcode == WorkOpcode.SEND ? TransportMetric.COMPLETIONS_SEND
                : TransportMetric.COMPLETIONS_WRITE), 1);
    }

    void peerNotReady() {
        add(sending, TransportMetric.PEER_NOT_READY, 1);
    }

    void received(WorkOpcode opcode, int bytes) {
        add(receiving, opcode == WorkOpcode.SEND ? TransportMetric.SENDS_RECEIVED : TransportMetric.WRITES_RECEIVED, 1);
        add(receiving, TransportMetric.BYTES_RECEIVED, bytes);
    }

    void receiveCompleted(WorkOpcode opcode, WorkStatus status) {
        add(receiving, switch (opcode) {
            case DISCONNECT -> TransportMetric.COMPLETIONS_DISCONNECT;
            case RECEIVE_WITH_IMMEDIATE -> completed(status, TransportMetric.COMPLETIONS_IMMEDIATE);
            default -> completed(status, TransportMetric.COMPLETIONS_RECEIVE);
        }, 1);
    }

    private static TransportMetric completed(WorkStatus status, TransportMetric success) {
        return switch (status) {
            case SUCCESS -> success;
            case FLUSHED -> TransportMetric.COMPLETIONS_FLUSHED;
            default -> TransportMetric.COMPLETIONS_FAILED;
        };
    }

    void notReady() {
        add(receiving, TransportMetric.RECEIVER_NOT_READY, 1);
    }

    void accessRefused() {
        add(receiving, TransportMetric.ACCESS_REFUSED, 1);
    }

    @Override
    public long get(TransportMetric metric) {
        WireLink to = link;
        return switch (metric) {
            case RETRANSMITS -> to == null ? retransmits : to.retransmits();
            case FAULTS_SEEN -> to == null ? faultsSeen : to.faultsSeen();
            default -> get(sending, metric) + get(receiving, metric);
        };
    }
}
