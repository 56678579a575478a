package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ServerId;
import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A check that is ended before it is through leaves nothing in the group's directory. */
@Timeout(60)
class CheckStopTest {
    private static final long AT_ONCE_MS = 50;
    private static final long WRITING_MS = 300;

    @TempDir
    private Path directory;

    private final List<String> steps = new ArrayList<>();
    private final CountDownLatch written = new CountDownLatch(1);

    private interface Event {
        void happens(String step) throws Exception;
    }

    private LocalGroupConfig config() {
        return new LocalGroupConfig(directory, 1, 4, 64L << 20, List.of(),
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server.");
    }

    @BeforeEach
    void format() throws IOException {
        LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
    }

    private CheckProgress at(String prefix, Event event) {
        return new CheckProgress() {
            private void step(String step) {
                steps.add(step);
                if (step.startsWith(prefix)) {
                    try {
                        event.happens(step);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            }

            @Override
            public void begins(String what) {
                step(what);
            }

            @Override
            public void read(ServerId server, String pool, long done, long total) {
                step("read " + pool);
            }

            @Override
            public void lost(ServerId server, List<Damage> lost) {
                step("lost");
            }
        };
    }

    private void assertEndsAt(String prefix, boolean repair) throws Exception {
        steps.clear();
        CheckStop stop = new CheckStop();
        assertThrows(CancellationException.class, () -> GroupCheck.run(config(), repair, List.of(),
                at(prefix, step -> stop.ask()), stop));
        assertTrue(steps.get(steps.size() - 1).startsWith(prefix), "nothing more is begun: " + steps);
        assertFalse(Files.exists(directory.resolve("tmp")));
        assertTrue(stop.awaitEnd(0));
        LocalGroup.open(config(), Clock.systemUTC(), new SecureRandom()).close();
    }

    @Test
    void itEndsBetweenTwoOfItsSteps() throws Exception {
        for (boolean repair : new boolean[] {false, true}) {
            for (String step : List.of("opening a copy", "read fast", "comparing")) {
                assertEndsAt(step, repair);
            }
        }
    }

    @Test
    void oneThatWasAskedToEndBeforeItHadTheLockDoesNotBegin() throws Exception {
        CheckStop stop = new CheckStop();
        GroupCheck.abandon(config(), stop, Long.MAX_VALUE / 1_000_000);
        assertThrows(CancellationException.class,
                () -> GroupCheck.run(config(), false, List.of(), at("", step -> { }), stop));
        assertEquals(List.of(), steps);
        assertThrows(CancellationException.class, stop::begin, "whoever has asked does not wait for it");
        assertTrue(stop.awaitEnd(0));
        LocalGroup.open(config(), Clock.systemUTC(), new SecureRandom()).close();
    }

    /** A server's files are there when a check is refused because the server runs. */
    @Test
    void whatIsAnothersStaysThereWhenARefusedCheckIsAbandoned() throws Exception {
        try (LocalGroup group = LocalGroup.open(config(), Clock.systemUTC(), new SecureRandom())) {
            Path file = Files.writeString(group.temporaryDirectory().resolve("file"), "a server's");
            CheckStop stop = new CheckStop();
            assertThrows(IOException.class, () -> GroupCheck.run(config(), false, List.of(), at("", step -> { }), stop));
            GroupCheck.abandon(config(), stop, AT_ONCE_MS);
            assertTrue(Files.exists(file));
        }
    }

    /** As long as there is a directory for them, and no longer than a log takes to be replayed. */
    private int write() throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WRITING_MS);
        int made = 0;
        try {
            while (System.nanoTime() - end < 0) {
                Files.createFile(directory.resolve("tmp/catalog/" + made++));
                written.countDown();
            }
        } catch (NoSuchFileException e) {
            assertFalse(Files.exists(directory.resolve("tmp/catalog")), "it was deleted");
        }
        return made;
    }

    /** What goes on writing has its files deleted too. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatOneLeavesThatDoesNotEndInTimeIsDeleted(boolean writing) throws Exception {
        CheckStop stop = new CheckStop();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<CheckedGroup> check = threads.submit(() -> GroupCheck.run(config(), false, List.of(),
                    at("read fast", step -> {
                        reading.countDown();
                        goOn.await();
                    }), stop));
            reading.await();
            assertTrue(Files.exists(directory.resolve("tmp/catalog")));
            Future<Integer> writer = writing ? threads.submit(this::write) : null;
            if (writing) {
                written.await();
            }
            GroupCheck.abandon(config(), stop, AT_ONCE_MS);
            assertFalse(Files.exists(directory.resolve("tmp")));
            goOn.countDown();
            if (writing) {
                assertTrue(writer.get() > 0);
            }
            assertThrows(Exception.class, check::get);
        } finally {
            goOn.countDown();
            threads.shutdown();
        }
        LocalGroup.open(config(), Clock.systemUTC(), new SecureRandom()).close();
    }
}
