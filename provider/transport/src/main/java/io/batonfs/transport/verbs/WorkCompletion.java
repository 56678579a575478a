package io.batonfs.transport.verbs;

/**
 * One entry of a completion queue, as {@link CompletionQueue#poll} copies it out. Made once and filled again and again
 * by its owner; not thread-safe.
 */
public final class WorkCompletion {
    QueuePair queuePair;
    long id;
    WorkOpcode opcode;
    WorkStatus status;
    int lengthBytes;
    int immediate;

    /** An empty holder. */
    public WorkCompletion() {
    }

    /** Holders for {@link CompletionQueue#poll}. */
    public static WorkCompletion[] batch(int size) {
        WorkCompletion[] batch = new WorkCompletion[size];
        for (int i = 0; i < size; i++) {
            batch[i] = new WorkCompletion();
        }
        return batch;
    }

    void set(QueuePair pair, long requestId, WorkOpcode kind, WorkStatus outcome, int length, int data) {
        queuePair = pair;
        id = requestId;
        opcode = kind;
        status = outcome;
        lengthBytes = length;
        immediate = data;
    }

    void copyFrom(WorkCompletion other) {
        set(other.queuePair, other.id, other.opcode, other.status, other.lengthBytes, other.immediate);
    }

    /** The queue pair whose work ended. */
    public QueuePair queuePair() {
        return queuePair;
    }

    /** The id that the request was posted with; 0 for {@link WorkOpcode#DISCONNECT}. */
    public long id() {
        return id;
    }

    /** What ended. */
    public WorkOpcode opcode() {
        return opcode;
    }

    /** How it ended. */
    public WorkStatus status() {
        return status;
    }

    /** Bytes received or written; 0 unless successful. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** Immediate data of a {@link WorkOpcode#RECEIVE_WITH_IMMEDIATE}. */
    public int immediate() {
        return immediate;
    }

    @Override
    public String toString() {
        return opcode + " " + id + " " + status + " " + lengthBytes + " bytes";
    }
}
