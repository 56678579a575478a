package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.server.storage.RetirementReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon that gives a further set of devices back while it is used: {@code baton devices retire-set}. */
@Timeout(180)
class RetireSetCommandTest extends SetCommands {
    private static final int FILE_BYTES = 1 << 20;
    private static final long LARGER = 128L << 20;
    private static final String RATE = "baton.server.retire.bandwidth.mib";

    RetireSetCommandTest() {
        super(FILE_BYTES, LARGER);
    }

    private long used(String pool) throws IOException {
        return answer().pools().stream().filter(report -> report.pool().name().equals(pool))
                .mapToLong(report -> report.usedBytes().orElse(0)).sum();
    }

    private void awaitGone() throws IOException {
        await(() -> poolNames().equals(List.of("only")) && areBlank());
    }

    /** A few files in set 1, more in a new one. */
    private void fill(BatonClient client, int inNew) throws IOException {
        fill(client, inNew, 2);
    }

    private void fill(BatonClient client, int inNew, int number) throws IOException {
        for (int i = 0; i < 3; i++) {
            writeNext(client);
        }
        Run added = addSet();
        assertEquals(0, added.exitCode(), added.toString());
        for (int i = 0; i < inNew; i++) {
            writeNext(client);
        }
        assertTrue(used("only@" + number) >= (long) inNew * FILE_BYTES, () -> "new data go to the emptiest");
    }

    /** Writes, reads, clones and deletes until it is told to end, and remembers what went wrong. */
    private final class Load implements AutoCloseable {
        private final BatonDaemon daemon;
        private final Map<String, byte[]> stored;
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Map<String, byte[]> written = new TreeMap<>();
        private volatile boolean ending;
        private final AtomicInteger writes = new AtomicInteger();
        private final AtomicInteger reads = new AtomicInteger();

        Load(BatonDaemon daemon) {
            this.daemon = daemon;
            this.stored = new TreeMap<>(files);
            begin(this::write);
            begin(this::read);
        }

        private interface Work {
            void run(BatonClient client) throws IOException;
        }

        private void begin(Work work) {
            Thread thread = new Thread(() -> {
                try (BatonClient client = client(daemon)) {
                    work.run(client);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            });
            threads.add(thread);
            thread.start();
        }

        /** One that stays open all the time, beside short ones. */
        private void write(BatonClient client) throws IOException {
            try (BatonOutput open = client.create("/open", new CreateOptions(true, true, 0644, 128 << 20, 3))) {
                byte[] all = bytes(99, 12 << 20);
                int done = 0;
                for (int i = 0; !ending; i++) {
                    int length = Math.min(17_000, all.length - done);
                    open.write(all, done, length);
                    done += length;
                    open.hflush();
                    byte[] bytes = bytes(1000 + i, 70_000);
                    DaemonCommands.write(client, "/load" + i % 5, bytes);
                    written.put("/load" + i % 5, bytes);
                    client.cloneTree("/load" + i % 5, "/clone" + i % 5, true);
                    written.put("/clone" + i % 5, bytes);
                    writes.incrementAndGet();
                }
                written.put("/open", Arrays.copyOf(all, done));
            }
        }

        private void read(BatonClient client) throws IOException {
            List<String> paths = List.copyOf(stored.keySet());
            for (int i = 0; !ending; i++) {
                String path = paths.get(i % paths.size());
                assertArrayEquals(stored.get(path), DaemonCommands.read(client, path), path);
                reads.incrementAndGet();
            }
        }

        @Override
        public void close() {
            ending = true;
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new AssertionError("a client does not end", e);
                }
            }
            if (failure.get() != null) {
                throw new AssertionError("a client met an error", failure.get());
            }
            files.putAll(written);
        }
    }

    /** Sealed pages, one that is being written, what a clone shares, a file with a policy of its own. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSetIsGivenBackUnderLoadAndItsDevicesAreUsedAgain(boolean placement) throws Exception {
        settings.put("baton.server.placement.enabled", Boolean.toString(placement));
        settings.put("baton.server.placement.interval.ms", "1000");
        settings.put(RATE, "8");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            long capacity = client.groupStatus().capacityBytes();
            fill(client, 16);
            client.mkdirs("/policy", 0755, 0, true);
            client.setAttributes("/policy", AttributeChange.NONE.withStoragePolicy("ALL_SSD"));
            write(client, "/policy/g", bytes(7, FILE_BYTES));
            files.put("/policy/g", bytes(7, FILE_BYTES));
            client.cloneTree("/f5", "/shared", false);
            files.put("/shared", files.get("/f5"));
            long inSecond = used("only@2");
            int readsBefore;
            try (Load load = new Load(daemon)) {
                await(() -> load.writes.get() > 3);
                long usedBefore = client.groupStatus().capacityBytes() - client.groupStatus().freeBytes();
                Run retired = run("devices", "retire-set", "1", "2");
                assertEquals(0, retired.exitCode(), retired.toString());
                assertTrue(retired.out().startsWith("server-1: set 2 is being given back; "), retired.out());
                RetirementReport report = answer().retirements().get(0);
                assertEquals(2, report.set());
                assertTrue(report.bytesLeft() > 0 && report.bytesLeft() <= inSecond + (8 << 20), report::toString);
                assertTrue(run("pools").out().contains("giving back set 2 of server-1: "), run("pools").out());
                assertTrue(daemon.health().reasons().stream().anyMatch(reason -> reason.contains("set 2 of its devices is being "
                        + "given back")), daemon.health().toString());
                assertFigure(daemon, "retirement_", "bytes_left [1-9]");
                long usedNow = client.groupStatus().capacityBytes() - client.groupStatus().freeBytes();
                assertTrue(usedNow >= usedBefore - (1 << 20), "what is still there counts: " + usedNow);
                Run again = run("devices", "retire-set", "server-1", "2");
                assertEquals(0, again.exitCode(), again.toString());
                Run spare = run("devices", "add", "1", "--set", "2", "--spare", blank("spare").toString());
                assertTrue(spare.err().contains("set 2 of server-1 is being given back, so that it gets no spares"), spare.err());
                Run measured = run("profile", "--server", "1", "203");
                assertTrue(measured.err().contains("is one of set 2, which is being given back"), measured.toString());
                readsBefore = load.reads.get();
                awaitGone();
                assertTrue(load.reads.get() > readsBefore && load.writes.get() > 3, "they went on");
            }
            assertHealthy(daemon);
            assertAllRead(daemon);
            assertFigure(daemon, "retirement_", "sets_gone 1");
            assertFigure(daemon, "retirement_", "pages_moved [1-9]");
            assertEquals(capacity, client.groupStatus().capacityBytes());
            Run gone = run("devices", "retire-set", "1", "2");
            assertEquals(1, gone.exitCode());
            assertTrue(gone.err().contains("server-1 has no set 2 of devices; it has [1]"), gone.err());
            Run added = addSet();
            assertEquals("server-1: set 3 is in, with the pools only@3\n", added.out(), added.err());
            writeNext(client);
            assertTrue(used("only@3") >= FILE_BYTES);
            assertFalse(Files.exists(directory.resolve("group/maintenance/server-1/devices-2")));
            assertFalse(Files.exists(directory.resolve("group/maintenance/server-1/scrub-2")));
        }
        try (BatonDaemon daemon = start()) {
            assertEquals(List.of("only", "only@3"), poolNames());
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
        assertSound();
    }

    /** Kill -9 at some moment after the order, at two speeds: while pages are carried, and about when the set is closed. */
    @Test
    void aServerThatIsKilledGoesOn() throws Exception {
        long seed = Long.getLong("baton.server.seed", System.nanoTime());
        System.out.println("baton.server.seed=" + seed);
        Random random = new Random(seed);
        start().close();
        for (int round = 0; round < Integer.getInteger("baton.server.rounds", 2); round++) {
            settings.put(RATE, "64");
            try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
                fill(client, 8, 2 + round);
                assertHealthy(daemon);
            }
            int number = 2 + round;
            settings.put(RATE, round % 2 == 0 ? "2" : "64");
            long killedAfterMs = random.nextInt(round % 2 == 0 ? 3000 : 900);
            Run[] retired = new Run[1];
            whileAServerRuns(killedAfterMs, () -> retired[0] = run("devices", "retire-set", "1", Integer.toString(number)));
            Run fsck = run("fsck");
            assertEquals(0, fsck.exitCode(), fsck.toString());
            settings.put(RATE, "64");
            try (BatonDaemon daemon = start()) {
                System.out.println("killed after " + killedAfterMs + " ms: order ended with " + retired[0].exitCode() + ", "
                        + answer().retirements() + answer().pools().size());
                if (retired[0].exitCode() != 0 && answer().retirements().isEmpty() && answer().pools().size() > 1) {
                    assertEquals(0, run("devices", "retire-set", "1", Integer.toString(number)).exitCode());
                }
                awaitGone();
                assertHealthy(daemon);
                assertAllRead(daemon);
            }
            assertSound();
            try (BatonDaemon daemon = start()) {
                assertEquals(List.of("only"), poolNames());
                assertAllRead(daemon);
            }
        }
    }

    @Test
    void anOrderlyRestartGoesOnAndItCanBeCalledOff() throws Exception {
        settings.put(RATE, "1");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            fill(client, 12);
            long all = used("only@2");
            assertEquals("server-1: set 2 was not being given back\n", run("devices", "retire-set", "1", "2", "--cancel").out());
            long begun = System.nanoTime();
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            await(() -> used("only@2") <= all - 3 * FILE_BYTES);
            assertTrue(System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(1900), "a MiB a second, and the first at once");
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(1, answer().retirements().size());
            long before = used("only@2");
            writeNext(client);
            assertTrue(used("only@2") <= before, "nothing new comes there");
            await(() -> used("only@2") <= before - FILE_BYTES);
            Run kept = run("devices", "retire-set", "1", "2", "--cancel");
            assertEquals("server-1: set 2 stays\n", kept.out(), kept.err());
            assertEquals(List.of(), answer().retirements());
            assertHealthy(daemon);
            long left = used("only@2");
            assertTrue(left > 2 * FILE_BYTES, "it was called off in the midst of it");
            writeNext(client);
            assertTrue(used("only@2") > left, "new data go there again");
            assertAllRead(daemon);
        }
        settings.put(RATE, "64");
        try (BatonDaemon daemon = start()) {
            assertEquals(List.of("only", "only@2"), poolNames());
            assertHealthy(daemon);
            assertAllRead(daemon);
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            awaitGone();
            assertAllRead(daemon);
        }
        assertSound();
    }

    @Test
    void whatCantBeGivenBackIsRefusedAndStays() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            Run first = run("devices", "retire-set", "1", "1");
            assertEquals(1, first.exitCode());
            assertTrue(first.err().contains("set 1 of server-1 is the one that it was formatted with"), first.err());
            Run none = run("devices", "retire-set", "1", "2");
            assertTrue(none.err().contains("server-1 has no set 2 of devices; it has [1]"), none.err());
            Run nothing = run("devices", "retire-set", "1", "2", "--cancel");
            assertEquals(1, nothing.exitCode(), nothing.toString());
            assertEquals(0, addSet("--pools", "only level=6 share=100").exitCode());
            Run safer = run("devices", "retire-set", "1", "2");
            assertEquals(1, safer.exitCode());
            assertTrue(safer.err().contains("its pool only@2 survives 2 failed devices"), safer.err());
            Run refused = UserGroupInformation.createRemoteUser("mallory")
                    .doAs((PrivilegedExceptionAction<Run>) () -> run("devices", "retire-set", "1", "2"));
            assertTrue(refused.err().contains("mallory may not give back devices of server-1"), refused.err());
            for (String[] more : new String[][] {{"--cancel"}, {"--forget", disks.get(0)}}) {
                List<String> order = new ArrayList<>(List.of("devices", "retire-set", "1", "2"));
                order.addAll(List.of(more));
                Run other = UserGroupInformation.createRemoteUser("mallory")
                        .doAs((PrivilegedExceptionAction<Run>) () -> run(order.toArray(String[]::new)));
                assertEquals(1, other.exitCode());
                assertTrue(other.err().contains("mallory may not "), other.err());
            }
            assertEquals(List.of(), answer().retirements());
            assertHealthy(daemon);
            writeNext(client);
            assertTrue(used("only@2") >= FILE_BYTES, "it is used as before");
        }
        try (BatonDaemon daemon = start()) {
            assertEquals(List.of("only", "only@2"), poolNames());
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
    }

    @Test
    void aSetThatTheOthersHaveNoRoomForIsRefusedTillTheyHave() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            fill(client, 1);
            byte[] much = bytes(5, 16 << 20);
            long room = answer().pools().get(0).freeBytes().orElseThrow();
            for (int i = 0; used("only@2") < room; i++) {
                write(client, "/much" + i, much);
            }
            Run full = run("devices", "retire-set", "1", "2");
            assertEquals(1, full.exitCode());
            assertTrue(full.err().contains("set 2 of server-1 can't be given back: its pool only@2 holds ")
                    && full.err().contains("a tenth more: delete files, or add devices"), full.err());
            assertEquals(List.of(), answer().retirements());
            assertHealthy(daemon);
            writeNext(client);
            disks.replaceAll(disk -> disk + "x");
            for (String disk : disks) {
                FileBlockDevice.create(Path.of(disk), 2 * LARGER).close();
            }
            assertEquals(0, addSet().exitCode());
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            await(() -> poolNames().equals(List.of("only", "only@3")));
            assertAllRead(daemon);
            assertArrayEquals(much, read(client, "/much0"));
        }
        assertSound();
    }

    /** Its writer is gone with the server that it wrote to, and nobody else tells the next one of its extent. */
    @Test
    void whatWasBeingWrittenBeforeARestartIsCarriedToo() throws Exception {
        byte[] bytes = bytes(5, 3 << 20);
        BatonDaemon before = start();
        BatonClient writer = client(before);
        BatonOutput out;
        try (BatonClient client = client(before)) {
            fill(client, 1);
            out = writer.create("/open", new CreateOptions(true, true, 0644, 128 << 20, 3));
            out.write(bytes, 0, bytes.length);
            out.hflush();
            assertTrue(used("only@2") >= FILE_BYTES + bytes.length);
        } finally {
            before.close();
        }
        out.abort();
        writer.close();
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            awaitGone();
            assertTrue(client.recoverLease("/open"));
            assertArrayEquals(bytes, read(client, "/open"));
            assertAllRead(daemon);
        }
        assertSound();
    }

    @Test
    void oneAtATimeAndSparesGoToo() throws Exception {
        settings.put(RATE, "1");
        Path spare = blank("spare");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            fill(client, 6);
            List<String> ofSecond = List.copyOf(disks);
            assertEquals(0, run("devices", "add", "1", "--set", "2", "--spare", spare.toString()).exitCode());
            disks.replaceAll(disk -> disk + "x");
            for (String disk : disks) {
                FileBlockDevice.create(Path.of(disk), LARGER).close();
            }
            assertEquals(0, addSet().exitCode());
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            Run second = run("devices", "retire-set", "1", "3");
            assertEquals(1, second.exitCode());
            assertTrue(second.err().contains("server-1 is giving set 2 back, and does that with one set at a time"), second.err());
            disks.clear();
            disks.addAll(ofSecond);
            disks.add(spare.toString());
            await(() -> poolNames().equals(List.of("only", "only@3")) && areBlank());
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
        assertSound();
    }

    /** A pass over it and a measurement of one of its devices are under way, and end with it. */
    @Test
    void itGoesWhileItIsScrubbedAndMeasured() throws Exception {
        settings.put("baton.server.scrub.bytes.per.second", "65536");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            fill(client, 8);
            assertEquals(0, run("scrub", "start").exitCode());
            Run measured = run("profile", "--server", "1", "--background", "--zones", "256", "--samples", "99", "--share", "0.01",
                    "203");
            assertTrue(measured.out().contains(": running"), measured.toString());
            assertFalse(run("scrub").out().contains("server-1, set 2  waiting"), run("scrub").out());
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            awaitGone();
            assertHealthy(daemon);
            assertAllRead(daemon);
            assertFalse(run("scrub").out().contains("set 2"), run("scrub").out());
        }
        assertSound();
    }

    /** Some of it is wanted in another class, and a device of it is being rebuilt: the wish comes true, and the set goes. */
    @Test
    void itGoesWhileFilesAreWantedElsewhereAndADeviceIsRebuilt() throws Exception {
        settings.put("baton.server.pools", "only level=10 share=60; deep level=5 share=40");
        for (String key : List.of("most", "least")) {
            settings.put("baton.server.rebuild." + key + ".bytes.per.second", "1048576");
        }
        settings.put(RATE, "8");
        Path fresh = blank("fresh");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            client.mkdirs("/d", 0755, 0, true);
            fill(client, 6);
            for (int i = 0; i < 6; i++) {
                files.put("/d/" + i, bytes(200 + i, FILE_BYTES));
                write(client, "/d/" + i, files.get("/d/" + i));
            }
            assertTrue(used("only@2") >= 12 * FILE_BYTES);
        }
        Files.delete(Path.of(disks.get(2)));
        disks.set(2, fresh.toString());
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            assertEquals(0, run("devices", "replace", "1", "203", fresh.toString()).exitCode());
            await(RetireSetCommandTest::isUnderWay);
            client.setAttributes("/d", AttributeChange.NONE.withStoragePolicy("DEEP"));
            client.satisfyStoragePolicy("/d");
            Run retired = run("devices", "retire-set", "1", "2");
            assertEquals(0, retired.exitCode(), retired.toString());
            assertTrue(isUnderWay(answer()), () -> "it is still being rebuilt: " + run("pools").out());
            await(() -> poolNames().equals(List.of("only", "deep")) && areBlank());
            await(() -> client.storagePolicyProgress("/d").satisfied());
            assertTrue(used("deep") >= 6 * FILE_BYTES, () -> run("pools").out());
            await(() -> daemon.health().reasons().isEmpty());
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
        assertSound();
    }

    @Test
    void aDiskThatNeverComesBackIsForgotten() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            fill(client, 2);
        }
        Files.delete(Path.of(disks.get(2)));
        try (BatonDaemon daemon = start()) {
            assertEquals(0, run("devices", "retire-set", "1", "2").exitCode());
            await(() -> daemon.health().reasons().stream().anyMatch(reason -> reason.contains("could not be made blank: "
                    + disks.get(2)) && reason.contains("\"baton devices retire-set 1 2 --forget PATH\"")));
            Run again = run("devices", "retire-set", "1", "2");
            assertEquals(1, again.exitCode());
            assertTrue(again.err().contains(disks.get(2) + ": there is no such file or device"), again.err());
            Run other = run("devices", "retire-set", "1", "2", "--forget", disks.get(1));
            assertEquals(1, other.exitCode());
            assertTrue(other.err().contains("is none of the devices of set 2 of server-1 that are yet to be made blank"), other.err());
            Run forgotten = run("devices", "retire-set", "1", "2", "--forget", disks.get(2));
            assertEquals(0, forgotten.exitCode(), forgotten.toString());
            assertTrue(forgotten.out().startsWith("server-1: " + disks.get(2) + " of set 2 is forgotten, and was not made blank: it "
                    + "keeps the marks of its set, and what that held of users' files"), forgotten.out());
            assertHealthy(daemon);
            assertAllRead(daemon);
        }
        assertSound();
    }

    @Test
    void wrongUsageIsToldFromFailure() {
        for (String[] wrong : new String[][] {{"devices", "retire-set"}, {"devices", "retire-set", "1"},
            {"devices", "retire-set", "1", "two"}, {"devices", "retire-set", "one", "2"}, {"devices", "retire-set", "1", "0"},
            {"devices", "retire-set", "1", "100"}, {"devices", "retire-set", "1", "2", "3"},
            {"devices", "retire-set", "1", "2", "--forget"}, {"devices", "retire-set", "1", "2", "--cancel", "--forget", "/a"}}) {
            Run run = run(wrong);
            assertEquals(2, run.exitCode(), run.toString());
            assertFalse(run.err().isEmpty());
        }
    }
}
