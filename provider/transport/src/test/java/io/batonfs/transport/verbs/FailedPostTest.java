package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.transport.wire.FailingWire;
import io.batonfs.transport.wire.InProcessWire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Posts that meet an Error in the wire, and what other threads post before the connection is ended for it. */
class FailedPostTest {
    /** Of {@link FailingWire}: before the message goes over. */
    private static final int BEFORE = 0;
    private static final int BEHIND = 1;

    private final FailingWire wire = new FailingWire(new InProcessWire());
    private final Nic nic = new Nic(wire);
    private ProtectionDomain domain;
    private CompletionQueue completions;
    private QueuePair pair;
    private QueuePair peer;
    private MemoryRegion source;
    private MemoryRegion target;

    @BeforeEach
    void connect() throws IOException {
        domain = nic.allocateDomain();
        completions = nic.createCompletionQueue();
        pair = newPair(completions);
        source = domain.allocate(8, Set.of());
        target = domain.allocate(8, Set.of(AccessRight.REMOTE_WRITE));
        try (Listening listening = nic.listen("here", request -> {
            try {
                request.accept(pair);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        })) {
            peer = newPair(nic.createCompletionQueue());
            nic.connect(peer, listening.address());
        }
    }

    private QueuePair newPair(CompletionQueue queue) throws VerbsException {
        return nic.createQueuePair(new QueuePairOptions(domain, queue, queue, 8, 8, this));
    }

    @AfterEach
    void close() throws IOException {
        nic.close();
        domain.close();
        assertEquals(0, nic.registeredRegions());
        assertEquals(0, nic.openQueuePairs());
    }

    private WorkRequest write(int id) {
        return new WorkRequest().write(id, target.address(), target.handle()).gather(source, 0, 8);
    }

    /** Ids of the sends that are announced once the connection is ended. */
    private List<Long> announcedAtTheEnd() {
        pair.disconnect();
        List<Long> ids = new ArrayList<>();
        WorkCompletion[] one = WorkCompletion.batch(1);
        while (completions.poll(one) > 0) {
            if (one[0].opcode() != WorkOpcode.DISCONNECT) {
                ids.add(one[0].id());
            }
        }
        return ids;
    }

    private void nothingTakesItsPlace(int step, UnaryOperator<WorkRequest> announced) {
        AtomicInteger left = new AtomicInteger(step);
        wire.atEachStep(() -> {
            if (left.getAndDecrement() == 0) {
                throw new OutOfMemoryError("thrown by the test");
            }
        });
        WorkRequest failing = announced.apply(write(1));
        assertThrows(OutOfMemoryError.class, () -> pair.postSendQuietly(failing));
        WorkRequest next = write(2).signaledIfLater();
        assertThrows(VerbsException.class, () -> pair.postSendQuietly(next));
        assertEquals(failing.isAccepted() ? List.of(1L) : List.of(), announcedAtTheEnd());
    }

    @ParameterizedTest
    @ValueSource(ints = {BEFORE, BEHIND})
    void whoIsToldIfLaterHearsOfItOnceUnlessItsMemoryIsFree(int step) {
        nothingTakesItsPlace(step, WorkRequest::signaledIfLater);
    }

    @ParameterizedTest
    @ValueSource(ints = {BEFORE, BEHIND})
    void whoIsAlwaysToldHearsOfItOnce(int step) {
        nothingTakesItsPlace(step, WorkRequest::signaled);
    }

    /** The NIC asks what faults the link has seen, once it forgets the pair. */
    private void failsOnceWhereThePairIsForgotten() {
        AtomicInteger left = new AtomicInteger(0);
        wire.whenAskedForFaults(() -> {
            if (left.getAndDecrement() == 0) {
                throw new StackOverflowError("thrown by the test");
            }
        });
    }

    @Test
    void thePeerIsToldOfAnEndThatHasFailedHalfWay() {
        failsOnceWhereThePairIsForgotten();
        assertThrows(StackOverflowError.class, pair::disconnect);
        assertEquals(QueuePairState.ERROR, pair.state());
        pair.disconnect();
        assertEquals(QueuePairState.ERROR, peer.state(), "it hangs");
    }

    /** A write that the peer refuses, at our end: it ends by that. */
    @Test
    void thePeerIsToldThoughThatHasFailedBehindARefusal() {
        source.close();
        failsOnceWhereThePairIsForgotten();
        assertThrows(StackOverflowError.class, () -> pair.postSend(write(1)));
        assertEquals(QueuePairState.ERROR, pair.state());
        pair.disconnect();
        assertEquals(QueuePairState.ERROR, peer.state(), "it hangs");
    }
}
