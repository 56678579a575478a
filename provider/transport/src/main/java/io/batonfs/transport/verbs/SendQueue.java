package io.batonfs.transport.verbs;

/**
 * What has been transmitted and has not ended, first in first out, of a fixed capacity. Its memory grows with what is
 * outstanding: most connections never have more than a few. Guarded by whoever owns it.
 */
final class SendQueue {
    private static final int INITIAL_SLOTS = 8;

    private final int capacity;
    private long[] ids;
    private WorkOpcode[] opcodes;
    private WorkRequest.Signal[] signals;
    private int[] lengths;
    private int head;
    private int count;

    SendQueue(int capacity) {
        this.capacity = capacity;
        int slots = Math.min(capacity, INITIAL_SLOTS);
        ids = new long[slots];
        opcodes = new WorkOpcode[slots];
        signals = new WorkRequest.Signal[slots];
        lengths = new int[slots];
    }

    boolean isFull() {
        return count == capacity;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Slots that there is memory for at this moment. */
    int slots() {
        return ids.length;
    }

    private void grow() {
        int slots = Math.min(capacity, ids.length * 2);
        long[] moreIds = new long[slots];
        WorkOpcode[] moreOpcodes = new WorkOpcode[slots];
        WorkRequest.Signal[] moreSignals = new WorkRequest.Signal[slots];
        int[] moreLengths = new int[slots];
        for (int i = 0; i < count; i++) {
            int at = (head + i) % ids.length;
            moreIds[i] = ids[at];
            moreOpcodes[i] = opcodes[at];
            moreSignals[i] = signals[at];
            moreLengths[i] = lengths[at];
        }
        ids = moreIds;
        opcodes = moreOpcodes;
        signals = moreSignals;
        lengths = moreLengths;
        head = 0;
    }

    void add(WorkRequest request) {
        if (count == ids.length) {
            grow();
        }
        int at = (head + count) % ids.length;
        ids[at] = request.id();
        opcodes[at] = request.opcode();
        signals[at] = request.signal();
        lengths[at] = request.lengthBytes();
        count++;
    }

    long id() {
        return ids[head];
    }

    WorkOpcode opcode() {
        return opcodes[head];
    }

    WorkRequest.Signal signal() {
        return signals[head];
    }

    int length() {
        return lengths[head];
    }

    /** The one added last, if there is one, is not announced any more, whatever becomes of it. */
    boolean silenceLast() {
        if (count > 0) {
            signals[(head + count - 1) % ids.length] = WorkRequest.Signal.SILENT;
        }
        return count > 0;
    }

    void removeFirst() {
        head = (head + 1) % ids.length;
        count--;
    }
}
