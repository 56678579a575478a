package io.batonfs.server.frontend;

import static io.batonfs.server.frontend.FrontendFixture.ALICE;
import static io.batonfs.server.frontend.FrontendFixture.EVE;
import static io.batonfs.server.frontend.FrontendFixture.NEW;
import static io.batonfs.server.frontend.FrontendFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.GroupSettings;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that lost an answer asks again, later than it would like: the call has had its effect, and has no other. */
class RepeatedCallTest {
    private static final String PATH = "/home/alice/f";
    private FrontendFixture f;

    @BeforeEach
    void open() throws IOException {
        f = new FrontendFixture();
        f.file(PATH, 10);
    }

    @AfterEach
    void close() throws IOException {
        f.close();
    }

    private void softLimitPasses() {
        f.advance(Duration.ofMillis(GroupSettings.DEFAULT.softLeaseMs() + 1));
    }

    private void assertHeld(WriteGrant grant) throws IOException {
        assertEquals(grant.extent(), f.service.renewWrite(f.call(ALICE), grant.file(), grant.lease()).extent());
    }

    @Test
    void anAppendPastTheSoftLimitKeepsTheLeaseThatItWasGiven() throws IOException {
        CallContext append = f.call(ALICE);
        WriteGrant lost = f.service.append(append, PATH);
        softLimitPasses();
        WriteGrant again = f.service.append(append, PATH);
        assertEquals(lost.lease(), again.lease());
        assertEquals(lost.extent(), again.extent());
        assertHeld(again);
        softLimitPasses();
        WriteGrant other = f.service.append(f.call(ALICE), PATH);
        assertFalse(other.lease().equals(again.lease()), "a new call takes over as before");
    }

    @Test
    void aTruncateOrConcatDoesNotEndTheLeaseOfWhoeverWroteAfterIt() throws IOException {
        f.file("/home/alice/source", 10);
        CallContext truncate = f.call(ALICE);
        f.service.truncate(truncate, PATH, 5);
        CallContext concat = f.call(ALICE);
        f.service.concat(concat, PATH, List.of("/home/alice/source"));
        WriteGrant later = f.service.append(f.call(ALICE), PATH);
        softLimitPasses();
        f.service.truncate(truncate, PATH, 5);
        f.service.concat(concat, PATH, List.of("/home/alice/source"));
        assertHeld(later);
        assertEquals(15, f.service.status(f.call(ALICE), PATH).orElseThrow().lengthBytes());
    }

    @Test
    void whatWasGrantedBeforeTheLastSpaceWentIsGrantedAgain() throws IOException {
        CallContext create = f.call(ALICE);
        WriteGrant created = f.service.create(create, "/home/alice/new", NEW);
        CallContext append = f.call(ALICE);
        WriteGrant appended = f.service.append(append, PATH);
        WrittenExtent full = f.written(appended, 20);
        CallContext next = f.call(ALICE);
        WriteGrant second = f.service.nextExtent(next, appended.file(), appended.lease(), full);
        f.freeBytes = 0;
        assertEquals(created.lease(), f.service.create(create, "/home/alice/new", NEW).lease());
        assertEquals(appended.extent(), f.service.append(append, PATH).extent());
        assertEquals(second.extent(), f.service.nextExtent(next, appended.file(), appended.lease(), full).extent());
        assertTrue(refused(ErrorCode.NO_SPACE, () -> f.service.create(f.call(ALICE), "/home/alice/other", NEW))
                .getMessage().contains("has free space"));
        refused(ErrorCode.NO_SPACE, () -> f.service.append(f.call(ALICE), "/home/alice/other"));
    }

    @Test
    void whoGuessesACallGetsNothingOfIt() throws IOException {
        CallContext create = f.call(ALICE);
        f.service.create(create, "/home/alice/new", NEW);
        f.freeBytes = 0;
        refused(ErrorCode.NO_SPACE, () -> f.service.create(new CallContext(EVE, create.invocation()),
                "/home/alice/new", NEW));
    }

    @Test
    void aRefusalOfThenIsTheRefusalOfNow() throws IOException {
        CallContext create = f.call(ALICE);
        refused(ErrorCode.ALREADY_EXISTS, () -> f.service.create(create, PATH, NEW));
        f.freeBytes = 0;
        refused(ErrorCode.ALREADY_EXISTS, () -> f.service.create(create, PATH, NEW));
    }
}
