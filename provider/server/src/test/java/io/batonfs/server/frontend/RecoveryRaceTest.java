package io.batonfs.server.frontend;

import static io.batonfs.server.frontend.FrontendFixture.ALICE;
import static io.batonfs.server.frontend.FrontendFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.WrittenExtent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A file is closed, deleted or recovered by others between the frontend's look at it and its own recovery. */
class RecoveryRaceTest {
    private static final String PATH = "/home/alice/f";

    private FrontendFixture f;
    private WriteGrant grant;
    private WrittenExtent written;

    @BeforeEach
    void open() throws IOException {
        f = new FrontendFixture();
        grant = f.create(PATH);
        written = f.written(grant, 10);
    }

    @AfterEach
    void close() throws IOException {
        f.close();
    }

    private interface Action {
        void take() throws IOException;
    }

    /** Just before the first command of a kind. */
    private void before(Class<? extends Command> kind, Action action) {
        f.beforeCommand = command -> {
            if (kind.isInstance(command)) {
                f.beforeCommand = any -> { };
                try {
                    action.take();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    private void closedByItsWriter() throws IOException {
        f.service.close(f.call(ALICE), grant.file(), grant.lease(), written);
    }

    private void softLimitPasses() {
        f.advance(Duration.ofMillis(GroupSettings.DEFAULT.softLeaseMs() + 1));
    }

    @Test
    void aFileThatItsWriterClosesJustThenCanBeAppendedTo() throws IOException {
        softLimitPasses();
        before(Command.StartRecovery.class, this::closedByItsWriter);
        assertEquals(10, f.service.append(f.call(ALICE), PATH).offset());
    }

    @Test
    void andCut() throws IOException {
        softLimitPasses();
        before(Command.StartRecovery.class, this::closedByItsWriter);
        f.service.truncate(f.call(ALICE), PATH, 4);
        assertEquals(4, f.service.status(f.call(ALICE), PATH).orElseThrow().lengthBytes());
    }

    @Test
    void itsRecoveryHasNothingMoreToDo() throws IOException {
        before(Command.StartRecovery.class, this::closedByItsWriter);
        assertTrue(f.service.recoverLease(f.call(ALICE), PATH));
        assertFalse(f.service.status(f.call(ALICE), PATH).orElseThrow().open());
    }

    @Test
    void whatIsDeletedJustThenIsNotFound() {
        before(Command.StartRecovery.class, () -> f.service.delete(f.call(ALICE), PATH, false));
        refused(ErrorCode.NOT_FOUND, () -> f.service.recoverLease(f.call(ALICE), PATH));
    }

    @Test
    void twoWhoRecoverAtTheSameTimeBothSeeItClosed() throws IOException {
        before(Command.FinishRecovery.class, () -> assertTrue(f.service.recoverLease(f.call(ALICE), PATH)));
        assertTrue(f.service.recoverLease(f.call(ALICE), PATH));
        assertEquals(10, f.service.status(f.call(ALICE), PATH).orElseThrow().lengthBytes());
    }
}
