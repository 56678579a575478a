package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Exchanger;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeviceTriesTest {
    private static final String SILENT = "silent";

    private final CountDownLatch answers = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private final LinkedBlockingQueue<String> late = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    private DeviceTries tries(long patienceMs) {
        return new DeviceTries(task -> {
            Thread thread = new Thread(task, "tried");
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        }, patienceMs, System::nanoTime);
    }

    private String work(String device) throws IOException {
        if (device.equals(SILENT)) {
            asked.incrementAndGet();
            try {
                answers.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        } else if (device.equals("failing")) {
            throw new IOException("it fails");
        } else if (device.equals("breaking")) {
            throw new IllegalStateException("it breaks");
        }
        return "of " + device;
    }

    private static void assertFails(String why, DeviceTries.Answer<?> answer) {
        IOException failure = assertThrows(IOException.class, answer::get);
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
    }

    @Test
    void oneThatIsSilentKeepsNobodyFromTheOthersAndIsNotAskedAgainUntilItAnswers() throws Exception {
        DeviceTries tries = tries(100);
        for (int round = 0; round < 3; round++) {
            Map<String, DeviceTries.Answer<String>> all =
                    tries.ask(List.of(SILENT, "sound", "failing", "breaking"), this::work, late::add);
            assertEquals("of sound", all.get("sound").get());
            assertFails("it fails", all.get("failing"));
            assertFails("it breaks", all.get("breaking"));
            assertFails("it does not answer", all.get(SILENT));
        }
        assertEquals(1, asked.get());
        answers.countDown();
        assertEquals("of silent", late.poll(30, TimeUnit.SECONDS), "who would close what was opened");
        assertEquals("of silent", tries.ask(List.of(SILENT), this::work, late::add).get(SILENT).get());
        assertEquals("of several", tries.askOfSeveral("several", this::work, late::add).get());
        assertTrue(late.isEmpty());
    }

    @Test
    void nobodyWaitsBehindTheEnd() throws Exception {
        DeviceTries tries = tries(TimeUnit.HOURS.toMillis(1));
        Exchanger<DeviceTries.Answer<String>> met = new Exchanger<>();
        Thread waiting = new Thread(() -> {
            try {
                met.exchange(tries.ask(List.of(SILENT), this::work, late::add).get(SILENT));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waiting.start();
        while (asked.get() == 0) {
            Thread.onSpinWait();
        }
        tries.close();
        assertFails("it does not answer", met.exchange(null));
        assertTrue(tries.isClosed());
        assertFails("the server is ending", tries.ask(List.of("sound"), this::work, late::add).get("sound"));
        assertEquals(1, threads.size(), "nothing is begun any more");
        answers.countDown();
        waiting.join();
    }
}
