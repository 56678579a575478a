package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.LastingError;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The one thread by which a client hears of its connections' ends. */
class OneThreadTest {

    @Test
    void itGoesOnThoughWhatHasFailedCantEvenBeTold() throws Exception {
        OneThread thread = new OneThread(task -> {
            Thread daemon = new Thread(task, "test");
            daemon.setDaemon(true);
            return daemon;
        });
        CountDownLatch begun = new CountDownLatch(40);
        for (int i = 0; i < 40; i++) {
            thread.execute(() -> {
                begun.countDown();
                throw new LastingError();
            });
        }
        thread.stop();
        assertTrue(begun.await(10, TimeUnit.SECONDS), "it has ended");
        thread.join();
    }
}
