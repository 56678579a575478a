package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** When the scrubber works, how fast, where it goes on after a restart, and how it ends. Time is the test's. */
class ScrubberTest extends ScrubberFixture {
    @Test
    void aPassIsDueAnIntervalAfterTheLastOne() throws Exception {
        long begun = timer.clock().millis();
        try (Scrubber scrubber = started()) {
            assertEquals(ScrubState.WAITING, scrubber.progress().state());
            assertEquals(begun + INTERVAL.toMillis(), scrubber.progress().nextPassMs());
            for (int pass = 0; pass < 3; pass++) {
                long due = scrubber.progress().nextPassMs();
                harm(pass);
                runUntil(scrubber, ScrubState.RUNNING);
                assertEquals(due, timer.clock().millis());
                assertEquals(due, scrubber.progress().passBegunMs());
                runUntil(scrubber, ScrubState.WAITING);
                ScrubProgress progress = scrubber.progress();
                assertEquals(timer.clock().millis(), progress.lastWholePassMs());
                assertEquals(timer.clock().millis() + INTERVAL.toMillis(), progress.nextPassMs());
                assertEquals(1, progress.repairedBlocks());
                assertEquals((long) SEGMENTS * SEGMENT_BYTES, progress.totalBytes());
                assertTrue(progress.doneBytes() >= progress.totalBytes(), progress::toString);
            }
        }
    }

    @Test
    void theRateIsKept() throws Exception {
        try (Scrubber scrubber = started()) {
            runUntil(scrubber, ScrubState.RUNNING);
            assertTheRateIsKept(scrubber);
        }
    }

    /** As long as the file system is asked how full it is, nothing keeps people from giving orders. */
    @Test
    void ordersWithinTheQuestionBeginNoSecondRowOfSteps() throws Exception {
        AtomicReference<Scrubber> asking = new AtomicReference<>();
        Supplier<Optional<String>> hindrance = () -> {
            assertTrue(asking.get().pause() && asking.get().resume());
            return Optional.empty();
        };
        AtomicInteger questions = new AtomicInteger();
        try (Scrubber scrubber = new Scrubber(set, CONFIG, log, timer, timer.clock(),
                () -> questions.incrementAndGet() % 3 == 0 ? hindrance.get() : Optional.empty())) {
            asking.set(scrubber);
            scrubber.start();
            scrubber.scrubNow();
            assertTheRateIsKept(scrubber);
            assertTrue(questions.get() > SEGMENTS, questions::toString);
        }
    }

    /** Whatever comes between it and the next step that reads. */
    @Test
    void theBytesOfAStepTakeTheirTimeBeforeAnythingElseIsRead() throws Exception {
        try (Scrubber scrubber = started()) {
            scrubber.scrubNow();
            for (int i = 0; i < 6; i++) {
                long before = scrubber.progress().readBytes();
                while (scrubber.progress().readBytes() == before) {
                    timer.runNext();
                }
                double bytes = scrubber.progress().readBytes() - before;
                double paid = timer.nowNanos() + bytes / CONFIG.bytesPerSecond() * TimeUnit.SECONDS.toNanos(1);
                if (i % 2 == 0) {
                    assertTrue(scrubber.pause() && scrubber.resume());
                } else {
                    scrubber.cancel();
                    assertTrue(scrubber.scrubNow());
                }
                timer.runNext();
                assertTrue(timer.nowNanos() >= paid - TimeUnit.MILLISECONDS.toNanos(1), timer.nowNanos() + " " + paid);
            }
        }
    }

    /** What it has to read may be next to nothing, and then its rate would not keep it from asking time and again. */
    @Test
    void passesOverNothingAreAMinuteApart() throws Exception {
        for (SegmentId id : ids) {
            pool().free(id);
        }
        try (Scrubber scrubber = new Scrubber(set, new ScrubConfig(1 << 30, Duration.ZERO), log, timer, timer.clock())) {
            scrubber.start();
            runUntil(scrubber, ScrubState.RUNNING);
            runUntil(scrubber, ScrubState.WAITING);
            long ended = timer.clock().millis();
            runUntil(scrubber, ScrubState.RUNNING);
            assertEquals(ended + Scrubber.LEAST_REST_MS, timer.clock().millis());
        }
    }

    @Test
    void anIntervalThatWasMadeShorterCountsFromTheNextStart() throws Exception {
        long now = timer.clock().millis();
        long far = now + TimeUnit.DAYS.toMillis(3660);
        long hour = TimeUnit.HOURS.toMillis(1);
        long interval = INTERVAL.toMillis();
        assertEquals(now + interval, nextAfter(ScrubMark.waiting(0, far)));
        assertEquals(now - hour + interval, nextAfter(ScrubMark.waiting(now - hour, far)));
        assertEquals(now, nextAfter(ScrubMark.waiting(now - 100 * hour, far)));
        assertEquals(now + interval, nextAfter(ScrubMark.waiting(far, far + interval)), "the clock was wrong");
        assertEquals(now + hour, nextAfter(ScrubMark.waiting(now - 100 * hour, now + hour)), "one that was cancelled");
    }

    private long nextAfter(ScrubMark kept) throws IOException {
        log.save(kept);
        try (Scrubber scrubber = started()) {
            assertEquals(ScrubState.WAITING, scrubber.progress().state());
            assertEquals(kept.lastWholePassMs(), scrubber.progress().lastWholePassMs());
            return scrubber.progress().nextPassMs();
        }
    }

    /** A place in the pool where it is says nothing of the pools behind it. */
    @Test
    void aPassThatGoesOnInTheFirstPoolLooksAtAllOfTheNext() throws Exception {
        log.save(new ScrubMark(0, 0, 1, "empty", 3));
        harm(0);
        harm(SEGMENTS - 1);
        try (Scrubber scrubber = started()) {
            assertEquals("empty", scrubber.progress().pool());
            runUntil(scrubber, ScrubState.WAITING);
            assertEquals(2, scrubber.progress().repairedBlocks());
            assertEquals((long) SEGMENTS * SEGMENT_BYTES, scrubber.progress().totalBytes());
        }
    }

    private static void assertFailed(String what, Scrubber scrubber) {
        ScrubProgress progress = scrubber.progress();
        assertEquals(1, progress.failureCount(), progress::toString);
        assertTrue(progress.failures().get(0).contains(what), progress::toString);
        assertEquals(0, progress.lastWholePassMs());
    }

    /** As when memory runs out: the pass is over, that is said, and the next begins when it is due. */
    @Test
    void anErrorEndsThePassAndIsAFailure() throws Exception {
        AtomicReference<Meddler> before = meddle();
        try (Scrubber scrubber = started()) {
            scrubber.scrubNow();
            while (scrubber.progress().doneBytes() == 0) {
                timer.runNext();
            }
            before.set(() -> {
                throw new Error("no memory");
            });
            runUntil(scrubber, ScrubState.WAITING);
            assertFailed("the pass ended early: java.lang.Error: no memory", scrubber);
            assertEquals(timer.clock().millis() + INTERVAL.toMillis(), scrubber.progress().nextPassMs());
            before.set(() -> { });
            runUntil(scrubber, ScrubState.RUNNING);
            runUntil(scrubber, ScrubState.WAITING);
            assertEquals(0, scrubber.progress().failureCount());
            assertEquals(timer.clock().millis(), scrubber.progress().lastWholePassMs());
        }
    }

    /** The step that a pause waits for may be the last. */
    @Test
    void aPassThatEndsEarlyWhileItIsPausedIsNotResumed() throws Exception {
        AtomicReference<Meddler> before = meddle();
        try (Scrubber scrubber = started()) {
            scrubber.scrubNow();
            while (scrubber.progress().doneBytes() == 0) {
                timer.runNext();
            }
            Thread pausing = new Thread(scrubber::pause);
            before.set(() -> {
                pausing.start();
                while (scrubber.progress().state() != ScrubState.PAUSED) {
                    Thread.onSpinWait();
                }
                throw new IllegalStateException("a bug");
            });
            while (scrubber.progress().state() == ScrubState.RUNNING) {
                timer.runNext();
            }
            pausing.join();
            before.set(() -> { });
            assertEquals(ScrubState.PAUSED, scrubber.progress().state());
            assertFalse(log.load().orElseThrow().passUnderWay());
            assertTrue(scrubber.resume());
            assertEquals(ScrubState.WAITING, scrubber.progress().state());
            assertFailed("a bug", scrubber);
        }
    }

    @Test
    void aQuestionThatFailsHoldsThePass() throws Exception {
        AtomicReference<Error> failure = new AtomicReference<>(new Error("no memory"));
        try (Scrubber scrubber = new Scrubber(set, CONFIG, log, timer, timer.clock(), () -> {
            if (failure.get() != null) {
                throw failure.get();
            }
            return Optional.empty();
        })) {
            scrubber.start();
            scrubber.scrubNow();
            timer.runNext();
            assertTrue(scrubber.progress().heldBecause().orElseThrow().contains("no memory"));
            failure.set(null);
            runUntil(scrubber, ScrubState.WAITING);
            assertEquals(timer.clock().millis(), scrubber.progress().lastWholePassMs());
        }
    }

    @Test
    void aPassThatCantBeginIsAFailureAndTheNextBegins() throws Exception {
        ScrubLog inMemory = ScrubLog.inMemory();
        AtomicReference<Error> failure = new AtomicReference<>();
        log = new ScrubLog() {
            @Override
            public Optional<ScrubMark> load() throws IOException {
                return inMemory.load();
            }

            @Override
            public void save(ScrubMark mark) throws IOException {
                if (failure.get() != null) {
                    throw failure.getAndSet(null);
                }
                inMemory.save(mark);
            }
        };
        try (Scrubber scrubber = started()) {
            failure.set(new Error("no memory"));
            timer.runNext();
            assertEquals(ScrubState.WAITING, scrubber.progress().state());
            assertFailed("no pass could begin: java.lang.Error: no memory", scrubber);
            failure.set(new Error("none again"));
            assertFalse(scrubber.scrubNow());
            assertFailed("none again", scrubber);
            runUntil(scrubber, ScrubState.RUNNING);
            runUntil(scrubber, ScrubState.WAITING);
            assertEquals(timer.clock().millis(), scrubber.progress().lastWholePassMs());
        }
    }

    /** What nobody could look at is no success. */
    @Test
    void aPoolThatIsNotOpenIsAFailure() throws Exception {
        long slots = pool().parts().layout().pageOffset(0);
        set.close();
        devices.forEach(device -> device.noise(random, (int) slots, TestPools.BLOCK));
        set = TestPools.open(devices);
        try (Scrubber scrubber = started()) {
            scrubber.scrubNow();
            runUntil(scrubber, ScrubState.WAITING);
            assertEquals(1, scrubber.progress().failureCount());
            assertTrue(scrubber.progress().failures().get(0).contains("pool full is not open, and nothing of it is looked at: "
                    + "pool full: no device has a sound copy"), scrubber.progress()::toString);
        }
    }

    /** What is read again, written and read back counts like what is looked at: as the devices count it. */
    @Test
    void muchDamageDoesNotExceedTheRate() throws Exception {
        PoolLayout layout = pool().parts().layout();
        for (SegmentId id : ids) {
            SegmentState state = pool().parts().segments().find(id).state();
            for (int at = 0; at < SEGMENT_BYTES; at += layout.rowBytes()) {
                long block = pool().parts().reader().poolBlock(state, at);
                devices.get(layout.geometry().device(block)).noise(random,
                        (int) (layout.dataOffset() + layout.geometry().deviceBlock(block) * TestPools.BLOCK), 100);
            }
        }
        try (Scrubber scrubber = started()) {
            runUntil(scrubber, ScrubState.RUNNING);
            timer.runNext(); // the checkpoint, which is the pool's affair
            long begun = timer.nowNanos();
            long first = transferred();
            long last = 0;
            while (scrubber.progress().state() == ScrubState.RUNNING) {
                long before = transferred() - first;
                double allowed = (double) (timer.nowNanos() - begun) / TimeUnit.SECONDS.toNanos(1)
                        * CONFIG.bytesPerSecond();
                assertTrue(before - last <= allowed + 1, before + " bytes when " + allowed + " were allowed");
                timer.runNext();
                last = transferred() - first - before;
            }
            ScrubProgress progress = scrubber.progress();
            assertTrue(progress.repairedBlocks() > 3 * SEGMENTS, progress::toString);
            assertEquals(progress.repairedBlocks(), progress.damagedBlocks());
            assertEquals(transferred() - first, progress.readBytes() + progress.writtenBytes());
        }
    }

    private long transferred() {
        return devices.stream().mapToLong(device -> device.readBytes() + device.writtenBytes()).sum();
    }

    @Test
    void aPassGoesOnWhereItWasAfterARestart() throws Exception {
        Scrubber first = started();
        runUntil(first, ScrubState.RUNNING);
        long begun = first.progress().passBegunMs();
        while (first.progress().doneBytes() < SEGMENTS / 2 * SEGMENT_BYTES) {
            timer.runNext();
        }
        harm(0);
        harm(SEGMENTS - 1);
        first.close();
        assertEquals(ScrubState.CLOSED, first.progress().state());
        long done = first.progress().doneBytes();
        set.close();
        set = TestPools.open(devices);
        try (Scrubber second = started()) {
            assertEquals(ScrubState.RUNNING, second.progress().state());
            assertEquals(begun, second.progress().passBegunMs());
            assertEquals("full", second.progress().pool());
            runUntil(second, ScrubState.WAITING);
            assertEquals(1, second.progress().repairedBlocks());
            assertTrue(second.progress().doneBytes() + done < (SEGMENTS + 2) * (SEGMENT_BYTES + 12_288L));
            assertEquals(timer.clock().millis(), second.progress().lastWholePassMs());
            assertTrue(second.scrubNow());
            runUntil(second, ScrubState.WAITING);
            assertEquals(1, second.progress().repairedBlocks());
        }
    }

    /** Without the last words of a process that was killed: from what was kept on the way. */
    @Test
    void whereItWasIsKeptOnTheWay() throws Exception {
        Scrubber killed = new Scrubber(set, new ScrubConfig(1000, INTERVAL), log, timer, timer.clock());
        killed.start();
        runUntil(killed, ScrubState.RUNNING);
        while (killed.progress().doneBytes() < SEGMENTS / 2 * SEGMENT_BYTES) {
            timer.runNext();
        }
        ScrubMark kept = log.load().orElseThrow();
        assertEquals("full", kept.pool());
        assertTrue(kept.passUnderWay() && kept.slot() > 0, kept::toString);
        killed.close();
    }

    @Test
    void aPassThatIsCancelledEndsAndTheNextIsDueAnIntervalLater() throws Exception {
        try (Scrubber scrubber = started()) {
            assertTrue(scrubber.scrubNow());
            assertFalse(scrubber.scrubNow());
            timer.runNext();
            harm(SEGMENTS - 1);
            scrubber.cancel();
            ScrubProgress progress = scrubber.progress();
            assertEquals(ScrubState.WAITING, progress.state());
            assertEquals(0, progress.lastWholePassMs());
            assertEquals(timer.clock().millis() + INTERVAL.toMillis(), progress.nextPassMs());
            assertEquals(Optional.of(ScrubMark.waiting(0, progress.nextPassMs())), log.load());
            timer.runNext();
            assertEquals(progress.nextPassMs(), timer.clock().millis());
            runUntil(scrubber, ScrubState.WAITING);
            assertEquals(1, scrubber.progress().repairedBlocks());
        }
    }

    @Test
    void aPassThatIsPausedGoesOnWhereItWas() throws Exception {
        try (Scrubber scrubber = started()) {
            assertFalse(scrubber.resume());
            scrubber.scrubNow();
            while (scrubber.progress().doneBytes() < SEGMENTS / 2 * SEGMENT_BYTES) {
                timer.runNext();
            }
            assertTrue(scrubber.pause());
            assertFalse(scrubber.pause());
            ScrubProgress paused = scrubber.progress();
            assertEquals(ScrubState.PAUSED, paused.state());
            assertTrue(paused.fraction() >= 0.5 && paused.fraction() < 1, paused::toString);
            while (timer.runNext()) {
                assertEquals(paused, scrubber.progress());
            }
            assertFalse(scrubber.scrubNow());
            harm(0);
            harm(SEGMENTS - 1);
            assertTrue(scrubber.resume());
            runUntil(scrubber, ScrubState.WAITING);
            assertEquals(1, scrubber.progress().repairedBlocks(), "what was looked at before is left to the next pass");
            assertEquals(0, scrubber.progress().fraction());
        }
    }

    /** The time of a pass that was due meanwhile is now. */
    @Test
    void noPassBeginsWhileItIsPaused() throws Exception {
        try (Scrubber scrubber = started()) {
            assertTrue(scrubber.pause());
            assertFalse(timer.runNext());
            timer.schedule(() -> { }, INTERVAL.toHours() * 2, TimeUnit.HOURS);
            timer.runNext();
            long now = timer.clock().millis();
            assertTrue(scrubber.resume());
            assertEquals(ScrubState.WAITING, scrubber.progress().state());
            runUntil(scrubber, ScrubState.RUNNING);
            assertEquals(now, scrubber.progress().passBegunMs());
            scrubber.pause();
        }
        assertTrue(log.load().orElseThrow().passUnderWay());
    }

    @Test
    void aPassThatIsHeldAsksAgainAndTouchesNothing() throws Exception {
        AtomicReference<Optional<String>> hindrance = new AtomicReference<>(Optional.of("the disk is full"));
        try (Scrubber scrubber = new Scrubber(set, CONFIG, log, timer, timer.clock(), hindrance::get)) {
            scrubber.start();
            scrubber.scrubNow();
            long transferred = transferred();
            for (int i = 0; i < 3; i++) {
                long before = timer.clock().millis();
                timer.runNext();
                assertEquals(hindrance.get(), scrubber.progress().heldBecause());
                assertEquals(i == 0 ? 0 : Scrubber.HELD_MS, timer.clock().millis() - before);
            }
            assertEquals(transferred, transferred());
            assertEquals(ScrubState.RUNNING, scrubber.progress().state());
            scrubber.pause();
            assertEquals(Optional.empty(), scrubber.progress().heldBecause(), "nobody asks while it is paused");
            scrubber.resume();
            hindrance.set(Optional.empty());
            runUntil(scrubber, ScrubState.WAITING);
            assertTrue(scrubber.progress().doneBytes() >= scrubber.progress().totalBytes());
            assertEquals(Optional.empty(), scrubber.progress().heldBecause());
        }
    }

    @Test
    void nothingRunsAfterClose() throws Exception {
        Scrubber scrubber = started();
        scrubber.scrubNow();
        timer.runNext();
        scrubber.close();
        scrubber.close();
        long read = devices.get(0).readBytes();
        while (timer.runNext()) {
            assertEquals(read, devices.get(0).readBytes());
        }
        assertFalse(scrubber.scrubNow());
        assertThrows(IllegalStateException.class, scrubber::start);
        scrubber().close();
    }

    @Test
    void anExecutorThatIsShutDownEndsIt() throws Exception {
        Scrubber scrubber = started();
        timer.shutdown();
        assertFalse(scrubber.scrubNow());
        assertEquals(ScrubState.CLOSED, scrubber.progress().state());
        scrubber.close();
    }

    @Test
    void whatIsLostOrFailsDoesNotEndThePass() throws Exception {
        PoolLayout layout = pool().parts().layout();
        long block = pool().parts().reader().poolBlock(pool().parts().segments().find(ids.get(2)).state(), 0);
        devices.forEach(device ->
                device.noise(random, (int) (layout.dataOffset() + layout.geometry().deviceBlock(block) * 4096), 4096));
        harm(SEGMENTS - 1);
        try (Scrubber scrubber = started()) {
            scrubber.scrubNow();
            runUntil(scrubber, ScrubState.WAITING);
            ScrubProgress progress = scrubber.progress();
            assertEquals(3 * 4096, progress.lostBytes());
            assertEquals(1, progress.lost().size());
            assertEquals(pool().segment(ids.get(2)).identity(), progress.lost().get(0).identity());
            assertEquals(0, progress.lost().get(0).offset());
            assertEquals(3 * 4096, progress.lost().get(0).lengthBytes());
            assertEquals(1, progress.repairedBlocks());
            assertTrue(progress.lastWholePassMs() > 0);
        }
    }

    @Test
    void aDamagedMarkBeginsAnewAndANewerOneIsRefusedByName() throws Exception {
        Path file = directory.resolve("scrub");
        ScrubMark mark = new ScrubMark(1, 2, 3, "full", 4);
        log.save(mark);
        assertEquals(Optional.of(mark), log.load());
        byte[] kept = Files.readAllBytes(file);
        for (int at = 0; at < kept.length; at++) {
            byte[] damaged = kept.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            assertEquals(Optional.empty(), log.load());
        }
        Files.write(file, new byte[7]);
        assertEquals(Optional.empty(), log.load());
        ByteBuffer newer = ByteBuffer.wrap(kept.clone()).putInt(ScrubFile.VERSION_AT, ScrubFile.VERSION + 1);
        newer.putInt(ScrubFile.CRC_AT, Checksums.crc(newer, 0, ScrubFile.CRC_AT));
        Files.write(file, newer.array());
        IOException refused = assertThrows(IOException.class, scrubber()::start);
        assertTrue(refused.getMessage().contains(file.toString()) && refused.getMessage().contains("newer"),
                refused.getMessage());
    }
}
