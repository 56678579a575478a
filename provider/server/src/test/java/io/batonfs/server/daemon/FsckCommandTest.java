package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.catalog.RangeUses;
import io.batonfs.model.Caller;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.server.local.CheckedGroup;
import io.batonfs.server.local.Damage;
import io.batonfs.server.local.LocalGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code baton fsck}: options, exit codes and what it prints. What it finds is looked at with files in embedded. */
class FsckCommandTest {
    @TempDir
    private Path directory;

    private final Map<String, String> settings = new TreeMap<>();

    @BeforeEach
    void chooseSettings() {
        settings.put("baton.server.dir", directory.resolve("group").toString());
        settings.put("baton.server.device.bytes", Long.toString(64L << 20));
        settings.put("baton.server.reserved.bytes", "0");
    }

    private record Run(int exitCode, List<String> out, String err) {
    }

    private Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("fsck"));
        settings.forEach((key, value) -> all.addAll(List.of("-D", key + "=" + value)));
        all.addAll(List.of(arguments));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = BatonCommand.commandLine().setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        int exitCode = command.execute(all.toArray(String[]::new));
        return new Run(exitCode, out.toString().lines().toList(), err.toString());
    }

    private LocalGroup open() throws IOException {
        Configuration conf = new Configuration();
        settings.forEach(conf::set);
        return LocalGroup.open(DaemonConfig.from(conf).group(), Clock.systemUTC(), new SecureRandom());
    }

    /** A file that is being written has a page on the devices, without a client; it is wrong on one of them. */
    private void fillAndDamage() throws IOException {
        Extent extent;
        GroupId id;
        try (LocalGroup group = open()) {
            id = group.id();
            CallContext context = new CallContext(new Caller(group.settings().superuser(), List.of(), true),
                    new Invocation(UUID.randomUUID(), 1));
            extent = group.catalog().create(context, "/file", new CreateOptions(true, true, 0644, 128 << 20, 3)).extent();
        }
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            devices.add(FileBlockDevice.open(device(number)));
        }
        byte[] block = new byte[4096];
        Arrays.fill(block, (byte) 0x5A);
        CRC32C crc = new CRC32C();
        crc.update(block);
        try (StorageSet set = StorageSet.open(devices, id, new ServerId(1))) {
            Pool pool = set.pool("fast");
            SegmentId segment = pool.create(new SegmentIdentity(
                    id, extent.pages().volume(), extent.pages().firstPage(), extent.id()), extent.writeEpoch());
            pool.append(segment, 0, ByteBuffer.wrap(block), new int[] {(int) crc.getValue()}, true);
        }
        for (int number = 1; number <= 4; number++) {
            byte[] content = Files.readAllBytes(device(number));
            for (int at = 0; at < content.length; at += block.length) {
                if (Arrays.equals(block, 0, block.length, content, at, at + block.length)) {
                    try (FileChannel file = FileChannel.open(device(number), StandardOpenOption.WRITE)) {
                        file.write(ByteBuffer.allocate(10), at);
                    }
                    return;
                }
            }
        }
        throw new AssertionError("the block is on no device");
    }

    private Path device(int number) {
        return directory.resolve("group/server-1/device-" + number);
    }

    @Test
    void exitCodesTellSoundGroupsFromDamagedOnesAndRepairChangesThat() throws Exception {
        open().close();
        Run sound = run();
        assertEquals(0, sound.exitCode(), sound.toString());
        assertEquals("sound", sound.out().get(sound.out().size() - 1));
        assertTrue(sound.err().contains("server-1, pool fast: 100 % read")
                && sound.err().contains("server-1, pool capacity: 100 % read"), sound.err());
        fillAndDamage();
        Run damaged = run();
        assertEquals(1, damaged.exitCode(), damaged.toString());
        assertTrue(damaged.out().get(0).matches("WRONG 1 blocks are wrong somewhere and can be mended .*--repair.*"),
                damaged.toString());
        assertTrue(damaged.out().get(2).startsWith("not sound: no file is damaged"), damaged.toString());
        Run repaired = run("--repair", "/");
        assertEquals(0, repaired.exitCode(), repaired.toString());
        assertTrue(repaired.out().get(0).matches("MENDED 1 blocks .*"), repaired.toString());
        assertEquals("sound now", repaired.out().get(repaired.out().size() - 1));
        assertEquals(0, run().exitCode());
    }

    @Test
    void whatCannotBeCheckedIsSaid() throws Exception {
        Run none = run();
        assertEquals(1, none.exitCode());
        assertTrue(none.err().contains("there is no Baton group in") && none.err().contains("baton.server.dir"), none.err());
        try (LocalGroup group = open()) {
            Run busy = run();
            assertEquals(1, busy.exitCode(), group + " is open");
            assertTrue(busy.err().contains("is open in process " + ProcessHandle.current().pid()), busy.err());
        }
        Run nowhere = run("/nowhere");
        assertEquals(1, nowhere.exitCode());
        assertTrue(nowhere.err().contains("/nowhere does not exist"), nowhere.err());
        Run usage = run("relative/path");
        assertEquals(2, usage.exitCode());
        assertTrue(usage.err().contains("\"relative/path\" is no path"), usage.err());
    }

    @Test
    void damageIsPrintedWithItsPlaceItsReasonAndItsFiles() {
        Damage lost = new Damage(new ServerId(1), "fast", VolumeId.of(0, 1), 12, new ExtentId(5), 4096, 8192,
                "[dev1: checksum does not agree]",
                new RangeUses(List.of(
                        new ExtentUse("/a/b\u001b[2J", 100, 8192), new ExtentUse("token-3", 0, 8192)), 7));
        Damage uncounted = new Damage(new ServerId(2), "", VolumeId.of(0, 1), 13, new ExtentId(7), 0, 1, "gone",
                new RangeUses(List.of(), Long.MAX_VALUE));
        Damage unused = new Damage(new ServerId(2), "", VolumeId.of(0, 1), 13, new ExtentId(6), 0, 1, "gone",
                RangeUses.NONE);
        CheckedGroup found = new CheckedGroup(new GroupId(new UUID(1, 2)), false, true, true,
                List.of("server-1: a problem"), 3, List.of(lost, unused, uncounted), 1024, 4096, 1 << 20, 7, 2, 2048);
        assertEquals(List.of(
                "LOST  server-1, pool fast, volume-1, page 12, extent-5, bytes 4096 to 12288: "
                        + "[dev1: checksum does not agree]",
                "      /a/b\\u001b[2J  bytes 100 to 8292",
                "      token-3  bytes 0 to 8192",
                "      and 7 more places",
                "LOST  server-2, volume-1, page 13, extent-6, bytes 0 to 1: gone",
                "      in no file",
                "LOST  server-2, volume-1, page 13, extent-7, bytes 0 to 1: gone",
                "      and more places than can be counted",
                "LOST  1 K more, too much to be named",
                "LOST  4 K more in segments that nobody reads",
                "WRONG server-1: a problem",
                "WRONG 3 blocks are wrong somewhere and can be mended from redundancy; run \"baton fsck --repair\", or let "
                        + "the server do it as it meets them",
                "no route leads to 2 extents, 2 K; the server gives their space back",
                found.group() + ": 1 M read, 7 extents compared with the catalog",
                "not sound: 2 places and more show damaged bytes; restore those files from another copy"),
                report(found));
    }

    private static List<String> report(CheckedGroup found) {
        StringWriter text = new StringWriter();
        CheckReport.print(found, new PrintWriter(text, true));
        return text.toString().lines().toList();
    }

    /** What nobody has looked at is not said to be well, with or without a repair. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thatNoFileIsDamagedIsOnlySaidIfAllWasRead(boolean repaired) {
        for (boolean allRead : new boolean[] {false, true}) {
            List<String> report = report(new CheckedGroup(new GroupId(new UUID(1, 2)), repaired, true, allRead,
                    List.of("server-1: a problem"), 0, List.of(), 0, 0, 1 << 20, 7, 0, 0));
            String verdict = report.get(report.size() - 1);
            assertEquals(allRead, verdict.contains("no file is damaged"), verdict);
            assertEquals(!allRead, verdict.contains("not all could be looked at"), verdict);
            assertEquals(allRead && repaired, verdict.contains("not for redundancy to mend"), verdict);
        }
    }

    @Test
    void damageBeyondWhatCanBeNamedIsNotSaidToShowAtNoPlace() {
        List<String> report = report(new CheckedGroup(new GroupId(new UUID(1, 2)), false, true, true,
                List.of(), 0, List.of(), 1, 0, 1 << 20, 7, 0, 0));
        String verdict = report.get(report.size() - 1);
        assertTrue(verdict.contains("more is damaged than can be named"), verdict);
        assertFalse(verdict.contains("0 places"), verdict);
    }

    /** The signal comes when the copy of the catalog is there; in a process of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    @Timeout(120)
    void aCheckThatIsInterruptedLeavesNothingInTheGroup(String signal) throws Exception {
        assumeFalse(signal.equals("INT") && isInterruptIgnored(), "children of this process don't get it");
        open().close();
        // One that is through before the signal comes says nothing about signals.
        int tries = 0;
        while (!wasInterrupted(signal)) {
            assertTrue(++tries < 10, "no check took long enough to be interrupted");
        }
        assertEquals(0, run().exitCode());
    }

    /** Whether the signal came before the check was through. */
    private boolean wasInterrupted(String signal) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BatonCommand.class.getName(), "fsck"));
        settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
        Path output = directory.resolve("output");
        Process check = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            Path copy = directory.resolve("group/tmp/catalog");
            while (!Files.exists(copy)) {
                if (!check.isAlive()) {
                    assertEquals(0, check.exitValue(), () -> text(output));
                    return false;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            if (signal.equals("TERM")) {
                check.destroy();
            } else {
                new ProcessBuilder("kill", "-" + signal, Long.toString(check.pid())).start().waitFor();
            }
            if (check.waitFor() == 0) {
                assertTrue(text(output).contains("extents compared with the catalog"), () -> text(output));
                return false;
            }
            assertEquals(signal.equals("INT") ? 130 : 143, check.exitValue(), () -> text(output));
        } finally {
            check.destroyForcibly().waitFor();
        }
        assertFalse(Files.exists(directory.resolve("group/tmp")), () -> text(output));
        if (text(output).contains("extents compared with the catalog")) {
            return false;
        }
        assertTrue(text(output).contains("ending, which may take some seconds"), () -> text(output));
        assertTrue(text(output).contains("fsck: ended before all was read"), () -> text(output));
        assertFalse(text(output).contains("CancellationException"), () -> "nothing is wrong: " + text(output));
        return true;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As where a shell has started this in its background. */
    private static boolean isInterruptIgnored() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
        return (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 2) != 0;
    }

    /** The exit code is about what a repair has left, and the report says what that is. */
    @Test
    void aRepairIsJudgedByWhatItLeaves() throws Exception {
        open().close();
        fillAndDamage();
        Path aside = directory.resolve("aside");
        Files.move(device(4), aside);
        Run repaired = run("--repair");
        assertEquals(1, repaired.exitCode(), repaired.toString());
        assertTrue(repaired.out().stream().anyMatch(line -> line.startsWith("WRONG ") && line.contains("device-4")),
                repaired.toString());
        assertTrue(repaired.out().get(repaired.out().size() - 1).startsWith("not sound: no file is damaged, but"),
                repaired.toString());
        assertTrue(repaired.out().get(repaired.out().size() - 1).contains("not for redundancy to mend"),
                repaired.toString());
    }

    /** What nobody has said that it is given up is kept: each time that it is run. */
    @Test
    void olderCopiesAreAcceptedIfThatIsSaid() throws Exception {
        open().close();
        for (int number = 2; number <= 3; number++) {
            Files.copy(device(number), directory.resolve("image-" + number));
        }
        open().close();
        open().close();
        for (int number = 2; number <= 3; number++) {
            Files.copy(directory.resolve("image-" + number), device(number), StandardCopyOption.REPLACE_EXISTING);
        }
        Run usage = run("--accept-loss");
        assertEquals(2, usage.exitCode(), usage.toString());
        assertTrue(usage.err().contains("--accept-loss goes with --repair"), usage.err());
        for (int time = 0; time < 2; time++) {
            Run kept = run("--repair");
            assertEquals(1, kept.exitCode(), kept.toString());
            assertTrue(kept.out().stream().anyMatch(line -> line.startsWith("WRONG ")
                    && line.contains("pool capacity takes no changes: it can't spare") && line.contains("fsck --repair --accept-loss")),
                    kept.toString());
        }
        Run accepted = run("--repair", "--accept-loss");
        assertFalse(accepted.out().stream().anyMatch(line -> line.contains("takes no changes")), accepted.toString());
        Run after = run();
        assertFalse(after.out().stream().anyMatch(line -> line.contains("takes no changes")), after.toString());
    }
}
