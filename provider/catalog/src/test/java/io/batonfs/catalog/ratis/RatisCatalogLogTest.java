package io.batonfs.catalog.ratis;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.ChildJvm;
import io.batonfs.catalog.machine.ReplicatedMachine;
import io.batonfs.catalog.store.DurableFiles;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.RocksBudget;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableDump;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class RatisCatalogLogTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x4000, 7));
    private static final Duration SOON = Duration.ofSeconds(60);
    /** Beyond all timers of the binding but the submit timeout. */
    private static final int STALL_SECONDS = 7;
    private static final ExecutorService REPLIES = Executors.newFixedThreadPool(2);
    @TempDir
    Path directory;

    @AfterAll
    static void stopReplies() {
        REPLIES.shutdown();
    }

    private static CatalogLogConfig config(Path directory, long snapshotEvery) {
        return new CatalogLogConfig(directory, GROUP, "n0", List.of(new PeerAddress("n0", "here")), snapshotEvery,
                CatalogLogConfig.DEFAULT_ELECTION_TIMEOUT, CatalogLogConfig.DEFAULT_SUBMIT_TIMEOUT, RocksBudget.SMALL);
    }

    private static RatisCatalogLog open(Path directory, long snapshotEvery) throws IOException, InterruptedException {
        RatisCatalogLog log = RatisCatalogLog.open(config(directory, snapshotEvery), JournalMachine::new,
                new InProcessDirectory(), REPLIES);
        assertTrue(log.awaitLeader(SOON));
        return log;
    }

    private RatisCatalogLog open() throws IOException, InterruptedException {
        return open(directory, CatalogLogConfig.DEFAULT_SNAPSHOT_EVERY);
    }

    private static CompletableFuture<byte[]> submit(RatisCatalogLog log, long call, String text) {
        Invocation invocation = JournalMachine.invocation(1, call);
        return Callers.begin(() -> log.call(JournalMachine.command(invocation, text)));
    }

    private static long number(CompletableFuture<byte[]> reply) throws ExecutionException, InterruptedException {
        return JournalMachine.number(reply.get());
    }

    private static void assertHolds(RatisCatalogLog log, long from, long to) throws IOException {
        try (TableView view = log.view()) {
            assertEquals(to, JournalMachine.count(view));
            for (long i = from; i < to; i++) {
                assertEquals("text " + i, text(view, i));
            }
        }
    }

    private static String text(TableView view, long number) {
        byte[] text = view.get(Table.NODES, JournalMachine.number(number));
        return text == null ? null : new String(text, StandardCharsets.UTF_8);
    }

    private static void fill(RatisCatalogLog log, long from, long to) throws Exception {
        for (long i = from; i < to; i++) {
            assertEquals(i, call(log, i, "text " + i));
        }
    }

    private Path raft(Path base) {
        return base.resolve("raft").resolve(GROUP.value().toString());
    }

    private static List<Path> files(Path where, String pattern) throws IOException {
        try (Stream<Path> all = Files.list(where)) {
            return all.filter(f -> f.getFileName().toString().matches(pattern)).sorted().toList();
        }
    }

    @Test
    void commandsAreNumberedInOrderAndReadAtOnce() throws Exception {
        try (RatisCatalogLog log = open()) {
            assertTrue(log.isLeader());
            assertTrue(log.isHealthy());
            fill(log, 0, 500);
            assertHolds(log, 0, 500);
        }
    }

    @Test
    void restartFromLogOnly() throws Exception {
        Path copy = directory.resolve("copy");
        try (RatisCatalogLog log = open(directory.resolve("a"), 1_000_000)) {
            fill(log, 0, 300);
            copy(directory.resolve("a"), copy);
        }
        assertEquals(List.of(), files(raft(copy).resolve("sm"), ".*"));
        try (RatisCatalogLog log = open(copy, 1_000_000)) {
            assertHolds(log, 0, 300);
            fill(log, 300, 310);
        }
    }

    @Test
    void restartFromSnapshotOnly() throws Exception {
        try (RatisCatalogLog log = open(directory, 1_000_000)) {
            fill(log, 0, 300);
        }
        assertEquals(1, files(raft(directory).resolve("sm"), "snapshot-.*").size());
        for (Path segment : files(raft(directory).resolve("current"), "log_.*")) {
            Files.delete(segment);
        }
        try (RatisCatalogLog log = open(directory, 1_000_000)) {
            assertHolds(log, 0, 300);
            fill(log, 300, 310);
        }
    }

    @Test
    void restartFromSnapshotAndLogAgainAndAgain() throws Exception {
        for (int round = 0; round < 4; round++) {
            Path now = directory.resolve("r" + round);
            Path next = directory.resolve("r" + (round + 1));
            try (RatisCatalogLog log = open(now, 70)) {
                assertHolds(log, 0, 150L * round);
                fill(log, 150L * round, 150L * (round + 1));
                Path snapshots = raft(now).resolve("sm");
                assertTrue(new Leadership().await(() -> holdsSnapshot(snapshots), SOON));
                // as a crash would leave it: snapshots taken on the way, the rest in the log
                copy(now, next);
                assertHolds(log, 0, 150L * (round + 1));
            }
            int snapshots = files(raft(next).resolve("sm"), "snapshot-.*").size();
            assertTrue(snapshots == 1 || snapshots == 2, snapshots + " snapshots are kept");
        }
    }

    private static boolean holdsSnapshot(Path snapshots) {
        try {
            return !files(snapshots, "snapshot-.*").isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void logIsPurgedUpToTheSnapshot() throws Exception {
        try (RatisCatalogLog log = open(directory, 2000)) {
            String bulk = "x".repeat(16_000);
            List<CompletableFuture<byte[]>> replies = new ArrayList<>();
            for (int i = 0; i < 4500; i++) {
                replies.add(submit(log, i, bulk));
                if (i % 100 == 99) {
                    for (CompletableFuture<byte[]> reply : replies) {
                        reply.get();
                    }
                    replies.clear();
                }
            }
        }
        long bytes = 0;
        for (Path segment : files(raft(directory).resolve("current"), "log_.*")) {
            bytes += Files.size(segment);
        }
        assertTrue(bytes < 40 << 20, "72 MB went in, " + bytes + " bytes of log are left");
        assertTrue(files(raft(directory).resolve("current"), "log_0-.*").isEmpty());
    }

    @Test
    void retriedInvocationHasOneEffectAlsoAfterRestarts() throws Exception {
        try (RatisCatalogLog log = open()) {
            assertEquals(0, number(submit(log, 5, "once")));
            assertEquals(0, number(submit(log, 5, "once")));
            CompletableFuture<byte[]> first = submit(log, 6, "twice at once");
            CompletableFuture<byte[]> second = submit(log, 6, "twice at once");
            assertEquals(1, number(first));
            assertEquals(1, number(second));
        }
        for (int restart = 0; restart < 2; restart++) {
            try (RatisCatalogLog log = open()) {
                assertEquals(0, number(submit(log, 5, "once")));
                assertEquals(1, number(submit(log, 6, "twice at once")));
                try (TableView view = log.view()) {
                    assertEquals(2, JournalMachine.count(view));
                }
            }
        }
    }

    @Test
    void commandTooLongIsRefusedAndNothingHappens() throws Exception {
        try (RatisCatalogLog log = open()) {
            String most = "x".repeat(CommandSubmitter.MAX_COMMAND_BYTES - 24);
            assertEquals(0, number(submit(log, 0, most)));
            assertEquals(ErrorCode.LIMIT_EXCEEDED, failure(submit(log, 1, most + "x")).code());
            assertEquals(1, number(submit(log, 1, "short")));
        }
    }

    private static BatonException failure(CompletableFuture<?> future) {
        ExecutionException e = assertThrows(ExecutionException.class, future::get);
        return (BatonException) e.getCause();
    }

    @Test
    void entryThatCannotBeAppliedStopsThePeerAndSaysSo() throws Exception {
        try (RatisCatalogLog log = open()) {
            fill(log, 0, 3);
            BatonException e = failure(submit(log, 3, JournalMachine.POISON));
            assertEquals(ErrorCode.INTERNAL, e.code());
            assertTrue(e.getMessage().contains("poison"), e.getMessage());
            assertFalse(log.isHealthy());
            assertFalse(log.isLeader());
            assertEquals(CatalogLogState.FAILED, log.state());
            assertTrue(log.failureMessage().contains("poison"), log.failureMessage());
            assertEquals(ErrorCode.INTERNAL, failure(submit(log, 4, "more")).code());
            assertEquals(ErrorCode.INTERNAL, assertThrows(BatonException.class, log::view).code());
        }
        // the entry is in the log for good: the next start comes to it, and says so again
        try (RatisCatalogLog log = RatisCatalogLog.open(config(directory, 1000), JournalMachine::new,
                new InProcessDirectory(), REPLIES)) {
            assertFalse(log.awaitLeader(SOON));
            assertFalse(log.isHealthy());
            assertTrue(log.failureMessage().contains("poison"), log.failureMessage());
        }
    }

    /** Ratis' own applying thread and whoever closes would wait for each other, if the failure were thrown to it. */
    @Test
    void closingWhileAnEntryFailsEnds() throws Exception {
        CountDownLatch applying = new CountDownLatch(1);
        CountDownLatch mayFail = new CountDownLatch(1);
        RatisCatalogLog log = RatisCatalogLog.open(config(directory, 1000), store -> new SlowMachine(applying, mayFail) {
            @Override
            void after() throws IOException {
                throw new IOException("no");
            }
        }, new InProcessDirectory(), REPLIES);
        assertTrue(log.awaitLeader(SOON));
        CompletableFuture<byte[]> reply = submit(log, 0, "text");
        assertTrue(applying.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> {
            try {
                log.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, closer());
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, failure(reply).code());
        assertTrue(new Leadership().await(RatisCatalogLogTest::somebodyWaitsForTheApplyingThread, SOON));
        mayFail.countDown();
        closed.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says when it is applying, and goes on when it may. */
    private static class SlowMachine implements ReplicatedMachine {
        private final CountDownLatch applying;
        private final CountDownLatch goOn;
        private volatile long index = -1;

        SlowMachine(CountDownLatch applying, CountDownLatch goOn) {
            this.applying = applying;
            this.goOn = goOn;
        }

        void after() throws IOException {
        }

        @Override
        public byte[] apply(long term, long entry, byte[] command) throws IOException {
            applying.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            after();
            index = entry;
            return JournalMachine.number(7);
        }

        @Override
        public long appliedIndex() {
            return index;
        }

        @Override
        public long appliedTerm() {
            return 0;
        }
    }

    /** A disk that hangs must not keep callers for ever. */
    @Test
    void commandEndsWithinTheSubmitTimeoutThoughNothingIsApplied() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CatalogLogConfig impatient = new CatalogLogConfig(directory, GROUP, "n0", List.of(new PeerAddress("n0", "here")),
                1000, CatalogLogConfig.DEFAULT_ELECTION_TIMEOUT, Duration.ofMillis(500), RocksBudget.SMALL);
        try (RatisCatalogLog log = RatisCatalogLog.open(impatient, store -> new SlowMachine(new CountDownLatch(1), goOn),
                new InProcessDirectory(), REPLIES)) {
            assertTrue(log.awaitLeader(SOON));
            CompletableFuture<byte[]> first = submit(log, 0, "text");
            CompletableFuture<byte[]> second = submit(log, 1, "text");
            assertEquals(ErrorCode.OUTCOME_UNKNOWN, soon(first).code());
            assertEquals(ErrorCode.OUTCOME_UNKNOWN, soon(second).code());
            assertTrue(log.isHealthy());
            goOn.countDown();
        }
    }

    /**
     * Longer than Ratis' retry cache remembers a call and than anybody waits for a peer before asking another: a
     * command that waits for a slow one must not come into the log again, and is answered when its turn comes.
     */
    @Test
    void slowCommandAndThoseBehindItReachTheLogOnce() throws Exception {
        StallingMachine.Gate gate = new StallingMachine.Gate();
        try (RatisCatalogLog log = RatisCatalogLog.open(config(directory, 1000),
                store -> new StallingMachine(store, gate), new InProcessDirectory(), REPLIES)) {
            assertTrue(log.awaitLeader(SOON));
            CompletableFuture<byte[]> slow = submit(log, 0, StallingMachine.STALL);
            assertTrue(gate.stalled.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
            CompletableFuture<byte[]> behind = submit(log, 1, "behind");
            assertThrows(TimeoutException.class, () -> behind.get(STALL_SECONDS, TimeUnit.SECONDS));
            gate.goOn.countDown();
            assertEquals(0, number(slow));
            assertEquals(1, number(behind));
            assertEquals(2, number(submit(log, 2, "after")));
            assertEquals(List.of(StallingMachine.STALL, "behind", "after"), List.copyOf(gate.applied));
        }
    }

    private static BatonException soon(CompletableFuture<?> future) {
        ExecutionException e = assertThrows(ExecutionException.class,
                () -> future.get(SOON.toMillis(), TimeUnit.MILLISECONDS));
        return (BatonException) e.getCause();
    }

    private static long call(RatisCatalogLog log, long call, String text) throws Exception {
        return JournalMachine.number(log.call(JournalMachine.command(JournalMachine.invocation(1, call), text)));
    }

    /** Whoever waits is woken by the thread that applies: nobody else has to be there. */
    @Test
    void commandThatIsWaitedForNeedsNoExecutor() throws Exception {
        ExecutorService replies = Executors.newSingleThreadExecutor();
        replies.shutdown();
        try (RatisCatalogLog log = RatisCatalogLog.open(config(directory, 1000), JournalMachine::new,
                new InProcessDirectory(), replies)) {
            assertTrue(log.awaitLeader(SOON));
            for (long i = 0; i < 20; i++) {
                assertEquals(i, call(log, i, "text " + i));
            }
            assertEquals(7, call(log, 7, "text 7"));
            assertHolds(log, 0, 20);
            assertEquals(ErrorCode.INTERNAL, soon(submit(log, 20, JournalMachine.POISON)).code());
        }
    }

    /** Each entry is forced by itself if nobody else comes: there must be none beside the commands. */
    @Test
    void commandIsOneEntryOfTheLog() throws Exception {
        try (RatisCatalogLog log = open()) {
            call(log, 0, "text 0");
            long last = log.appliedIndex();
            for (long i = 1; i <= 20; i++) {
                call(log, i, "text " + i);
            }
            assertTrue(new Leadership().await(() -> log.appliedIndex() >= last + 20, SOON));
            assertTrue(log.appliedIndex() <= last + 21, "20 commands are " + (log.appliedIndex() - last) + " entries");
        }
    }

    @Test
    void commandThatIsWaitedForEndsInTimeAndWithTheLog() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        CatalogLogConfig impatient = new CatalogLogConfig(directory, GROUP, "n0", List.of(new PeerAddress("n0", "here")),
                1000, CatalogLogConfig.DEFAULT_ELECTION_TIMEOUT, Duration.ofMillis(500), RocksBudget.SMALL);
        RatisCatalogLog log = RatisCatalogLog.open(impatient, store -> new SlowMachine(new CountDownLatch(1), goOn),
                new InProcessDirectory(), REPLIES);
        try (log) {
            assertTrue(log.awaitLeader(SOON));
            assertEquals(ErrorCode.OUTCOME_UNKNOWN,
                    assertThrows(BatonException.class, () -> call(log, 0, "text")).code());
            assertTrue(log.isHealthy());
            goOn.countDown();
        }
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, assertThrows(BatonException.class, () -> call(log, 1, "text")).code());
    }

    @Test
    void closingEndsTheWait() throws Exception {
        CountDownLatch applying = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RatisCatalogLog log = RatisCatalogLog.open(config(directory, 1000), store -> new SlowMachine(applying, goOn),
                new InProcessDirectory(), REPLIES);
        assertTrue(log.awaitLeader(SOON));
        CompletableFuture<BatonException> waiting = CompletableFuture.supplyAsync(
                () -> assertThrows(BatonException.class, () -> call(log, 0, "text")), closer());
        assertTrue(applying.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> assertDoesNotThrow(log::close), closer());
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, waiting.get(SOON.toMillis(), TimeUnit.MILLISECONDS).code());
        goOn.countDown();
        closed.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Test
    void commandTooLongIsRefusedToWhoWaits() throws Exception {
        try (RatisCatalogLog log = open()) {
            String tooLong = "x".repeat(CommandSubmitter.MAX_COMMAND_BYTES);
            assertEquals(ErrorCode.LIMIT_EXCEEDED,
                    assertThrows(BatonException.class, () -> call(log, 0, tooLong)).code());
            assertEquals(0, call(log, 0, "short"));
        }
    }

    @Test
    void whoWaitsHearsOfAnEntryThatCannotBeApplied() throws Exception {
        try (RatisCatalogLog log = open()) {
            call(log, 0, "text");
            BatonException e = assertThrows(BatonException.class, () -> call(log, 1, JournalMachine.POISON));
            assertEquals(ErrorCode.INTERNAL, e.code());
            assertTrue(e.getMessage().contains("poison"), e.getMessage());
            assertEquals(ErrorCode.INTERNAL, assertThrows(BatonException.class, () -> call(log, 2, "more")).code());
        }
    }

    /** Callers come into Ratis on their own threads, and Ratis closes a peer in which a thread is interrupted. */
    @Test
    void interruptedCallersHarmNobody() throws Exception {
        try (RatisCatalogLog log = open()) {
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (long thread = 0; thread < 8; thread++) {
                long first = thread * 1000;
                callers.add(CompletableFuture.runAsync(() -> {
                    for (long i = first; i < first + 300; i++) {
                        Thread.currentThread().interrupt();
                        callInterrupted(log, i);
                    }
                }, closer()));
            }
            for (CompletableFuture<Void> caller : callers) {
                caller.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
            }
            assertTrue(log.isHealthy());
            assertEquals(2400, call(log, 100_000, "after"));
            assertEquals(2400, call(log, 100_000, "after"));
        }
    }

    private static void callInterrupted(RatisCatalogLog log, long number) {
        try {
            call(log, number, "text");
        } catch (InterruptedException e) {
            return; // as nearly always; an answer that is there already counts all the same
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        assertTrue(Thread.interrupted());
    }

    /**
     * Callers come into Ratis on their own stacks. At the very end of one, and then at each call before that, in
     * steps of a hundred bytes: as long as there is too little room the caller hears of it, and nothing has begun.
     */
    @Test
    void callersAtTheEndsOfTheirStacksHarmNobody() throws Exception {
        Path copy = directory.resolve("copy");
        long answered;
        try (RatisCatalogLog log = open(directory.resolve("a"), 1_000_000)) {
            fill(log, 0, 100);
            Deep deep = new Deep(log);
            Thread caller = new Thread(null, deep::down, "deep", 512 << 10);
            caller.start();
            caller.join();
            assertNull(deep.failure);
            assertTrue(deep.overflows > 20, "only " + deep.overflows + " calls found no room");
            assertEquals(Deep.ENOUGH, deep.answers);
            answered = 100 + deep.answers;
            fill(log, answered, answered + 20);
            copy(directory.resolve("a"), copy);
        }
        try (RatisCatalogLog log = open(copy, 1_000_000)) {
            assertHolds(log, 0, answered + 20);
        }
    }

    /** A caller that goes down to its stack's end, and makes a call at each step on the way back. */
    private static final class Deep {
        static final int ENOUGH = 50;
        private final RatisCatalogLog log;
        private int overflows;
        private long calls = 1000;
        private long answers;
        private Throwable failure;

        Deep(RatisCatalogLog log) {
            this.log = log;
        }

        void down() {
            try {
                down();
            } catch (StackOverflowError end) {
                overflows = 0; // the last one to come here was the first to find room for that
            }
            if (answers < ENOUGH && failure == null) {
                try {
                    answer();
                } catch (StackOverflowError noRoom) {
                    overflows++;
                }
            }
        }

        private void answer() {
            try {
                long number = 100 + answers;
                assertEquals(number, call(log, ++calls, "text " + number));
                answers++;
            } catch (Exception | AssertionError e) {
                failure = e;
            }
        }
    }

    @Test
    void allCallersHearOfAnEntryThatCannotBeApplied() throws Exception {
        try (RatisCatalogLog log = open()) {
            fill(log, 0, 20);
            CompletableFuture<byte[]> poison = submit(log, 20, JournalMachine.POISON);
            List<CompletableFuture<byte[]>> others = new ArrayList<>();
            for (long i = 21; i < 600; i++) {
                others.add(submit(log, i, "text " + i));
            }
            assertEquals(ErrorCode.INTERNAL, soon(poison).code());
            assertEquals(CatalogLogState.FAILED, log.state());
            for (CompletableFuture<byte[]> other : others) {
                // those that came into the log before have their answers
                other.handle((reply, e) -> e).thenAccept(e -> assertTrue(e == null
                        || ((BatonException) e).code() == ErrorCode.INTERNAL, () -> e.toString()))
                        .get(SOON.toMillis(), TimeUnit.MILLISECONDS);
            }
            assertEquals(ErrorCode.INTERNAL, soon(submit(log, 600, "more")).code());
        }
    }

    /** As on a full disk: the log's next segment cannot be made. */
    @Test
    void allCallersHearOfALogThatCannotBeWritten() throws Exception {
        try (RatisCatalogLog log = open(directory, 1_000_000)) {
            fill(log, 0, 3);
            Files.move(raft(directory).resolve("current"), directory.resolve("moved"));
            String bulk = "x".repeat(100_000);
            List<CompletableFuture<byte[]>> replies = new ArrayList<>();
            for (int i = 3; i < 200; i++) {
                replies.add(submit(log, i, bulk));
            }
            int refused = 0;
            for (CompletableFuture<byte[]> reply : replies) {
                try {
                    // Well before the submit timeout: Ratis closes the peer and answers only some of them.
                    reply.get(CatalogLogConfig.DEFAULT_SUBMIT_TIMEOUT.toMillis() / 2, TimeUnit.MILLISECONDS);
                } catch (ExecutionException e) {
                    ErrorCode code = ((BatonException) e.getCause()).code();
                    assertTrue(code == ErrorCode.INTERNAL || code == ErrorCode.BUSY, e.toString());
                    refused++;
                }
            }
            assertTrue(refused > 0, "20 MB went into one segment");
            assertEquals(CatalogLogState.FAILED, log.state());
            assertEquals(ErrorCode.INTERNAL, soon(submit(log, 1000, "more")).code());
        }
    }

    private static Executor closer() {
        return work -> {
            Thread thread = new Thread(work, "closer");
            thread.setDaemon(true);
            thread.start();
        };
    }

    private static boolean somebodyWaitsForTheApplyingThread() {
        return Thread.getAllStackTraces().values().stream().flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getMethodName().equals("stopAndJoin"));
    }

    @Test
    void closedLogRefuses() throws Exception {
        RatisCatalogLog log = open();
        fill(log, 0, 1);
        log.close();
        log.close();
        assertEquals(CatalogLogState.CLOSED, log.state());
        assertFalse(log.isHealthy());
        assertEquals(ErrorCode.OUTCOME_UNKNOWN, failure(submit(log, 1, "late")).code());
        assertThrows(BatonException.class, log::view);
    }

    @Test
    void noPortIsOpened() throws Exception {
        Set<String> before = sockets();
        try (RatisCatalogLog log = open()) {
            fill(log, 0, 10);
            assertEquals(before, sockets());
        }
    }

    /** The sockets that this process holds. */
    private static Set<String> sockets() throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : open.toList()) {
                target(descriptor).filter(t -> t.startsWith("socket:")).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<String> target(Path descriptor) {
        try {
            return Optional.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException closedMeanwhile) {
            return Optional.empty();
        }
    }

    @Test
    void nothingIsLeftAfterClose() throws Exception {
        try (RatisCatalogLog log = open()) {
            fill(log, 0, 1);
        }
        Set<Thread> before = threads();
        for (int i = 0; i < 3; i++) {
            try (RatisCatalogLog log = open()) {
                fill(log, i + 1L, i + 2L);
            }
        }
        for (Thread thread : threads()) {
            if (!before.contains(thread)) {
                thread.join(SOON.toMillis());
                assertFalse(thread.isAlive(), thread.getName() + " is left");
            }
        }
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            List<String> left = open.map(d -> target(d).orElse("")).filter(t -> t.startsWith(directory.toString()))
                    .toList();
            assertEquals(List.of(), left);
        }
        DurableFiles.deleteTree(directory.resolve("raft"));
        DurableFiles.deleteTree(directory.resolve("tables"));
        assertEquals(List.of(directory.resolve(DirectoryLock.FILE_NAME)), files(directory, ".*"));
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> !t.getName().startsWith("pool-")).collect(Collectors.toSet());
    }

    @Test
    void strangersUncaughtExceptionHandlerStays() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        open().close();
        assertEquals(before, Thread.getDefaultUncaughtExceptionHandler());
    }

    @Test
    void secondOpenerOfADirectoryIsRefused() throws Exception {
        try (RatisCatalogLog log = open()) {
            fill(log, 0, 1);
            BatonException e = assertThrows(BatonException.class, this::open);
            assertEquals(ErrorCode.BUSY, e.code());
            assertTrue(e.getMessage().contains("this process"), e.getMessage());
            fill(log, 1, 2);
            assertHolds(log, 0, 2);
        }
    }

    @Test
    void openerInAnotherProcessIsRefused() throws Exception {
        try (ChildJvm child = ChildJvm.start(Child.class, directory.toString(), "0")) {
            child.readUntil(line -> true);
            BatonException e = assertThrows(BatonException.class, this::open);
            assertEquals(ErrorCode.BUSY, e.code());
            assertTrue(e.getMessage().contains("another process"), e.getMessage());
            child.kill();
        }
        open().close();
    }

    @Test
    void otherGroupsDirectoryIsRefused() throws Exception {
        open().close();
        CatalogLogConfig other = CatalogLogConfig.onePeer(directory, new GroupId(new UUID(0x4000, 8)));
        BatonException e = assertThrows(BatonException.class, () -> RatisCatalogLog.open(other, JournalMachine::new,
                new InProcessDirectory(), REPLIES));
        assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
        assertTrue(e.getMessage().contains(GROUP.value().toString()), e.getMessage());
    }

    @Test
    void damagedLogIsRefusedByName() throws Exception {
        Path whole = directory.resolve("whole");
        Path crashed = directory.resolve("crashed");
        try (RatisCatalogLog log = open(whole, 1_000_000)) {
            fill(log, 0, 200);
            copy(whole, crashed);
        }
        long seed = Long.getLong("catalog.log.seed", System.nanoTime());
        System.out.println("-Dcatalog.log.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            Path bad = directory.resolve("bad-" + round);
            copy(crashed, bad);
            Path segment = files(raft(bad).resolve("current"), "log_.*").get(0);
            long at;
            try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
                // within the entries: the 200 commands take more than this
                at = random.nextInt(8000);
                file.seek(at);
                int byteThere = file.read();
                file.seek(at);
                file.write(byteThere ^ 1 << random.nextInt(8));
            }
            IOException e = assertThrows(IOException.class, () -> open(bad, 1_000_000).close(), "damage at " + at);
            assertTrue(e instanceof BatonException b && b.code() == ErrorCode.DATA_LOST, e.toString());
            assertTrue(e.getMessage().contains(segment.toString()), e.getMessage());
        }
    }

    /** The sectors of a last entry come to the disk one after the other: wherever that stopped, the start succeeds. */
    @Test
    void entryTornByAPowerCutIsCutOff() throws Exception {
        Path whole = directory.resolve("whole");
        Path crashed = directory.resolve("crashed");
        try (RatisCatalogLog log = open(whole, 1_000_000)) {
            fill(log, 0, 5);
            copy(whole, crashed);
        }
        Path segment = files(raft(crashed).resolve("current"), "log_inprogress.*").get(0);
        int end = LogTail.endOfWholeEntries(Files.readAllBytes(segment));
        byte[] last = new byte[3000];
        Arrays.fill(last, (byte) 'x');
        int length = last.length;
        for (int sectors = 1; sectors < 6; sectors += 2) {
            Path torn = directory.resolve("torn-" + sectors);
            copy(crashed, torn);
            // up to a sector's end there is an entry of 3000 bytes, from there on what was laid out ahead
            int until = Math.max(end, (end / 512 + sectors) * 512);
            byte[] bytes = Files.readAllBytes(segment);
            byte[] frame = ByteBuffer.allocate(2 + length).put((byte) (length & 0x7F | 0x80)).put((byte) (length >> 7))
                    .put(last).array();
            System.arraycopy(frame, 0, bytes, end, Math.min(frame.length, until - end));
            Files.write(torn.resolve(crashed.relativize(segment)), bytes);
            try (RatisCatalogLog log = open(torn, 1_000_000)) {
                assertHolds(log, 0, 5);
                fill(log, 5, 8);
            }
            try (RatisCatalogLog log = open(torn, 1_000_000)) {
                assertHolds(log, 0, 8);
            }
        }
    }

    @Test
    void lostSegmentIsRefused() throws Exception {
        Path whole = directory.resolve("whole");
        Path bad = directory.resolve("bad");
        try (RatisCatalogLog log = open(whole, 1_000_000)) {
            String bulk = "x".repeat(100_000);
            for (int i = 0; i < 250; i++) {
                number(submit(log, i, bulk));
            }
            copy(whole, bad);
            copy(whole, directory.resolve("cut"));
        }
        List<Path> segments = files(raft(bad).resolve("current"), "log_\\d+-\\d+");
        assertTrue(segments.size() >= 2, segments.toString());
        Files.delete(segments.get(1));
        IOException e = assertThrows(IOException.class, () -> open(bad, 1_000_000).close());
        assertTrue(e.getMessage().contains("missing"), e.getMessage());
        Path cut = files(raft(directory.resolve("cut")).resolve("current"), "log_\\d+-\\d+").get(0);
        try (RandomAccessFile file = new RandomAccessFile(cut.toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }
        IOException shorter = assertThrows(IOException.class, () -> open(directory.resolve("cut"), 1_000_000).close());
        assertTrue(shorter.getMessage().contains(cut.toString()), shorter.getMessage());
    }

    @Test
    void damagedSnapshotIsRefusedByName() throws Exception {
        Path whole = directory.resolve("whole");
        try (RatisCatalogLog log = open(whole, 1_000_000)) {
            fill(log, 0, 200);
        }
        long seed = Long.getLong("catalog.log.seed", System.nanoTime());
        System.out.println("-Dcatalog.log.seed=" + seed);
        Random random = new Random(seed);
        List<Path> parts = files(files(raft(whole).resolve("sm"), "snapshot-.*").get(0), ".*");
        for (Path part : parts) {
            Path bad = directory.resolve("bad-" + part.getFileName());
            copy(whole, bad);
            Path victim = bad.resolve(whole.relativize(part));
            byte[] bytes = Files.readAllBytes(victim);
            boolean table = part.toString().endsWith(".sst");
            // a table's blocks are checked when they are read: here it is cut, and below it is changed
            Files.write(victim, table ? Arrays.copyOf(bytes, bytes.length - 1) : flipped(bytes, random));
            IOException e = assertThrows(IOException.class, () -> open(bad, 1_000_000).close(), part.toString());
            assertTrue(e instanceof BatonException, e.toString());
            assertTrue(e.getMessage().contains(victim.toString()), e.getMessage());
        }
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }

    @Test
    void newerSnapshotIsRefusedByName() throws Exception {
        try (RatisCatalogLog log = open()) {
            fill(log, 0, 2);
        }
        Path snapshot = files(raft(directory).resolve("sm"), "snapshot-.*").get(0);
        Path manifest = snapshot.resolve(SnapshotManifest.FILE_NAME);
        byte[] bytes = Files.readAllBytes(manifest);
        ByteBuffer.wrap(bytes).putInt(SnapshotManifest.VERSION_OFFSET, 2);
        Files.write(manifest, bytes);
        BatonException e = assertThrows(BatonException.class, this::open);
        assertEquals(ErrorCode.UNSUPPORTED, e.code());
        assertTrue(e.getMessage().contains(manifest.toString()), e.getMessage());
    }

    /**
     * A child JVM takes commands and is killed at a random moment, four times over. Then every command that it
     * answered is there once, and the tables equal a replay of the texts that they hold.
     */
    @Test
    void killLosesNoAnsweredCommandAndRepeatsNone() throws Exception {
        long seed = Long.getLong("catalog.log.seed", System.nanoTime());
        System.out.println("-Dcatalog.log.seed=" + seed);
        Random random = new Random(seed);
        Path where = directory.resolve("killed");
        Set<Long> answered = new TreeSet<>();
        long call = 0;
        for (int round = 0; round < 4; round++) {
            try (ChildJvm child = ChildJvm.start(Child.class, where.toString(), Long.toString(call))) {
                int stop = 50 + random.nextInt(1500);
                int[] seen = {0};
                child.readUntil(line -> ++seen[0] >= stop);
                child.kill();
                assertTrue(seen[0] >= stop, "the child died by itself: " + child.lines());
                List<String> lines = child.lines().subList(0, child.lines().size() - 1);
                lines.forEach(line -> answered.add(Long.parseLong(line.split(" ")[0])));
            }
            call += 100_000;
            assertAnsweredOnce(where, answered);
        }
    }

    private static void assertAnsweredOnce(Path where, Set<Long> answered) throws Exception {
        try (RatisCatalogLog log = open(where, 400); TableView view = log.view()) {
            long count = JournalMachine.count(view);
            Set<Long> found = new TreeSet<>();
            MemoryTableStore replay = new MemoryTableStore();
            JournalMachine machine = new JournalMachine(replay);
            for (long i = 0; i < count; i++) {
                String text = text(view, i);
                long there = Long.parseLong(text.substring(5));
                assertTrue(found.add(there), "command " + there + " is there twice");
                Invocation invocation = JournalMachine.invocation(1, there);
                assertEquals(i, JournalMachine.number(machine.apply(0, i, JournalMachine.command(invocation, text))));
            }
            assertTrue(found.containsAll(answered), "answered commands are missing");
            assertNull(TableDump.firstDifference(withoutMeta(TableDump.of(replay)), withoutMeta(TableDump.of(view))));
            // a retry of what was answered changes nothing
            for (long there : answered) {
                if (there % 97 == 0) {
                    number(submit(log, there, "text " + there));
                }
            }
            try (TableView after = log.view()) {
                assertEquals(count, JournalMachine.count(after));
            }
        }
    }

    /** META holds term and index, which a replay without elections gives otherwise. */
    private static Map<String, String> withoutMeta(Map<String, String> rows) {
        rows.keySet().removeIf(k -> k.startsWith("META"));
        return rows;
    }

    /** The child: 16 commands under way at any time, each said when it is answered. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            ChildJvm.endWithMainThread();
            long call = Long.parseLong(args[1]);
            RatisCatalogLog log = open(Path.of(args[0]), 400);
            Semaphore room = new Semaphore(16);
            for (;; call++) {
                room.acquire();
                long mine = call;
                submit(log, mine, "text " + mine).whenComplete((reply, e) -> {
                    if (e != null) {
                        ChildJvm.die(e);
                    }
                    System.out.println(mine + " " + JournalMachine.number(reply));
                    room.release();
                });
            }
        }
    }

    /** Copies what a crash would leave, while the log is open: again if a file went meanwhile. */
    private static void copy(Path from, Path to) throws IOException {
        for (;;) {
            try {
                copyOnce(from, to);
                return;
            } catch (NoSuchFileException e) {
                DurableFiles.deleteTree(to);
            }
        }
    }

    private static void copyOnce(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.sorted().toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.getFileName().toString().equals("in_use.lock")) {
                    Files.copy(file, target);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
