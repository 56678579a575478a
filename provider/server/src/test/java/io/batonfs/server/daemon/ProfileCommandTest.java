package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.ProfileStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code baton profile} as an operator meets it, on files. */
class ProfileCommandTest {
    private static final int SIZE = 8 << 20;

    @TempDir
    private Path directory;
    private Path device;
    private String out;
    private String err;

    @BeforeEach
    void makeDevice() throws IOException {
        device = directory.resolve("device");
        Files.write(device, new byte[SIZE]);
    }

    /** Runs it with few samples; gives the exit code. */
    private int profile(String... arguments) {
        return profile(new StringWriter(), arguments);
    }

    private int profile(StringWriter errText, String... arguments) {
        StringWriter outText = new StringWriter();
        List<String> all = new ArrayList<>(List.of("profile"));
        for (String usual : new String[] {"--out=" + directory.resolve("profiles"), "--zones=16", "--samples=1", "--share=1"}) {
            String name = usual.substring(0, usual.indexOf('='));
            if (Stream.of(arguments).noneMatch(argument -> argument.startsWith(name))) {
                all.add(usual);
            }
        }
        all.addAll(List.of(arguments));
        CommandLine line = BatonCommand.commandLine().setOut(new PrintWriter(outText, true))
                .setErr(new PrintWriter(errText, true));
        int exitCode = line.execute(all.toArray(new String[0]));
        out = outText.toString();
        err = errText.toString();
        return exitCode;
    }

    private void assertRefused(String... words) {
        assertEquals("", out);
        for (String word : words) {
            assertTrue(err.contains(word), err + " says nothing of " + word);
        }
        assertTrue(err.startsWith("baton profile: "), err);
    }

    private Path kept() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("profiles"))) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void showsATableAPlotAndPools() throws IOException {
        assertEquals(0, profile(device.toString()), err);
        assertTrue(out.contains("class  first LBN  last LBN"), out);
        assertTrue(out.contains("\nA "), out);
        assertTrue(out.contains("sequential read, MB/s") && out.contains("random read, I/O/s"), out);
        assertFalse(out.contains("sequential write"), out);
        assertTrue(out.contains(" |###"), out);
        assertTrue(out.contains("Pools that suit a set of this device:"), out);
        // How many depends on how busy the machine is; of one to three, one is for capacity.
        assertTrue(out.contains("capacity     RAID_0   from "), out);
        assertTrue(out.contains("In short: ") && out.contains("capacity level=0 share="), out);
        assertTrue(err.contains("100 % measured"), err);
        assertArrayEquals(new byte[SIZE], Files.readAllBytes(device));
    }

    @Test
    void whatWasMeasuredIsShownAgainAndMeasuredAnewOnDemand() throws IOException {
        assertEquals(0, profile(device.toString()), err);
        String first = out;
        byte[] file = Files.readAllBytes(kept());
        assertEquals(0, profile(device.toString()), err);
        assertEquals(first, out);
        assertEquals("", err);
        assertEquals(0, profile("--again", device.toString()), err);
        assertFalse(Arrays.equals(file, Files.readAllBytes(kept())));
    }

    @Test
    void severalDevicesAreASet() throws IOException {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            paths.add(Files.copy(device, directory.resolve("d" + i)).toString());
        }
        assertEquals(0, profile(paths.toArray(new String[0])), err);
        paths.forEach(path -> assertTrue(out.contains(path + " (file "), out));
        assertTrue(out.contains("these 4 devices"), out);
        assertTrue(out.contains("RAID_10") && out.contains("RAID_5"), out);
    }

    @Test
    void writesAreMeasuredOnBlankDevicesWhichStayBlankAtTheirEnds() throws IOException {
        assertEquals(0, profile("--write", device.toString()), err);
        assertTrue(out.contains("sequential write, MB/s") && out.contains("random write, I/O/s"), out);
        assertTrue(out.contains("nothing was free to be written to"), out);
        byte[] after = Files.readAllBytes(device);
        assertEquals(SIZE, after.length);
        assertArrayEquals(new byte[1 << 20], Arrays.copyOf(after, 1 << 20));
        assertArrayEquals(new byte[1 << 20], Arrays.copyOfRange(after, SIZE - (1 << 20), SIZE));
        assertFalse(Arrays.equals(new byte[SIZE], after));
    }

    @Test
    void dataAreNeverWrittenOver() throws IOException {
        for (int at : new int[] {0, (1 << 20) - 1, SIZE - (1 << 20), SIZE - 1}) {
            byte[] content = new byte[SIZE];
            content[at] = 1;
            Files.write(device, content);
            assertEquals(1, profile("--write", device.toString()));
            assertRefused(device.toString(), "holds data", "without --write");
            assertArrayEquals(content, Files.readAllBytes(device));
        }
        assertEquals(0, profile("--read-only", device.toString()), err);
    }

    /** Others are measured before a device's turn comes, for hours. */
    @Test
    void dataThatCameBeforeItsTurnAreNotWrittenOver() throws IOException {
        Path second = Files.copy(device, directory.resolve("second"));
        byte[] content = new byte[SIZE];
        content[0] = 1;
        StringWriter whileTheFirstIsMeasured = new StringWriter() {
            @Override
            public void write(String text, int from, int length) {
                super.write(text, from, length);
                if (text.contains("100 % measured")) {
                    try {
                        Files.write(second, content, StandardOpenOption.WRITE);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        };
        assertEquals(1, profile(whileTheFirstIsMeasured, "--write", device.toString(), second.toString()));
        assertTrue(err.contains(second + " holds data"), err);
        assertArrayEquals(content, Files.readAllBytes(second));
    }

    @Test
    void aServersDeviceIsRefused() throws IOException {
        try (FileBlockDevice used = FileBlockDevice.open(device)) {
            assertEquals(1, profile(used.name()));
            assertRefused(used.name(), "in use", "stop that first");
        }
        assertEquals(0, profile(device.toString()), err);
    }

    @Test
    void whatCannotBeMeasuredIsRefusedByNameBeforeAnythingIs() throws IOException {
        String none = directory.resolve("none").toString();
        assertEquals(1, profile(device.toString(), none));
        assertRefused("there is no device " + none);
        assertFalse(Files.exists(directory.resolve("profiles")));
        assertEquals(1, profile(directory.toString()));
        assertRefused("is a directory");
        Path small = Files.write(directory.resolve("small"), new byte[1 << 20]);
        assertEquals(1, profile(small.toString()));
        assertRefused(small.toString(), "it has 1048576 bytes", "a larger device");
    }

    @Test
    void aDirectoryThatNothingCanBeKeptInIsToldBeforeMeasuring() throws IOException {
        assertEquals(1, profile("--write", "--out=" + device.resolve("profiles"), device.toString()));
        assertRefused(device.resolve("profiles").toString(), "another directory with --out");
        assertArrayEquals(new byte[SIZE], Files.readAllBytes(device));
    }

    @Test
    void twoNamesOfADeviceAreNoTwoDevices() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), device);
        assertEquals(1, profile(device.toString(), link.toString()));
        assertRefused(device + " and " + link + " are the same device");
    }

    @Test
    void aDamagedProfileIsRefusedByNameAndReplacedOnDemand() throws IOException {
        assertEquals(0, profile(device.toString()), err);
        byte[] bytes = Files.readAllBytes(kept());
        bytes[60] ^= 1;
        Files.write(kept(), bytes);
        assertEquals(1, profile(device.toString()));
        assertRefused(kept().toString(), "damaged", "--again");
        assertEquals(0, profile("--again", device.toString()), err);
        assertEquals(0, profile(device.toString()), err);
    }

    @Test
    void aProfileOfOtherParametersOrAnotherSizeIsNotTakenForThese() throws IOException {
        assertEquals(0, profile(device.toString()), err);
        assertEquals(1, profile("--write", device.toString()));
        assertRefused(device.toString(), "without writes", "--again");
        assertEquals(1, profile("--samples=2", device.toString()));
        assertRefused("with 1 samples", "--again");
        try (RandomAccessFile cut = new RandomAccessFile(device.toFile(), "rw")) {
            cut.setLength(SIZE / 2);
        }
        assertEquals(1, profile(device.toString()));
        assertRefused("of " + SIZE + " bytes, and it has " + SIZE / 2 + " now", "--again");
    }

    /** Half of the figures would be the cache's. */
    @Test
    void whatWasBegunPastThePageCacheDoesNotGoOnThroughIt() throws IOException {
        assertEquals(0, profile(device.toString()), err);
        ProfileStore store = new ProfileStore(directory.resolve("profiles"));
        DeviceProfile kept = store.load(DeviceIdentity.of(device)).orElseThrow();
        store.save(DeviceProfile.begin(kept.identity(), kept.deviceSizeBytes(),
                kept.cache() == CacheUse.BYPASSED ? CacheUse.IN_BETWEEN : CacheUse.BYPASSED, kept.parameters(),
                kept.startedMs() + 1));
        assertEquals(1, profile(device.toString()));
        assertRefused(device.toString(), "the page cache, not finished", "--again");
        assertEquals(0, profile("--again", device.toString()), err);
    }

    @Test
    void wrongUsage() {
        assertEquals(2, profile());
        assertEquals(2, profile("--share=0", device.toString()));
        assertTrue(err.contains("--share: a share of 0.0 is not more than 0"), err);
        assertEquals(2, profile("--write", "--read-only", device.toString()));
        assertEquals(0, profile("--help"));
        assertTrue(out.contains("--again") && out.contains("Default: 0.2"), out);
    }
}
