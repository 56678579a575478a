package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.LoadMeter;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GentlePauseTest {

    private static GentlePause pause() {
        return new GentlePause(new LoadMeter(() -> 0, 0), Clock.systemUTC());
    }

    @Test
    void restsAsWantedWhereNobodyAsksForAnythingAndLongerTheMoreIsAskedFor() {
        assertEquals(1000, GentlePause.stretched(1000, 0));
        assertEquals(2000, GentlePause.stretched(1000, 16 << 20));
        assertEquals(5000, GentlePause.stretched(1000, 64 << 20));
        assertEquals(20_000, GentlePause.stretched(1000, 10e9), "but it does go on");
        assertEquals(1000, GentlePause.stretched(1000, -5), "a count that began anew is no load");
        assertEquals(TimeUnit.HOURS.toNanos(1), GentlePause.stretched(Long.MAX_VALUE, 0));
    }

    @Test
    void stoppingEndsARestAndEveryFurtherOne() throws Exception {
        GentlePause pause = pause();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread resting = new Thread(() -> {
            try {
                pause.forNanos(TimeUnit.HOURS.toNanos(1));
                ended.complete(false);
            } catch (InterruptedException e) {
                ended.complete(true);
            }
        });
        resting.start();
        while (resting.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(resting.isAlive());
            Thread.onSpinWait();
        }
        pause.stop();
        assertTrue(ended.get(), "it had not been told to stop");
        assertThrows(InterruptedException.class, () -> pause.forNanos(1));
    }

    @Test
    void aRestEndsByItself() throws InterruptedException {
        long began = System.nanoTime();
        pause().forNanos(2_000_000);
        assertTrue(System.nanoTime() - began >= 2_000_000, "it did not rest");
    }
}
