package io.batonfs.transport.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Two NICs on a simulated network and a connection between them, all in one thread. */
final class SimulatedPair {
    static final int MEMORY_BYTES = 1 << 20;
    private static final int QUEUE = 512;

    final VirtualClock clock = new VirtualClock();
    final EventTrace trace = new EventTrace(clock);
    final FaultPlan plan;
    final SeededScheduler scheduler;
    final SimulatedNetwork network;
    final SimulatedWire left;
    final SimulatedWire right;
    final Nic leftNic;
    final Nic rightNic;
    final End a;
    final End b;

    SimulatedPair(FaultRates rates, ReliableLinkConfig config, long seed) throws IOException {
        plan = new FaultPlan(rates, seed);
        scheduler = new SeededScheduler(clock, seed, trace, 1_000_000_000_000L);
        network = new SimulatedNetwork(scheduler, clock, plan, trace, config, seed);
        left = network.attach("left");
        right = network.attach("right");
        leftNic = new Nic(left);
        rightNic = new Nic(right);
        a = new End(leftNic);
        b = new End(rightNic);
        rightNic.listen("right:test", request -> {
            try {
                request.accept(b.pair);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
    }

    SimulatedPair connected() throws IOException {
        leftNic.connect(a.pair, "right:test");
        return this;
    }

    /** One end. */
    static final class End {
        final ProtectionDomain domain;
        final CompletionQueue sends;
        final CompletionQueue receives;
        final QueuePair pair;
        final MemoryRegion memory;

        End(Nic nic) throws IOException {
            domain = nic.allocateDomain();
            sends = nic.createCompletionQueue();
            receives = nic.createCompletionQueue();
            pair = nic.createQueuePair(new QueuePairOptions(domain, sends, receives, QUEUE, QUEUE, null));
            memory = domain.allocate(MEMORY_BYTES, Set.of(AccessRight.REMOTE_WRITE));
        }

        private static List<String> all(CompletionQueue queue) {
            List<String> found = new ArrayList<>();
            WorkCompletion[] one = WorkCompletion.batch(1);
            while (queue.poll(one) == 1) {
                found.add(one[0].opcode() + " " + one[0].id() + " " + one[0].status());
            }
            return found;
        }

        List<String> ended() {
            return all(sends);
        }

        List<String> received() {
            return all(receives);
        }
    }

    /** Closes everything and checks that nothing is left. */
    void close() throws IOException {
        leftNic.close();
        rightNic.close();
        a.domain.close();
        b.domain.close();
        scheduler.runUntil(() -> false);
        assertEquals(0, left.openLinks() + right.openLinks(), "connections left behind");
        assertEquals(0, network.packetsOnTheWay(), "packets on the way");
        assertEquals(0, scheduler.pending(), "tasks");
    }
}
