package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a wire may not carry out: its sender is told why, both ends hear of the end, and nothing is written. */
abstract class RefusalsContract extends VerbsFixture {
    /** Ends the connection on both sides, each with its own story. */
    private void assertEnded(WorkStatus told, WorkOpcode opcode, long id) throws Exception {
        assertNext(a.sends, opcode, told, id);
        assertNext(a.receives, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0);
        WorkCompletion last;
        do {
            last = next(b.receives);
        } while (last.opcode() != WorkOpcode.DISCONNECT);
        assertEquals(QueuePairState.ERROR, a.pair.state());
        assertEquals(QueuePairState.ERROR, b.pair.state());
        assertEquals(told, a.pair.cause());
        assertThrows(VerbsException.class, () -> a.pair.postSend(new WorkRequest().send(1)));
        assertThrows(VerbsException.class, () -> b.pair.postSend(new WorkRequest().send(1)));
        assertEquals(0, b.receives.size(), "nothing comes after DISCONNECT");
    }

    @Test
    void aReceiverThatIsNotReadyIsReported() throws Exception {
        a.pair.postSend(new WorkRequest().send(3));
        assertEnded(WorkStatus.RECEIVER_NOT_READY, WorkOpcode.SEND, 3);
    }

    @Test
    void aReceiverThatIsNotReadyForImmediateDataIsReportedAndNothingWritten() throws Exception {
        MemoryRegion target = b.domain.allocate(4, REMOTE);
        MemoryRegion source = region(a, Set.of(), new byte[] {1, 2});
        a.pair.postSend(new WorkRequest().writeWithImmediate(3, target.address(), target.handle(), 1)
                .gather(source, 0, 2));
        assertEnded(WorkStatus.RECEIVER_NOT_READY, WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, 3);
        assertArrayEquals(new byte[4], contents(target));
    }

    @Test
    void aMessageTooLongIsReportedToBothAndCopiedToNobody() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        b.pair.postReceive(1, target, 0, 3);
        a.pair.postSend(new WorkRequest().send(3).gather(region(a, Set.of(), new byte[] {1, 2, 3, 4}), 0, 4));
        assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.LOCAL_LENGTH_ERROR, 1);
        assertEnded(WorkStatus.REMOTE_INVALID_REQUEST, WorkOpcode.SEND, 3);
        assertArrayEquals(new byte[8], contents(target));
    }

    private void assertWriteRefused(long address, int handle, MemoryRegion watched) throws Exception {
        byte[] before = contents(watched);
        MemoryRegion source = region(a, Set.of(), new byte[] {1, 2, 3, 4});
        a.pair.postSend(new WorkRequest().write(3, address, handle).gather(source, 0, 4));
        assertEnded(WorkStatus.REMOTE_ACCESS_ERROR, WorkOpcode.RDMA_WRITE, 3);
        assertArrayEquals(before, contents(watched));
    }

    @Test
    void aWriteBeforeARegionIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address() - 1, target.handle(), target);
    }

    @Test
    void aWriteBehindARegionIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address() + 5, target.handle(), target);
    }

    @Test
    void aWriteThatWrapsAroundIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address() + Long.MIN_VALUE, target.handle(), target);
    }

    @Test
    void aWriteToARegionForReceivesOnlyIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        assertWriteRefused(target.address(), target.handle(), target);
    }

    @Test
    void aWriteWithAnotherRegionsHandleIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        MemoryRegion other = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address(), other.handle(), target);
    }

    @Test
    void aWriteToAnotherDomainIsRefused() throws Exception {
        ProtectionDomain other = right.allocateDomain();
        MemoryRegion target = other.allocate(8, REMOTE);
        assertWriteRefused(target.address(), target.handle(), target);
        other.close();
    }

    @Test
    void aWriteToADeregisteredRegionIsRefused() throws Exception {
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        target.close();
        assertFalse(target.isRegistered());
        assertWriteRefused(target.address(), target.handle(), target);
    }

    @Test
    void aStaleHandleDoesNotReachWhatCameAfter() throws Exception {
        MemoryRegion old = b.domain.allocate(8, REMOTE);
        old.close();
        MemoryRegion target = b.domain.allocate(8, REMOTE);
        assertWriteRefused(target.address(), old.handle(), target);
    }

    @Test
    void aSourceThatIsDeregisteredIsALocalError() throws Exception {
        MemoryRegion source = region(a, Set.of(), new byte[] {1});
        WorkRequest request = new WorkRequest().send(3).gather(source, 0, 1);
        source.close();
        a.pair.postSend(request);
        assertEnded(WorkStatus.LOCAL_PROTECTION_ERROR, WorkOpcode.SEND, 3);
    }

    @Test
    void aReceiveBufferThatIsDeregisteredIsReportedToBoth() throws Exception {
        MemoryRegion target = b.domain.allocate(8, LOCAL);
        b.pair.postReceive(7, target, 0, 8);
        target.close();
        a.pair.postSend(new WorkRequest().send(3).inline(ByteBuffer.allocate(1), 0, 1));
        assertNext(b.receives, WorkOpcode.RECEIVE, WorkStatus.LOCAL_PROTECTION_ERROR, 7);
        assertEnded(WorkStatus.REMOTE_OPERATION_ERROR, WorkOpcode.SEND, 3);
    }
}
