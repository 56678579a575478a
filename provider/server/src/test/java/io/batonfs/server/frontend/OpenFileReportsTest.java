package io.batonfs.server.frontend;

import static io.batonfs.server.frontend.FrontendFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command that freezes open files gives writers time between its rounds, and gives up in the end. */
class OpenFileReportsTest {
    private final List<Integer> pauses = new ArrayList<>();
    private FrontendFixture frontend;
    private OpenFileReports reports;

    @BeforeEach
    void open() throws Exception {
        frontend = new FrontendFixture();
        reports = new OpenFileReports(frontend.calls(), new ExtentOwners(any -> frontend.owner), pauses::add);
    }

    @AfterEach
    void close() throws Exception {
        frontend.close();
    }

    @Test
    void itPausesAfterEachRoundInVain() throws Exception {
        int[] rounds = new int[1];
        assertEquals("done", reports.freeze(List.of("/"), report -> {
            if (++rounds[0] < 4) {
                throw new BatonException(ErrorCode.AGAIN, "a file was opened meanwhile");
            }
            return "done";
        }));
        assertEquals(List.of(1, 2, 3), pauses);
    }

    @Test
    void itGivesUpAndPassesOnWhatAnotherReportDoesNotMend() {
        refused(ErrorCode.AGAIN, () -> reports.freeze(List.of("/"), report -> {
            throw new BatonException(ErrorCode.AGAIN, "never at rest");
        }));
        assertEquals(IntStream.range(1, 20).boxed().toList(), pauses);
        pauses.clear();
        refused(ErrorCode.PERMISSION_DENIED, () -> reports.freeze(List.of("/"), report -> {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "no");
        }));
        assertEquals(List.of(), pauses);
    }

    @Test
    void anInterruptEndsThePauseAndStaysSet() {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, () -> RoundPause.DOUBLING.after(Integer.MAX_VALUE));
        assertTrue(Thread.interrupted());
    }
}
