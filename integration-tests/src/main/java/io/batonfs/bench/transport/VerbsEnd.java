package io.batonfs.bench.transport;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * One end of a connection that carries small messages. Either its doorbell takes them in at once, in the thread of the
 * wire that rings, or in the one that waits and drives the wire; or a thread looks for them, and does the wire's work
 * for this connection.
 */
final class VerbsEnd {
    /** The most bytes of a message: what travels inside a request. */
    static final int MOST_BYTES = 64;
    private static final int RECEIVES = 16;
    private static final int SENDS = 64;

    private final CompletionQueue completions;
    private final WorkCompletion[] batch = WorkCompletion.batch(RECEIVES);
    private final WorkRequest work = new WorkRequest();
    private final ProtectionDomain domain;
    private final MemoryRegion memory;
    private final QueuePair pair;
    private final CompletionQueue.Doorbell doorbell = byWire -> drain();
    private final Taker taker;

    /** What becomes of messages. */
    interface Taker {
        /** A message lies at a place of a buffer; after this it may be overwritten. */
        void take(ByteBuffer buffer, int at, int lengthBytes) throws VerbsException;

        /** There will be no more. */
        void ended(WorkStatus cause);
    }

    /** Who takes messages in. */
    enum Attendance {
        /** The doorbell. */
        RUNG,
        /** A thread that calls {@link #look}. */
        POLLED
    }

    VerbsEnd(Nic nic, Taker taker, Attendance attendance) throws VerbsException {
        this.taker = taker;
        domain = nic.allocateDomain();
        completions = nic.createCompletionQueue();
        memory = domain.allocate(RECEIVES * MOST_BYTES, Set.of(AccessRight.LOCAL_WRITE));
        pair = nic.createQueuePair(new QueuePairOptions(domain, completions, completions, SENDS, RECEIVES, this));
        for (int i = 0; i < RECEIVES; i++) {
            post(i);
        }
        if (attendance == Attendance.RUNG) {
            drain();
        }
    }

    private void post(long id) throws VerbsException {
        pair.postReceive(id, memory, (int) id * MOST_BYTES, MOST_BYTES);
    }

    QueuePair pair() {
        return pair;
    }

    /** Sends a message. */
    void send(ByteBuffer buffer, int at, int lengthBytes) throws VerbsException {
        pair.postSend(work.send(0).inline(buffer, at, lengthBytes));
    }

    /** One look of a thread that polls, one at a time; whether there was something. */
    boolean look() {
        if (takeIn()) {
            return true;
        }
        pair.progress();
        return takeIn();
    }

    /** Takes everything in, until the doorbell is armed and there is nothing. */
    private void drain() {
        boolean armed = false;
        while (!armed) {
            while (takeIn()) {
                // There may be more.
            }
            armed = completions.arm(doorbell);
        }
    }

    private boolean takeIn() {
        int n = completions.poll(batch);
        for (int i = 0; i < n; i++) {
            take(batch[i].opcode(), batch[i].status(), batch[i].id(), batch[i].lengthBytes());
        }
        return n > 0;
    }

    private void take(WorkOpcode opcode, WorkStatus status, long id, int lengthBytes) {
        if (opcode == WorkOpcode.DISCONNECT) {
            domain.close();
            taker.ended(pair.cause());
        } else if (opcode == WorkOpcode.RECEIVE && status == WorkStatus.SUCCESS) {
            try {
                taker.take(memory.buffer(), (int) id * MOST_BYTES, lengthBytes);
                post(id);
            } catch (VerbsException e) {
                // The connection has ended: DISCONNECT comes next, or has come.
                pair.disconnect();
            }
        }
    }
}
