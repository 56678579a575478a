package io.batonfs.transport.verbs;

/** What has been transmitted and has not ended, first in first out, of a fixed capacity. Guarded by whoever owns it. */
final class SendQueue {
    private final long[] ids;
    private final WorkOpcode[] opcodes;
    private final WorkRequest.Signal[] signals;
    private final int[] lengths;
    private int head;
    private int count;

    SendQueue(int capacity) {
        ids = new long[capacity];
        opcodes = new WorkOpcode[capacity];
        signals = new WorkRequest.Signal[capacity];
        lengths = new int[capacity];
    }

    boolean isFull() {
        return count == ids.length;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(WorkRequest request) {
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
