package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One device less than whole, in either pool: everything goes on, and the group's status says which and why. */
class DeviceDamageTest {
    private static final long DEVICE_BYTES = 64L << 20;
    private static final int MEBIBYTE = 1 << 20;
    /** What a device keeps for its superblock. */
    private static final int MARGIN = 64 << 10;
    private static final byte[] BYTES = GroupUnderTest.random(3 * MEBIBYTE + 7);
    private static final byte[] SMALL = GroupUnderTest.random(1000);

    @TempDir
    private Path directory;

    private enum Damage { REMOVED, CUT_OFF, NOISE }

    @ParameterizedTest
    @CsvSource({
        "fast,REMOVED,no such file", "fast,NOISE,not a Baton device",
        "capacity,CUT_OFF,when it was formatted", "capacity,NOISE,not a Baton device"})
    void aDeviceDamagedWhileTheGroupIsClosedIsNamedAndDoneWithout(String pool, Damage damage, String reason)
            throws Exception {
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/before", BYTES);
            GroupUnderTest.write(client, "/small", SMALL);
        }
        damage(damage, 2);
        for (String name : List.of("/degraded", "/degraded-again")) {
            try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
                List<String> problems = client.groupStatus().problems();
                assertSays(problems, "server", device(2).toString(), reason);
                assertSays(problems, "server", "pool " + pool);
                GroupUnderTest.write(client, name, BYTES);
                assertArrayEquals(BYTES, GroupUnderTest.read(client, name));
                assertArrayEquals(BYTES, GroupUnderTest.read(client, "/before"));
                assertArrayEquals(SMALL, GroupUnderTest.read(client, "/small"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "capacity"})
    void aDeviceCutOffUnderOpenStreamsIsNamedAndDoneWithout(String pool) throws Exception {
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/read", BYTES);
            try (BatonInput in = client.open("/read"); BatonOutput out = client.create("/written", GroupUnderTest.OPTIONS)) {
                out.write(BYTES, 0, MEBIBYTE + 5);
                out.hflush();
                damage(Damage.CUT_OFF, 3);
                out.write(BYTES, MEBIBYTE + 5, BYTES.length - MEBIBYTE - 5);
                out.hsync();
                assertArrayEquals(BYTES, GroupUnderTest.read(in));
            }
            assertSays(client.groupStatus().problems(), "server", "pool " + pool, device(3).toString(), "shorter");
        }
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/read"));
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/written"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "capacity"})
    void noiseUnderOpenStreamsIsFoundByChecksumAndMended(String pool) throws Exception {
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/read", BYTES);
            try (BatonInput in = client.open("/read"); BatonOutput out = client.create("/written", GroupUnderTest.OPTIONS)) {
                out.write(BYTES, 0, MEBIBYTE + 5);
                out.hflush();
                noise(device(1), MARGIN);
                assertArrayEquals(BYTES, GroupUnderTest.read(in));
                out.write(BYTES, MEBIBYTE + 5, BYTES.length - MEBIBYTE - 5);
            }
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/written"));
            assertSays(client.groupStatus().problems(), "server-1", device(1).toString(), "is going bad");
        }
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/read"));
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/written"));
        }
    }

    /** The process goes on with a file that has no name any more; whoever opens the group next misses it. */
    @ParameterizedTest
    @ValueSource(strings = {"fast", "capacity"})
    void aDeviceRemovedUnderOpenStreamsIsMissedAtTheNextOpenAtTheLatest(String pool) throws Exception {
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            try (BatonOutput out = client.create("/written", GroupUnderTest.OPTIONS)) {
                out.write(BYTES, 0, MEBIBYTE);
                out.hflush();
                damage(Damage.REMOVED, 4);
                out.write(BYTES, MEBIBYTE, BYTES.length - MEBIBYTE);
            }
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/written"));
        }
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            assertSays(client.groupStatus().problems(), device(4).toString(), "no such file");
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/written"));
        }
    }

    @Test
    void whatBothDevicesOfAPairLostIsNamedAndNothingElseIsHarmed() throws Exception {
        byte[] twoBlocks = Arrays.copyOf(BYTES, 8192); // whole blocks: a tail is kept in memory as well
        try (GroupUnderTest group = open("fast"); BatonClient client = group.client()) {
            for (int i = 0; i < 64; i++) {
                GroupUnderTest.write(client, "/small-" + i, twoBlocks);
            }
            GroupUnderTest.write(client, "/large", BYTES);
            noise(device(1), MARGIN);
            noise(device(2), MARGIN);
            BatonException lost = assertThrows(BatonException.class, () -> GroupUnderTest.read(client, "/large"));
            assertEquals(ErrorCode.DATA_LOST, lost.code());
            assertTrue(lost.getMessage().contains("/large") || lost.getMessage().contains("xtent")
                    || lost.getMessage().contains("page"), lost.getMessage());
            assertSays(client.groupStatus().problems(), "server", "pool fast", "could not give back");
            int kept = 0;
            for (int i = 0; i < 64; i++) {
                kept += isKept(client, "/small-" + i, twoBlocks) ? 1 : 0;
            }
            // Stripes of 16 blocks take turns between the pairs: the other pair has half of these.
            assertTrue(kept >= 16 && kept < 64, kept + " of 64 small files are kept");
            GroupUnderTest.write(client, "/after", BYTES);
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/after"));
        }
    }

    private static boolean isKept(BatonClient client, String path, byte[] bytes) throws IOException {
        try {
            assertArrayEquals(bytes, GroupUnderTest.read(client, path));
            return true;
        } catch (BatonException e) {
            assertEquals(ErrorCode.DATA_LOST, e.code(), e.getMessage());
            return false;
        }
    }

    private GroupUnderTest open(String pool) throws IOException {
        return new GroupUnderTest(directory, 1, pool, DEVICE_BYTES);
    }

    private Path device(int number) {
        return directory.resolve("server-1").resolve("device-" + number);
    }

    private static void assertSays(List<String> problems, String... parts) {
        assertTrue(problems.stream().anyMatch(problem -> Arrays.stream(parts).allMatch(problem::contains)),
                () -> "none says " + Arrays.toString(parts) + ": " + problems);
    }

    private void damage(Damage damage, int number) throws IOException {
        switch (damage) {
            case REMOVED -> Files.delete(device(number));
            case CUT_OFF -> {
                try (FileChannel channel = FileChannel.open(device(number), StandardOpenOption.WRITE)) {
                    channel.truncate(MEBIBYTE);
                }
            }
            case NOISE -> noise(device(number), 0);
        }
    }

    private static void noise(Path file, long from) throws IOException {
        byte[] noise = new byte[MEBIBYTE];
        new Random(1).nextBytes(noise);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long at = from; at < channel.size(); at += noise.length) {
                int length = (int) Math.min(noise.length, channel.size() - at);
                channel.write(ByteBuffer.wrap(noise, 0, length), at);
            }
        }
    }
}
