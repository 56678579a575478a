package io.batonfs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What somebody is told who waits. */
class RetriesTest {
    private static final BatonException GONE = new BatonException(ErrorCode.UNREACHABLE, "the server at host:8770 is gone");

    private final ManualTime time = new ManualTime();
    private final List<String> notices = new ArrayList<>();

    private Retries retries(long timeoutMs) throws BatonException {
        return new Retries(ClientConfig.from(Map.of("fs.baton.client.retry.timeout.ms", Long.toString(timeoutMs))), time,
                new Random(1), notices::add);
    }

    private void waitUntilItIsOver(Retries.Budget budget) {
        assertSame(GONE, assertThrows(IOException.class, () -> {
            while (true) {
                budget.pause(GONE);
            }
        }));
    }

    @Test
    void whoWaitsIsToldWhatForAfterAMomentAndNowAndThen() throws IOException {
        waitUntilItIsOver(retries(60_000).begin());
        assertEquals(3, notices.size(), notices.toString());
        assertTrue(notices.get(0).matches("the server at host:8770 is gone - trying again, for 5[0-9] s at most"),
                notices.toString());
    }

    @Test
    void whatMendsItselfIsNotWorthALine() throws IOException {
        Retries.Budget budget = retries(60_000).begin();
        long startMs = time.nowMs();
        while (time.nowMs() - startMs < Retries.TOLD_AFTER_MS) {
            budget.pause(GONE);
        }
        assertEquals(List.of(), notices);
    }

    @Test
    void manyThatWaitAtATimeAreOneLine() throws IOException {
        Retries retries = retries(60_000);
        List<Retries.Budget> budgets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            budgets.add(retries.begin());
            budgets.get(i).pause(GONE);
        }
        time.advance(Retries.TOLD_AFTER_MS);
        for (Retries.Budget budget : budgets.subList(0, 5)) {
            budget.pause(GONE);
        }
        assertEquals(1, notices.size(), notices.toString());
    }
}
