package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import java.io.Closeable;
import java.io.IOException;
import java.util.Set;

/** A queue pair with what it needs. Used by one thread but where a test says otherwise. */
final class TcpPeer implements Closeable {
    static final int QUEUE = 64;

    final ProtectionDomain domain;
    final CompletionQueue sends;
    final CompletionQueue receives;
    final QueuePair pair;
    final MemoryRegion memory;
    private boolean ended;
    private final WorkCompletion[] one = WorkCompletion.batch(1);

    /** @param memoryBytes reachable by the peer, and its receives may be posted there */
    TcpPeer(Nic nic, int memoryBytes) throws IOException {
        domain = nic.allocateDomain();
        sends = nic.createCompletionQueue();
        receives = nic.createCompletionQueue();
        pair = nic.createQueuePair(new QueuePairOptions(domain, sends, receives, QUEUE, QUEUE, this));
        memory = domain.allocate(memoryBytes, Set.of(AccessRight.REMOTE_WRITE));
    }

    WorkCompletion next(CompletionQueue queue) throws InterruptedException {
        if (queue.await(one, 100) != 1) {
            throw new AssertionError("nothing came");
        }
        ended |= one[0].opcode() == WorkOpcode.DISCONNECT;
        return one[0];
    }

    /** Takes in everything until the connection is gone; at once if that was seen already. */
    void awaitEnd() throws InterruptedException {
        while (!ended) {
            next(receives);
        }
    }

    @Override
    public void close() {
        pair.disconnect();
        domain.close();
    }
}
