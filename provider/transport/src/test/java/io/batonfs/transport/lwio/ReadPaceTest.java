package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When small reads are handed to other threads. */
class ReadPaceTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5 * ReadPace.PAUSE_NANOS);
    private final ReadPace pace = new ReadPace(nanos::get);
    private int runs;

    private void read(long takesNanos) {
        pace.run(() -> {
            runs++;
            nanos.addAndGet(takesNanos);
        }, 4096);
    }

    @Test
    void quickReadsStayAndLargeOnesNever() {
        for (int i = 0; i < 1000; i++) {
            assertTrue(pace.isQuick(ReadPace.SMALL_BYTES));
            read(5_000);
        }
        assertFalse(pace.isQuick(ReadPace.SMALL_BYTES + 1));
        assertEquals(1000, runs);
    }

    @Test
    void oneSlowReadAmongQuickOnesIsNothing() {
        for (int i = 0; i < 20; i++) {
            read(ReadPace.SLOW_NANOS * 50);
            assertTrue(pace.isQuick(4096));
            read(5_000);
        }
    }

    @Test
    void slowReadsAreHandedOutForAWhileAndThenTriedAgain() {
        read(ReadPace.SLOW_NANOS);
        read(ReadPace.SLOW_NANOS);
        assertFalse(pace.isQuick(4096));
        nanos.addAndGet(ReadPace.PAUSE_NANOS - 1);
        assertFalse(pace.isQuick(4096));
        nanos.addAndGet(1);
        assertTrue(pace.isQuick(4096));
        read(ReadPace.SLOW_NANOS);
        assertFalse(pace.isQuick(4096), "one more slow read is enough after a pause");
        nanos.addAndGet(ReadPace.PAUSE_NANOS);
        read(5_000);
        read(5_000);
        assertTrue(pace.isQuick(4096));
    }

    @Test
    void largeReadsAreNotJudgedBy() {
        pace.run(() -> nanos.addAndGet(ReadPace.SLOW_NANOS * 100), ReadPace.SMALL_BYTES + 1);
        pace.run(() -> nanos.addAndGet(ReadPace.SLOW_NANOS * 100), ReadPace.SMALL_BYTES + 1);
        assertTrue(pace.isQuick(4096));
    }

    /** The client has its answer by then, and its next request may be under way. */
    @Test
    void aReadThatIsDoneIsNotFailedByTheClock() {
        AtomicLong calls = new AtomicLong();
        for (Error error : new Error[] {new InternalError("thrown by the test"), new StackOverflowError("thrown by the test")}) {
            calls.set(0);
            ReadPace failing = new ReadPace(() -> {
                // Once when it is made, and once before the read.
                if (calls.incrementAndGet() > 2) {
                    throw error;
                }
                return 0;
            });
            int before = runs;
            failing.run(() -> runs++, 4096);
            assertEquals(before + 1, runs);
            assertThrows(Error.class, () -> failing.run(() -> runs++, 4096), "it fails before the read has begun");
            assertEquals(before + 1, runs);
        }
    }
}
