package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.machine.LocalCatalog;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.server.storage.Administrators;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** How checks of a running group begin, wait for one another and end. What they find is looked at with daemons. */
@Timeout(60)
class RunningChecksTest {
    private static final GroupId GROUP = new GroupId(new UUID(3, 4));
    private static final String THREAD = "check-under-test";

    private final AtomicLong nowNanos = new AtomicLong();
    private final SlowCatalog catalog = new SlowCatalog();
    private RunningChecks checks;

    /** Has no tables; a question waits until it may be answered. */
    private static final class SlowCatalog implements Catalog {
        private final Catalog empty = new LocalCatalog(new MemoryTableStore());
        private volatile CountDownLatch open = new CountDownLatch(1);
        private final CountDownLatch asked = new CountDownLatch(1);
        private volatile boolean slow = true;

        @Override
        public Reply call(CatalogRequest request) {
            throw new IllegalStateException("a check changes nothing: " + request);
        }

        @Override
        public <T> T read(Query<T> query) throws IOException {
            if (slow && Thread.currentThread().getName().equals(THREAD)) {
                asked.countDown();
                try {
                    open.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return empty.read(query);
        }

        @Override
        public void close() throws IOException {
            empty.close();
        }
    }

    @BeforeEach
    void open() {
        checks = new RunningChecks(GROUP, catalog, List::of, new Administrators("operator", "wheel"),
                CheckBounds.OF_A_SERVER, nowNanos::get, task -> new Thread(task, THREAD));
    }

    @AfterEach
    void close() throws IOException {
        catalog.open.countDown();
        checks.close();
        catalog.close();
    }

    private static CallContext context(String user, UUID client) {
        return new CallContext(new Caller(user, List.of(), false), new Invocation(client, 1));
    }

    private CheckStanding await(CallContext context) throws IOException {
        CheckStanding standing = checks.checkStanding(context);
        while (standing.state() == CheckStanding.State.RUNNING) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            standing = checks.checkStanding(context);
        }
        return standing;
    }

    private static void assertRefused(ErrorCode code, Executable call) {
        assertEquals(code, assertThrows(BatonException.class, call).code());
    }

    @Test
    void thereIsOneAtATime() throws Exception {
        CallContext one = context("operator", UUID.randomUUID());
        CallContext other = context("operator", UUID.randomUUID());
        assertEquals(CheckStanding.State.RUNNING, checks.beginCheck(one, List.of()).state());
        catalog.asked.await();
        assertEquals(CheckStanding.State.RUNNING, checks.beginCheck(one, List.of()).state(), "the call came again");
        assertEquals("comparing extents with the catalog", checks.checkStanding(one).what());
        assertRefused(ErrorCode.BUSY, () -> checks.beginCheck(other, List.of()));
        assertRefused(ErrorCode.NOT_FOUND, () -> checks.checkStanding(other));
        assertRefused(ErrorCode.NOT_FOUND, () -> checks.checkPart(other, 0));
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> checks.checkPart(one, 0));
        checks.endCheck(other);
        catalog.open.countDown();
        CheckStanding done = await(one);
        assertEquals(CheckStanding.State.DONE, done.state(), done.toString());
        assertEquals(GROUP, done.totals().orElseThrow().group());
        assertTrue(checks.checkPart(one, 0).last());
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> checks.checkPart(one, 1));
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> checks.checkPart(one, -1));
        assertRefused(ErrorCode.BUSY, () -> checks.beginCheck(other, List.of()));
        checks.endCheck(one);
        assertRefused(ErrorCode.NOT_FOUND, () -> checks.checkStanding(one));
        checks.beginCheck(other, List.of());
        assertEquals(CheckStanding.State.DONE, await(other).state());
    }

    /** One after another, as by a script: what ended ones have found is not held until they would have been forgotten. */
    @Test
    void nothingHoldsOneThatWasEnded() throws Exception {
        catalog.open.countDown();
        for (int round = 0; round < 50; round++) {
            CallContext one = context("operator", UUID.randomUUID());
            checks.beginCheck(one, List.of());
            assertEquals(CheckStanding.State.DONE, await(one).state());
            assertEquals(1, checks.waiting(), "it is forgotten if nobody asks");
            checks.endCheck(one);
            assertEquals(0, checks.waiting(), "round " + round);
        }
        CallContext left = context("operator", UUID.randomUUID());
        checks.beginCheck(left, List.of());
        await(left);
        nowNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(CheckService.PATIENCE_MS) + 1);
        CallContext next = context("operator", UUID.randomUUID());
        checks.beginCheck(next, List.of());
        await(next);
        assertEquals(1, checks.waiting(), "nor one that has made way");
    }

    @Test
    void oneThatIsEndedWhileItIsMadeIsNotKept() throws Exception {
        CallContext one = context("operator", UUID.randomUUID());
        checks.beginCheck(one, List.of());
        catalog.asked.await();
        checks.endCheck(one);
        CallContext next = context("operator", UUID.randomUUID());
        checks.beginCheck(next, List.of());
        catalog.open.countDown();
        await(next);
        assertEquals(1, checks.waiting(), "that of the other");
    }

    @Test
    void oneThatNobodyAsksForMakesWayForAnother() throws Exception {
        CallContext gone = context("operator", UUID.randomUUID());
        CallContext other = context("operator", UUID.randomUUID());
        checks.beginCheck(gone, List.of());
        catalog.asked.await();
        nowNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(CheckService.PATIENCE_MS));
        assertRefused(ErrorCode.BUSY, () -> checks.beginCheck(other, List.of()));
        checks.checkStanding(gone);
        nowNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(CheckService.PATIENCE_MS));
        assertRefused(ErrorCode.BUSY, () -> checks.beginCheck(other, List.of()));
        nowNanos.addAndGet(1);
        checks.beginCheck(other, List.of());
        assertRefused(ErrorCode.NOT_FOUND, () -> checks.checkStanding(gone));
        catalog.open.countDown();
        assertEquals(CheckStanding.State.DONE, await(other).state());
    }

    @Test
    void oneThatNobodyAsksForEndsByItself() throws Exception {
        CallContext slow = context("operator", UUID.randomUUID());
        checks.beginCheck(slow, List.of());
        catalog.asked.await();
        nowNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(CheckService.PATIENCE_MS) + 1);
        catalog.open.countDown();
        CheckStanding ended;
        do {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            // Asking keeps it alive, so it is looked at as a call that came again looks at it.
            ended = checks.beginCheck(slow, List.of());
        } while (ended.state() == CheckStanding.State.RUNNING);
        assertEquals(CheckStanding.State.FAILED, ended.state());
        assertTrue(ended.what().contains("nobody has asked for it"), ended.what());
    }

    @Test
    void closingEndsTheOneUnderWayAndWaitsForIt() throws Exception {
        CallContext one = context("operator", UUID.randomUUID());
        checks.beginCheck(one, List.of());
        catalog.asked.await();
        Thread closing = new Thread(() -> {
            try {
                checks.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        closing.start();
        while (closing.getState() != Thread.State.TIMED_WAITING) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertRefused(ErrorCode.UNREACHABLE, () -> checks.beginCheck(context("operator", UUID.randomUUID()), List.of()));
        catalog.open.countDown();
        closing.join();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(THREAD)) {
                thread.join(10_000);
                assertFalse(thread.isAlive());
            }
        }
        CheckStanding ended = checks.checkStanding(one);
        assertEquals(CheckStanding.State.FAILED, ended.state());
        assertTrue(ended.what().startsWith("the check was ended: "), ended.what());
    }

    @Test
    void whoIsNoAdministratorIsToldNothing() {
        CallContext mallory = context("mallory", UUID.randomUUID());
        assertRefused(ErrorCode.PERMISSION_DENIED, () -> checks.beginCheck(mallory, List.of()));
        assertRefused(ErrorCode.PERMISSION_DENIED, () -> checks.checkStanding(mallory));
        assertRefused(ErrorCode.PERMISSION_DENIED, () -> checks.checkPart(mallory, 0));
        assertRefused(ErrorCode.PERMISSION_DENIED, () -> checks.endCheck(mallory));
        assertRefused(ErrorCode.PERMISSION_DENIED, () -> checks.scrubStandings(mallory));
    }

    @Test
    void thereIsABoundOfPaths() {
        CallContext one = context("operator", UUID.randomUUID());
        List<String> paths = Collections.nCopies(CheckService.MOST_PATHS + 1, "/f");
        assertRefused(ErrorCode.LIMIT_EXCEEDED, () -> checks.beginCheck(one, paths));
    }
}
