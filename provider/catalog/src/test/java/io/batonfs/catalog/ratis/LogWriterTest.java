package io.batonfs.catalog.ratis;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.store.RocksBudget;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Closing ends Ratis' log writer: one that waits at once, and never one that writes. */
@Timeout(30)
class LogWriterTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int CALLERS = 8;

    private final LogWriter writer = new LogWriter();

    @Test
    void oneThatWaitsForWorkIsEnded() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            writer.isCaller();
            try {
                new LinkedBlockingQueue<Runnable>().poll(1, TimeUnit.HOURS);
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        thread.start();
        while (thread.isAlive()) {
            writer.endIfIdle();
            thread.join(1);
        }
        assertTrue(interrupted.get());
    }

    @Test
    void oneAtWorkIsLeftAlone() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            writer.isCaller();
            working.countDown();
            while (done.getCount() > 0) {
                Thread.onSpinWait();
            }
            interrupted.complete(Thread.interrupted());
        });
        thread.start();
        working.await();
        for (int i = 0; i < 1000; i++) {
            writer.endIfIdle();
        }
        done.countDown();
        assertFalse(interrupted.get());
    }

    @Test
    void oneThatNobodyHasSeenIsNoFault() {
        assertDoesNotThrow(writer::endIfIdle);
    }

    /** What a log makes of it. */
    private static final class WatchedWriter extends LogWriter {
        private volatile Thread told;
        private volatile boolean askedToEnd;

        @Override
        void isCaller() {
            told = Thread.currentThread();
            super.isCaller();
        }

        @Override
        void endIfIdle() {
            askedToEnd = true;
            super.endIfIdle();
        }
    }

    /** Now and then it ends by itself before anybody looks whether it waits. */
    @Test
    void closingALogEndsTheWriterThatRatisHas(@TempDir Path directory) throws Exception {
        boolean asked = false;
        for (int round = 0; round < 20 && !asked; round++) {
            WatchedWriter watched = new WatchedWriter();
            RatisCatalogLog log = open(directory, 1000, watched);
            log.call(JournalMachine.command(JournalMachine.invocation(1, round), "one"));
            assertNotNull(watched.told, "nobody has told which thread writes");
            assertNotSame(Thread.currentThread(), watched.told);
            assertFalse(watched.askedToEnd, "the log is open");
            log.close();
            assertFalse(watched.told.isAlive());
            asked = watched.askedToEnd;
        }
        assertTrue(asked);
    }

    /**
     * The log is closed at any moment of many calls, and opened again: it is whole, and what was answered is there once.
     * {@code -Dcatalog.log.closes=N} says how often, {@code -Dcatalog.log.seed=...} when.
     */
    @Test
    void closedAtAnyMomentItHoldsWhatWasAnswered(@TempDir Path directory) throws Exception {
        long seed = Long.getLong("catalog.log.seed", System.nanoTime());
        System.out.println("-Dcatalog.log.seed=" + seed);
        Random random = new Random(seed);
        AtomicLong calls = new AtomicLong();
        Set<Long> answered = new HashSet<>();
        for (int round = Integer.getInteger("catalog.log.closes", 12); round >= 0; round--) {
            Semaphore answers = new Semaphore(0);
            List<CompletableFuture<List<Long>>> callers = new ArrayList<>();
            RatisCatalogLog log = open(directory, 20 + random.nextInt(100));
            try {
                assertHoldsOnce(log, answered);
                for (int i = 0; i < CALLERS; i++) {
                    callers.add(Callers.begin(() -> callUntilClosed(log, calls, answers)));
                }
                answers.acquire(random.nextInt(300));
            } finally {
                log.close();
            }
            for (CompletableFuture<List<Long>> caller : callers) {
                answered.addAll(caller.get());
            }
            assertEquals(CatalogLogState.CLOSED, log.state());
        }
        try (RatisCatalogLog log = open(directory, 1000)) {
            assertHoldsOnce(log, answered);
        }
    }

    private static RatisCatalogLog open(Path directory, long snapshotEvery) throws Exception {
        return open(directory, snapshotEvery, new LogWriter());
    }

    private static RatisCatalogLog open(Path directory, long snapshotEvery, LogWriter writer) throws Exception {
        CatalogLogConfig config = new CatalogLogConfig(directory, new GroupId(new UUID(0x4000, 7)), "n0",
                List.of(new PeerAddress("n0", "here")), snapshotEvery, CatalogLogConfig.DEFAULT_ELECTION_TIMEOUT,
                CatalogLogConfig.DEFAULT_SUBMIT_TIMEOUT, RocksBudget.SMALL);
        RatisCatalogLog log = RatisCatalogLog.open(config, JournalMachine::new, new InProcessDirectory(), Runnable::run,
                writer);
        assertTrue(log.awaitLeader(SOON));
        return log;
    }

    /** Which calls were answered. */
    private static List<Long> callUntilClosed(RatisCatalogLog log, AtomicLong calls, Semaphore answers)
            throws Exception {
        List<Long> answered = new ArrayList<>();
        for (;;) {
            long call = calls.getAndIncrement();
            try {
                log.call(JournalMachine.command(JournalMachine.invocation(1, call), Long.toString(call)));
            } catch (BatonException e) {
                assertEquals(ErrorCode.OUTCOME_UNKNOWN, e.code(), e.toString());
                return answered;
            }
            answered.add(call);
            answers.release();
        }
    }

    private static void assertHoldsOnce(RatisCatalogLog log, Set<Long> answered) throws Exception {
        Set<Long> there = new HashSet<>();
        try (TableView view = log.view()) {
            long count = JournalMachine.count(view);
            for (long i = 0; i < count; i++) {
                byte[] text = view.get(Table.NODES, JournalMachine.number(i));
                assertTrue(there.add(Long.parseLong(new String(text, StandardCharsets.UTF_8))), "one is there twice");
            }
        }
        assertTrue(there.containsAll(answered), () -> {
            answered.removeAll(there);
            return "answered and not there: " + answered;
        });
    }
}
