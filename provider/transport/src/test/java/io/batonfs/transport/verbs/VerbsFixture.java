package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two NICs that reach each other, which subclasses bring, with a connection between them; and what tests of it need. */
abstract class VerbsFixture {
    static final Set<AccessRight> LOCAL = EnumSet.of(AccessRight.LOCAL_WRITE);
    static final Set<AccessRight> REMOTE = EnumSet.of(AccessRight.REMOTE_WRITE);
    static final int SPINS = 100;

    Nic left;
    Nic right;
    Side a;
    Side b;

    /** A NIC that can listen at {@link #address}. */
    protected abstract Nic listeningNic() throws IOException;

    /** A NIC that can connect there. */
    protected abstract Nic connectingNic() throws IOException;

    /** Where to listen; what {@link Listening#address} then says is where to connect. */
    protected abstract String address();

    /** Ends what the wire itself needs, once both NICs are closed. */
    protected void stopWire() {
    }

    /** One end with all it needs. */
    static final class Side {
        final ProtectionDomain domain;
        final CompletionQueue sends;
        final CompletionQueue receives;
        final QueuePair pair;

        Side(Nic nic, int maxSends, int maxReceives) throws IOException {
            domain = nic.allocateDomain();
            sends = nic.createCompletionQueue();
            receives = nic.createCompletionQueue();
            pair = nic.createQueuePair(
                    new QueuePairOptions(domain, sends, receives, maxSends, maxReceives, this));
        }
    }

    @BeforeEach
    void connect() throws IOException {
        left = connectingNic();
        right = listeningNic();
        a = new Side(left, 64, 64);
        b = new Side(right, 64, 64);
        connect(a, b);
    }

    void connect(Side client, Side server) throws IOException {
        connect(client, server.pair);
    }

    void connect(Side client, QueuePair server) throws IOException {
        Listening listening = right.listen(address(), request -> {
            try {
                request.accept(server);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
        try {
            left.connect(client.pair, listening.address());
        } finally {
            listening.close();
        }
    }

    @AfterEach
    void close() throws IOException {
        left.close();
        right.close();
        a.domain.close();
        b.domain.close();
        assertEquals(0, left.registeredRegions());
        assertEquals(0, right.registeredRegions());
        assertEquals(0, left.openQueuePairs());
        assertEquals(0, right.openQueuePairs());
        stopWire();
    }

    static WorkCompletion next(CompletionQueue queue) throws InterruptedException {
        WorkCompletion[] one = WorkCompletion.batch(1);
        assertEquals(1, queue.await(one, SPINS));
        return one[0];
    }

    static void assertNext(CompletionQueue queue, WorkOpcode opcode, WorkStatus status, long id)
            throws InterruptedException {
        WorkCompletion found = next(queue);
        assertEquals(opcode + " " + status + " " + id, found.opcode() + " " + found.status() + " " + found.id());
    }

    static MemoryRegion region(Side side, Set<AccessRight> rights, byte[] bytes) throws VerbsException {
        MemoryRegion region = side.domain.allocate(bytes.length, rights);
        region.buffer().put(0, bytes);
        return region;
    }

    static byte[] contents(MemoryRegion region) {
        byte[] bytes = new byte[region.lengthBytes()];
        region.buffer().get(0, bytes);
        return bytes;
    }

    /** A message may be received, and another be allowed by it, before its sender is told that it has ended. */
    static void postOnceThereIsRoom(QueuePair pair, WorkRequest request) {
        while (true) {
            try {
                pair.postSend(request);
                return;
            } catch (VerbsException e) {
                if (pair.state() != QueuePairState.READY_TO_SEND) {
                    throw new AssertionError(e);
                }
                Thread.yield();
            }
        }
    }
}
