package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.WriteGrant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CAT-10: one writer a file, soft and hard limit, recovery by fencing. */
class LeaseRecoveryTest {
    private static final byte[] BYTES = GroupUnderTest.random(300_000);
    private static final int FLUSHED = 200_001;
    /** What a fenced writer may hear; which one depends on how far its next call gets. */
    private static final Set<ErrorCode> FENCED = Set.of(
            ErrorCode.LEASE_LOST, ErrorCode.FENCED, ErrorCode.KEY_REFUSED);

    private GroupUnderTest group;
    private BatonClient first;
    private BatonClient second;
    private BatonOutput writer;

    @BeforeEach
    void aWriterThatFlushedAPart(@TempDir Path directory) throws Exception {
        group = new GroupUnderTest(directory, 1);
        first = group.client();
        second = group.client();
        writer = first.create("/file", GroupUnderTest.OPTIONS);
        writer.write(BYTES, 0, FLUSHED);
        writer.hflush();
    }

    @AfterEach
    void closeAll() throws Exception {
        writer.abort();
        first.close();
        second.close();
        group.close();
    }

    @Test
    void aWriterWithinItsSoftLimitKeepsItsLease() throws Exception {
        group.advance(Duration.ofSeconds(59));
        assertEquals(ErrorCode.LEASE_HELD, assertThrows(BatonException.class, () -> second.append("/file")).code());
        writer.write(BYTES, FLUSHED, BYTES.length - FLUSHED);
        writer.close();
        assertArrayEquals(BYTES, GroupUnderTest.read(second, "/file"));
    }

    @Test
    void whoEndsALeaseByNameTakesTheFileAtItsFlushedLengthAndTheWriterIsFenced() throws Exception {
        assertTrue(second.recoverLease("/file"));
        assertClosedAtFlushedLength();
        assertFenced();
        assertClosedAtFlushedLength();
    }

    @Test
    void anAppenderTakesOverAfterTheSoftLimit() throws Exception {
        group.advance(Duration.ofSeconds(61));
        try (BatonOutput appender = second.append("/file")) {
            assertEquals(FLUSHED, appender.position());
            appender.write(BYTES, FLUSHED, BYTES.length - FLUSHED);
            assertFenced();
        }
        assertArrayEquals(BYTES, GroupUnderTest.read(second, "/file"));
    }

    @Test
    void afterTheHardLimitTheGroupClosesTheFileByItself() throws Exception {
        group.advance(Duration.ofMinutes(21));
        GroupUnderTest.await("the group closes the file",
                () -> !second.status("/file").orElseThrow().open());
        assertClosedAtFlushedLength();
        assertFenced();
    }

    @Test
    void whoMayNotWriteMayNotEndTheLeaseEither() throws Exception {
        group.advance(Duration.ofSeconds(61));
        try (BatonClient stranger = group.client("stranger")) {
            assertEquals(ErrorCode.PERMISSION_DENIED,
                    assertThrows(BatonException.class, () -> stranger.recoverLease("/file")).code());
        }
    }

    @Test
    void aFileThatItsWriterNeverWroteToIsClosedEmpty() throws Exception {
        BatonOutput idle = first.create("/idle", GroupUnderTest.OPTIONS);
        group.advance(Duration.ofSeconds(61));
        assertTrue(second.recoverLease("/idle"));
        assertEquals(0, second.status("/idle").orElseThrow().lengthBytes());
        assertThrows(BatonException.class, () -> {
            idle.write(BYTES, 0, 1000);
            idle.hflush();
        });
        idle.abort();
        assertEquals(0, GroupUnderTest.read(second, "/idle").length);
    }

    @Test
    void deletingAnOpenFileEndsItsLease() throws Exception {
        assertTrue(second.delete("/file", false));
        assertFenced();
        assertFalse(second.status("/file").isPresent());
    }

    @Test
    void whoAbortsGivesUpThisLeaseAndNoOtherThoughItsClientLivesOn() throws Exception {
        try (BatonOutput other = first.create("/other", GroupUnderTest.OPTIONS)) {
            other.write(BYTES, 0, FLUSHED);
            writer.write(BYTES, FLUSHED, BYTES.length - FLUSHED);
            writer.abort();
            assertFalse(second.status("/file").orElseThrow().open());
            byte[] kept = GroupUnderTest.read(second, "/file");
            assertTrue(kept.length >= FLUSHED, "what was flushed stays");
            assertArrayEquals(Arrays.copyOf(BYTES, kept.length), kept);
            assertTrue(second.status("/other").orElseThrow().open());
            try (BatonOutput appender = second.append("/file")) {
                assertEquals(kept.length, appender.position());
            }
            other.write(BYTES, FLUSHED, BYTES.length - FLUSHED);
        }
        assertArrayEquals(BYTES, GroupUnderTest.read(second, "/other"));
    }

    @Test
    void aLeaseThatHasPassedToAnotherIsNotGivenUpByItsFormerHolder() throws Exception {
        CallContext context = new CallContext(first.caller(), new Invocation(UUID.randomUUID(), 1));
        WriteGrant grant = group.group().catalog().create(context, "/passed", GroupUnderTest.OPTIONS);
        second.recoverLease("/passed");
        try (BatonOutput taker = second.append("/passed")) {
            taker.write(BYTES, 0, FLUSHED);
            group.group().catalog().abandon(new CallContext(first.caller(),
                    new Invocation(context.invocation().clientId(), 2)), grant.file(), grant.lease());
            taker.write(BYTES, FLUSHED, BYTES.length - FLUSHED);
        }
        assertArrayEquals(BYTES, GroupUnderTest.read(second, "/passed"));
    }

    private void assertClosedAtFlushedLength() throws Exception {
        assertFalse(second.status("/file").orElseThrow().open());
        assertArrayEquals(Arrays.copyOf(BYTES, FLUSHED), GroupUnderTest.read(second, "/file"));
    }

    private void assertFenced() {
        BatonException refusal = assertThrows(BatonException.class, () -> {
            writer.write(BYTES, FLUSHED, BYTES.length - FLUSHED);
            writer.close();
        });
        assertTrue(FENCED.contains(refusal.code()), () -> refusal.code() + ": " + refusal.getMessage());
    }
}
