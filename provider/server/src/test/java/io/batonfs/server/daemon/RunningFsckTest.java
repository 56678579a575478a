package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.ratis.CatalogLogConfig;
import io.batonfs.catalog.ratis.InProcessDirectory;
import io.batonfs.catalog.ratis.RatisCatalog;
import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.Caller;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.RebuildState;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.protocol.rpc.CheckServices;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code baton fsck --running}: a daemon that serves, whose device files are damaged under it. */
class RunningFsckTest extends DaemonCommands {
    private static final int BLOCK = 4096;
    private static final byte[] BYTES = new byte[40 * BLOCK];

    static {
        new Random(7).nextBytes(BYTES);
    }

    private Run fsck(String... arguments) {
        List<String> all = new ArrayList<>(List.of("fsck", "--running"));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private Run fsck(int exitCode, String... arguments) {
        Run run = fsck(arguments);
        assertEquals(exitCode, run.exitCode(), run.toString());
        return run;
    }

    private static void await(BooleanSupplier condition, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Harms a block on so many of the devices that have it, or a P of it. */
    private void harm(byte[] bytes, int block, int copies) throws IOException {
        int harmed = 0;
        for (int device = 1; device <= 4 && harmed < copies; device++) {
            if (Files.exists(device(device))) {
                for (int at : offsets(bytes, block, Files.readAllBytes(device(device)))) {
                    harm(device, at);
                    harmed++;
                }
            }
        }
        assertEquals(copies, harmed, "copies of block " + block);
    }

    private void harm(int device, int at) throws IOException {
        try (FileChannel file = FileChannel.open(device(device), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {'d', 'e', 'c', 'a', 'y'}), at + 100);
        }
    }

    /** Where a block stands among what there is. */
    private static List<Integer> offsets(byte[] bytes, int block, byte[] there) {
        List<Integer> offsets = new ArrayList<>();
        for (int at = 0; at < there.length; at += BLOCK) {
            if (Arrays.equals(there, at, at + BLOCK, bytes, block * BLOCK, (block + 1) * BLOCK)) {
                offsets.add(at);
            }
        }
        return offsets;
    }

    /** What one command of the catalog does that clients have no call for yet, while nobody serves. */
    private void makeSnapshot(GroupId group, String path, String name) throws Exception {
        ExecutorService tries = Executors.newSingleThreadExecutor();
        try (RatisCatalog catalog = RatisCatalog.open(
                CatalogLogConfig.onePeer(directory.resolve("group/catalog"), group), CatalogMachine::new,
                new InProcessDirectory(), tries)) {
            Reply reply = catalog.call(new CatalogRequest(new Invocation(UUID.randomUUID(), 1),
                    new Caller(System.getProperty("user.name"), List.of(), true), System.currentTimeMillis(),
                    new Command.CreateSnapshot(path, name, List.of())));
            assertFalse(reply instanceof Reply.Refused, reply::toString);
        } finally {
            tries.shutdown();
        }
    }

    private static GroupId group(BatonDaemon daemon) {
        String id = daemon.addresses().replaceFirst("^group=", "").replaceFirst(" .*", "");
        return new GroupId(UUID.fromString(id.substring(id.length() - 36)));
    }

    private void fillWithCloneAndSnapshot() throws Exception {
        GroupId id;
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            id = group(daemon);
            client.mkdirs("/dir", 0755, true);
            write(client, "/dir/f", BYTES);
            client.cloneTree("/dir", "/clone", false);
        }
        makeSnapshot(id, "/dir", "s");
    }

    private static void assertHasLines(Run run, String... lines) {
        for (String line : lines) {
            assertTrue(run.out().lines().anyMatch(found -> found.matches(line)), () -> line + " in " + run);
        }
    }

    @Test
    void aHealthyGroupIsSoundWhileSomebodyWrites() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            client.cloneTree("/f", "/copy", false);
            try (BatonOutput out = client.create("/open", new CreateOptions(true, true, 0644, 128 << 20, 3))) {
                out.write(BYTES, 0, BYTES.length);
                out.hflush();
                Run run = fsck(0);
                assertHasLines(run, "sound, as far as is known",
                        ".*: 2 extents compared with the catalog; no block was read, and nothing compared with writers' "
                                + "checksums:",
                        "  server-1: no full pass of scrubbing has ended yet", ".*fsck --running --scrub.*");
                assertFalse(run.out().contains("LOST") || run.out().contains("WRONG"), run.out());
                out.write(BYTES, 0, BYTES.length);
            }
            assertArrayEquals(BYTES, read(client, "/f"));
            assertEquals(0, fsck("/f", "/open").exitCode());
        }
    }

    /** A device is gone, and another one does not give a block that its rebuild needs. */
    @Test
    void whatTheSecondFailureOfRaid5LosesIsToldWithEveryPathThatShowsIt() throws Exception {
        settings.put("baton.server.pools", "only level=5 share=100");
        fillWithCloneAndSnapshot();
        int block = blockNotOn(3);
        Files.delete(device(3));
        harm(BYTES, block, 1);
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/sound", new byte[3 * BLOCK]);
            Run before = fsck(1);
            assertHasLines(before, "WRONG server-1: .*device-3.*", "not sound: no file is known to be damaged, but .*");
            Run replaced = run("devices", "replace", "1", "3");
            assertEquals(0, replaced.exitCode(), replaced.toString());
            await(this::isRebuilt, "the rebuild goes on");
            Run run = fsck(1);
            String bytes = "bytes " + block * BLOCK + " to " + (block + 1) * BLOCK;
            assertHasLines(run, "LOST  server-1, pool only, volume-\\S+, page \\d+, extent-\\S+, " + bytes
                    + ": .*; met by rebuilding", "      /dir/f  " + bytes, "      /clone/f  " + bytes,
                    "      /dir/.snapshot/s/f  " + bytes, "not sound: 3 places show damaged bytes; .*");
            // Of the row that one and what was on the device that is gone.
            assertEquals(2, run.out().lines().filter(line -> line.startsWith("LOST")).count(), run.out());
            Run one = fsck(1, "/clone");
            assertHasLines(one, "      /clone/f  " + bytes, "not sound: 1 places show .*");
            assertEquals(0, fsck("/sound").exitCode(), "what is elsewhere is not told");
            client.delete("/dir/f", false);
            client.delete("/clone", true);
            assertHasLines(fsck(), "      /dir/.snapshot/s/f  " + bytes, "not sound: 1 places show .*");
        }
    }

    /** The first block of the file that does not lie on a device. */
    private int blockNotOn(int device) throws IOException {
        byte[] there = Files.readAllBytes(device(device));
        int block = 0;
        while (block < BYTES.length / BLOCK && !offsets(BYTES, block, there).isEmpty()) {
            block++;
        }
        assertTrue(block < BYTES.length / BLOCK, "all blocks are on device " + device);
        return block;
    }

    private boolean isRebuilt() {
        try {
            PoolsAnswer answer = PoolReports.decode(run("pools", "--json").out());
            return !answer.rebuilds().isEmpty() && answer.rebuilds().stream().noneMatch(report ->
                    report.progress().state() == RebuildState.RUNNING || report.progress().state() == RebuildState.WAITING);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAReaderHasMetIsToldUntilAPassHasLookedAgain() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            harm(BYTES, 3, 2);
            assertEquals(0, fsck().exitCode(), "nobody has met it");
            assertThrows(IOException.class, () -> read(client, "/f"));
            Run run = fsck(1);
            assertHasLines(run, "LOST  server-1, pool fast, .*, bytes 12288 to 16384: .*checksum.*; met by a reader",
                    "      /f  bytes 12288 to 16384");
            Run scrubbed = fsck(1, "--scrub");
            assertHasLines(scrubbed, "LOST  server-1, pool fast, .*, bytes 12288 to 16384: .*; met by scrubbing",
                    "  server-1: the last full pass of scrubbing ended 0 min ago");
            assertEquals(1, scrubbed.out().lines().filter(line -> line.startsWith("LOST")).count(), "told once: " + scrubbed);
            assertTrue(scrubbed.err().contains("server-1: a pass of scrubbing has begun\n")
                    && scrubbed.err().contains("server-1: all blocks were read\n"), scrubbed.err());
            client.delete("/f", false);
            Run gone = fsck(0);
            assertHasLines(gone, "      in no file", "sound: what is lost is in no file, as far as is known");
        }
        try (BatonDaemon daemon = start()) {
            assertHasLines(fsck(), "  server-1: the last full pass of scrubbing ended \\d+ min ago, before the server was "
                    + "started: what it found is not known any more");
            assertEquals(Health.State.HEALTHY, daemon.health().state());
        }
    }

    /** As after devices were put back from an older copy: the catalog counts on a page that nobody has. */
    @Test
    void aPageThatIsMissingIsToldWithItsPaths() throws Exception {
        GroupId id;
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            id = group(daemon);
            write(client, "/f", BYTES);
            client.cloneTree("/f", "/copy", false);
            write(client, "/other", new byte[BLOCK]);
        }
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            devices.add(FileBlockDevice.open(device(number)));
        }
        try (StorageSet set = StorageSet.open(devices, id, new ServerId(1))) {
            SegmentInfo segment = set.pool("fast").segments().stream()
                    .filter(found -> found.lengthBytes() == BYTES.length).findFirst().orElseThrow();
            set.pool("fast").free(segment.id());
        }
        try (BatonDaemon daemon = start()) {
            Run run = fsck(1);
            assertHasLines(run, "LOST  server-1, volume-\\S+, page \\d+, extent-\\S+, bytes 0 to 163840: no pool of server-1 "
                    + "that could be opened holds a segment of this page", "      /f  bytes 0 to 163840",
                    "      /copy  bytes 0 to 163840", "not sound: 2 places show damaged bytes; .*");
            assertEquals(0, fsck("/other").exitCode(), daemon.addresses());
        }
    }

    /** More devices are gone than the pool can do without: which bytes that costs shows when they are read. */
    @Test
    void whatTheLossOfTwoDevicesOfRaid5CostsIsToldByAPass() throws Exception {
        settings.put("baton.server.pool", "capacity");
        fillWithCloneAndSnapshot();
        settings.put("baton.server.pool", "fast");
        Files.delete(device(1));
        Files.delete(device(3));
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/new", BYTES);
            Run run = fsck(1);
            assertHasLines(run, "WRONG server-1, pool capacity: it takes no changes: more devices are out of use than .*",
                    "not sound: not all could be looked at, so files may be damaged all the same; .*");
            Run scrubbed = fsck(1, "--scrub");
            assertHasLines(scrubbed, "LOST  server-1, pool capacity, volume-\\S+, page \\d+, extent-\\S+, \\d+ ranges of "
                            + "bytes \\d+ to \\d+, \\d+ bytes in all: .*; met by scrubbing",
                    "      /dir/f  in bytes \\d+ to \\d+, .*", "      /clone/f  in bytes \\d+ to \\d+, .*",
                    "      /dir/.snapshot/s/f  in bytes \\d+ to \\d+, .*", "not sound: 3 places show .*");
            assertFalse(scrubbed.out().contains("/new"), scrubbed.out());
        }
    }

    @Test
    void whatIsOnASetOfDevicesThatIsAwayIsToldWithItsPaths() throws Exception {
        List<Path> further = new ArrayList<>();
        List<String> order = new ArrayList<>(List.of("devices", "add-set"));
        for (int number = 1; number <= 4; number++) {
            further.add(directory.resolve("further-" + number));
            FileBlockDevice.create(further.get(number - 1), 128L << 20).close();
            order.add(further.get(number - 1).toString());
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/old", BYTES);
            Run added = run(order.toArray(String[]::new));
            assertEquals(0, added.exitCode(), added.toString());
            write(client, "/new", BYTES);
            assertEquals(0, fsck().exitCode());
        }
        for (Path path : further) {
            Files.move(path, path.resolveSibling(path.getFileName() + ".away"));
        }
        try (BatonDaemon daemon = start()) {
            Run run = fsck();
            assertEquals(1, run.exitCode(), daemon.addresses() + run);
            assertHasLines(run, "WRONG server-1: set 2 of its devices could not be opened: .*",
                    "LOST  server-1, volume-\\S+, page \\d+, extent-\\S+, bytes 0 to 163840: no pool of server-1 that could "
                            + "be opened holds .*", "      /new  bytes 0 to 163840",
                    "not sound: 1 places show .*; not all could be looked at");
            assertFalse(run.out().contains("/old"), run.out());
        }
    }

    /** Every second block of a file: more ranges than a pass names, and more paths than one answer holds. */
    @Test
    void thousandsOfLostRangesAreBounded() throws Exception {
        byte[] many = new byte[3000 * BLOCK];
        new Random(11).nextBytes(many);
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", many);
            for (int clone = 0; clone < 4; clone++) {
                client.cloneTree("/f", "/clone" + clone, false);
            }
            harmEverySecond(many);
            Run run = fsck("--scrub");
            assertEquals(1, run.exitCode(), run.out().substring(Math.max(0, run.out().length() - 2000)));
            assertEquals(1, run.out().lines().filter(line -> line.startsWith("LOST  server-1, pool fast")).count());
            assertHasLines(run, "LOST  server-1, pool fast, .*, 1000 ranges of bytes .*, 4096000 bytes in all: .*");
            assertEquals(5, run.out().lines().filter(line -> line.matches("      /\\S+  in bytes .*")).count());
            assertHasLines(run, "LOST  .* more, too much to be named; without --running, of the stopped group, more of it is",
                    "not sound: 5 places show damaged bytes; .*");
            assertEquals(1, fsck("/clone1").exitCode());
            assertHasLines(fsck("/clone1"), "WRONG whether what is too much to be named is at the paths .*");
        }
    }

    private void harmEverySecond(byte[] bytes) throws IOException {
        int harmed = 0;
        for (int device = 1; device <= 4; device++) {
            byte[] there = Files.readAllBytes(device(device));
            for (int at = 0; at < there.length; at += BLOCK) {
                int block = find(bytes, there, at);
                if (block >= 0 && block % 2 == 0) {
                    harm(device, at);
                    harmed++;
                }
            }
        }
        assertEquals(bytes.length / BLOCK, harmed, "two copies of half of the blocks");
    }

    private static int find(byte[] bytes, byte[] there, int at) {
        for (int block = 0; block < bytes.length / BLOCK; block++) {
            if (bytes[block * BLOCK] == there[at] && bytes[block * BLOCK + 1] == there[at + 1]
                    && Arrays.equals(there, at, at + BLOCK, bytes, block * BLOCK, (block + 1) * BLOCK)) {
                return block;
            }
        }
        return -1;
    }

    /** Files are written, carried from server to server, cloned and deleted; nothing of that is ever taken for damage. */
    @Test
    void whatChangesMeanwhileIsNoDamage() throws Exception {
        settings.put("baton.server.storage.servers", "2");
        AtomicBoolean ends = new AtomicBoolean();
        AtomicInteger moves = new AtomicInteger();
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            ExecutorService workers = Executors.newFixedThreadPool(3);
            List<Future<?>> work = new ArrayList<>();
            for (int worker = 0; worker < 3; worker++) {
                String name = "/" + worker;
                work.add(workers.submit(() -> {
                    for (int round = 0; !ends.get(); round++) {
                        write(client, name, BYTES);
                        moves.addAndGet(client.moveFile(name, new ServerId(1 + round % 2)));
                        client.cloneTree(name, name + "-clone", true);
                        client.delete(round % 3 == 0 ? name : name + "-clone", false);
                    }
                    return null;
                }));
            }
            int checks = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            while (System.nanoTime() < end || checks < 5) {
                Run run = fsck(0);
                checks++;
            }
            ends.set(true);
            for (Future<?> each : work) {
                each.get();
            }
            workers.shutdown();
            assertTrue(moves.get() > 10, moves::toString);
        }
    }

    @Test
    void onlyAdministratorsMayAsk() throws Exception {
        try (BatonDaemon daemon = start()) {
            UserGroupInformation mallory = UserGroupInformation.createRemoteUser("mallory");
            for (String[] arguments : new String[][] {{}, {"--scrub"}, {"/"}}) {
                Run refused = mallory.doAs((PrivilegedExceptionAction<Run>) () -> fsck(arguments));
                assertEquals(1, refused.exitCode(), refused.toString());
                assertEquals("", refused.out());
                assertTrue(refused.err().contains("mallory may not check "), refused.err());
            }
            assertEquals(0, fsck().exitCode(), daemon.addresses());
        }
    }

    @Test
    void theCheckOfAStoppedGroupNamesTheOneOfARunningOne() throws Exception {
        try (BatonDaemon daemon = start()) {
            Run busy = run("fsck");
            assertEquals(1, busy.exitCode(), daemon.addresses());
            assertTrue(busy.err().contains("is open in process") && busy.err().contains("\"baton fsck --running\""),
                    busy.err());
            assertEquals(0, run("fsck", "--control", settings.get("baton.server.rpc.address")).exitCode());
        }
        Run none = fsck();
        assertEquals(1, none.exitCode(), "nobody listens");
        assertTrue(none.err().contains(settings.get("baton.server.rpc.address")), none.err());
    }

    @Test
    void wrongUsageIsToldFromFailure() throws Exception {
        for (String[] wrong : new String[][] {{"fsck", "--running", "--repair"}, {"fsck", "--scrub"},
            {"fsck", "--running", "relative"}, {"fsck", "--control", "here"}}) {
            Run run = run(wrong);
            assertEquals(2, run.exitCode(), run.toString());
        }
        try (BatonDaemon daemon = start()) {
            Run nowhere = fsck("/nowhere");
            assertEquals(1, nowhere.exitCode(), daemon.addresses());
            assertTrue(nowhere.err().contains("/nowhere does not exist"), nowhere.err());
        }
    }

    /** Without scrubbing nobody could wait for a pass. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPassThatCannotBeMadeIsSaid(boolean paused) throws Exception {
        settings.put("baton.server.scrub.enabled", Boolean.toString(paused));
        try (BatonDaemon daemon = start()) {
            if (paused) {
                run("scrub", "pause");
            }
            Run refused = fsck("--scrub");
            assertEquals(1, refused.exitCode(), daemon.addresses());
            assertTrue(refused.err().contains(paused ? "has paused scrubbing; resume it first"
                    : "server-1 does not scrub: baton.server.scrub.enabled is false"), refused.err());
            assertHasLines(fsck(), paused ? "  server-1: no full pass of scrubbing has ended yet; it is paused"
                    : "  server-1: scrubbing is off: baton.server.scrub.enabled is false");
        }
    }

    /** At the least rate a pass takes minutes: the group ends while somebody waits for it. */
    @Test
    void whoeverWaitsForAPassIsToldThatTheServerEnds() throws Exception {
        settings.put("baton.server.scrub.bytes.per.second", "65536");
        Run[] waited = new Run[1];
        Thread waiting = new Thread(() -> waited[0] = fsck("--scrub"));
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", new byte[8 << 20]);
            waiting.start();
            await(() -> run("scrub").out().contains("running"), "a pass begins");
        }
        waiting.join();
        assertEquals(1, waited[0].exitCode(), waited[0].toString());
        assertEquals("", waited[0].out());
        assertTrue(waited[0].err().contains("baton fsck: "), waited[0].err());
    }

    @Test
    void aSignalEndsTheWaitingAndNotThePass() throws Exception {
        settings.put("baton.server.scrub.bytes.per.second", "65536");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", new byte[8 << 20]);
            List<String> arguments = new ArrayList<>(List.of("fsck", "--running", "--scrub"));
            settings.forEach((key, value) -> arguments.addAll(List.of("-D", key + "=" + value)));
            String told = toldTillTerminated(BatonCommand.class, arguments, line -> line.endsWith("% read"));
            assertTrue(told.contains("the pass of scrubbing goes on; \"baton scrub\" shows"), told);
            assertTrue(run("scrub").out().startsWith("server-1  running"), run("scrub").out());
        }
    }

    /** What a process tells that gets a signal once it has told a line, without that. */
    private static String toldTillTerminated(Class<?> main, List<String> arguments, Predicate<String> signalled)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder told = new StringBuilder();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            while (line != null && !signalled.test(line)) {
                told.append(line).append('\n');
                line = out.readLine();
            }
            process.toHandle().destroy();
            out.lines().forEach(rest -> told.append(rest).append('\n'));
            assertEquals(143, process.waitFor(), told.toString());
        } finally {
            process.destroyForcibly().waitFor();
        }
        return told.toString();
    }

    private static CheckServices checks(BatonDaemon daemon) throws IOException {
        return new CheckServices(daemon.controlAddress().socketAddress(), UserGroupInformation.getCurrentUser(),
                new Configuration(), 10_000, 10_000);
    }

    private static ScrubStanding standing(int set, long begunMs, int percent, long lastMs) {
        return new ScrubStanding(new ServerId(1), set, "", begunMs > 0, begunMs, false, "", percent, lastMs, 0, true);
    }

    /** Most of it was read before, maybe before what made somebody ask. */
    @Test
    void aPassThatWasUnderWayBeforeIsFollowedByAnother() throws Exception {
        Iterator<List<ScrubStanding>> standings = List.of(
                List.of(standing(1, 86_400_000, 95, 5), standing(2, 0, 0, 7)),
                List.of(standing(1, 86_400_000, 99, 5), standing(2, 0, 0, 20)),
                List.of(standing(1, 0, 0, 30), standing(2, 0, 0, 20)),
                List.of(standing(1, 90_000_000, 1, 30), standing(2, 90_000_000, 1, 20)),
                List.of(standing(1, 0, 0, 40), standing(2, 90_000_000, 50, 20))).iterator();
        List<ServerId> begun = new ArrayList<>();
        StringWriter told = new StringWriter();
        PrintWriter err = new PrintWriter(told);
        RunningFsck fsck = new RunningFsck((server, context) -> begun.add(server),
                checks(Map.of("scrubStandings", standings::next), null), new PrintWriter(Writer.nullWriter()), err);
        assertEquals(List.of(), fsck.scrub());
        assertFalse(standings.hasNext(), "all was waited for");
        assertEquals(List.of(new ServerId(1), new ServerId(1)), begun);
        assertEquals(List.of("server-1: a pass of scrubbing has begun",
                "server-1: a pass of scrubbing is under way already, since 1970-01-02T00:00:00Z; all is read once more behind it",
                "server-1: 99 % read", "server-1, set 2: all blocks were read",
                "server-1: that pass has ended, and another one begins", "server-1: 1 % read",
                "server-1: all blocks were read"), told.toString().lines().toList());
    }

    /** Nor is one that gives up what was promised: the one behind it reads all. */
    @Test
    void aFormerPassThatEndsEarlyIsNoFinding() throws Exception {
        Iterator<List<ScrubStanding>> standings = List.of(List.of(standing(1, 1000, 95, 5)), List.of(standing(1, 0, 0, 5)),
                List.of(standing(1, 2000, 10, 5)), List.of(standing(1, 0, 0, 5))).iterator();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        List<String> early = new RunningFsck((server, context) -> true,
                checks(Map.of("scrubStandings", standings::next), null), nowhere, nowhere).scrub();
        assertFalse(standings.hasNext());
        assertTrue(early.size() == 1 && early.get(0).contains("ended before all was read"), early::toString);
    }

    /** As another one answers calls of the names. */
    private static CheckService checks(Map<String, Callable<?>> answers, CheckService others) {
        return (CheckService) Proxy.newProxyInstance(CheckService.class.getClassLoader(), new Class<?>[] {CheckService.class},
                (proxy, method, arguments) -> answers.containsKey(method.getName())
                        ? answers.get(method.getName()).call() : method.invoke(others, arguments));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCheckThatBreaksOffIsInNobodysWay(boolean interrupted) throws Exception {
        try (BatonDaemon daemon = start(); CheckServices mine = checks(daemon)) {
            PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
            RunningFsck broken = new RunningFsck(null, checks(Map.of("checkPart", () -> {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                throw new IOException("for a test");
            }), mine.checks()), nowhere, nowhere);
            assertThrows(IOException.class, () -> broken.check(List.of(), List.of()));
            assertEquals(interrupted, Thread.interrupted());
            fsck(0);
        }
    }

    /** A command whose check never ends. */
    static final class Endless {
        public static void main(String[] arguments) throws Exception {
            CheckStanding running = new CheckStanding(CheckStanding.State.RUNNING, "reading", Optional.empty());
            CheckService checks = checks(Map.of("beginCheck", () -> running, "checkStanding", () -> running, "endCheck", () -> {
                System.out.println("endCheck was called");
                return null;
            }), null);
            PrintWriter out = new PrintWriter(System.out, true);
            new RunningFsck(null, checks, out, out).check(List.of(), List.of());
        }
    }

    @Test
    void aSignalEndsTheCheckAtTheServer() throws Exception {
        String told = toldTillTerminated(Endless.class, List.of(), line -> line.equals("reading"));
        assertTrue(told.contains("endCheck was called"), told);
    }

    @Test
    void anotherCheckWaitsForTheEndOfTheFirst() throws Exception {
        try (BatonDaemon daemon = start(); CheckServices mine = checks(daemon)) {
            UUID me = UUID.randomUUID();
            mine.checks().beginCheck(ControlOptions.context(me, 1), List.of());
            Run busy = fsck(1);
            assertTrue(busy.err().contains("is under way or being told"), busy.err());
            mine.checks().endCheck(ControlOptions.context(me, 2));
            assertEquals(0, fsck().exitCode());
        }
    }
}
