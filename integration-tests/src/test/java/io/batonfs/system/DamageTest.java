package io.batonfs.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.client.BatonClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Device files that are gone, cut off or full of noise: reading and writing go on, no wrong byte comes out. */
class DamageTest {
    private static final int FILES = 12;
    private static final int MEBIBYTE = 1 << 20;
    /** Small enough to be filled with noise in each test. */
    private static final long DEVICE_BYTES = 128L << 20;

    @TempDir
    Path temporary;

    private GroupOnDisk group;
    private final Map<String, byte[]> written = new LinkedHashMap<>();

    @BeforeEach
    void fillGroup() throws IOException {
        group = new GroupOnDisk(temporary.resolve("group"), DEVICE_BYTES);
        try (BatonClient client = group.connect()) {
            write(client, "before");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void deviceThatIsGone(int device) throws IOException {
        Files.delete(device(device));
        checkDegraded();
    }

    @Test
    void deviceThatIsCutOff() throws IOException {
        try (FileChannel channel = FileChannel.open(device(2), StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 3);
        }
        checkDegraded();
    }

    @Test
    void deviceFullOfNoise() throws IOException {
        noise(device(2), 0);
        checkDegraded();
    }

    /** One that readers ask first. */
    @Test
    void deviceThatTurnsToNoiseBehindItsFirstMebibyte() throws IOException {
        noise(device(1), MEBIBYTE);
        try (BatonClient client = group.connect()) {
            checkAll(client);
            assertReported(client);
            write(client, "after");
            checkAll(client);
        }
    }

    /** Only scrubbing, or a reader who has no other copy, meets what nobody reads first. */
    @Test
    void deviceThatNobodyReadsFirstTurnsToNoise() throws IOException {
        noise(device(3), MEBIBYTE);
        try (BatonClient client = group.connect()) {
            checkAll(client);
            write(client, "after");
            checkAll(client);
        }
        try (BatonClient client = group.connect()) {
            checkAll(client);
        }
    }

    @Test
    void deviceThatTurnsToNoiseWhileTheGroupIsOpen() throws IOException {
        try (BatonClient client = group.connect()) {
            write(client, "open");
            noise(device(1), MEBIBYTE);
            checkAll(client);
            assertReported(client);
            write(client, "after");
            checkAll(client);
        }
        try (BatonClient client = group.connect()) {
            checkAll(client);
        }
    }

    @Test
    void deviceThatIsCutOffWhileTheGroupIsOpen() throws IOException {
        try (BatonClient client = group.connect()) {
            try (FileChannel channel = FileChannel.open(device(4), StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
            checkAll(client);
            write(client, "after");
            checkAll(client);
            // By now at the latest: reading alone may have been served by the other copies.
            assertReported(client);
        }
    }

    /** The group opens, says what is wrong, reads all, writes on, and does so again after a restart. */
    private void checkDegraded() throws IOException {
        try (BatonClient client = group.connect()) {
            assertReported(client);
            checkAll(client);
            write(client, "degraded");
            checkAll(client);
        }
        try (BatonClient client = group.connect()) {
            checkAll(client);
        }
    }

    private static void assertReported(BatonClient client) throws IOException {
        assertThat(client.groupStatus().problems()).as("problems that the group reports").isNotEmpty();
    }

    private void write(BatonClient client, String when) throws IOException {
        Random random = new Random(when.hashCode());
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[i % 3 == 0 ? 100 * i : random.nextInt(2 * MEBIBYTE)];
            random.nextBytes(bytes);
            String path = "/damage/" + when + "-" + i;
            Tokens.putFile(client, path, bytes);
            written.put(path, bytes);
        }
    }

    private void checkAll(BatonClient client) throws IOException {
        for (Map.Entry<String, byte[]> file : written.entrySet()) {
            assertThat(Tokens.readFile(client, file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
        }
    }

    private Path device(int number) {
        return group.directory().resolve("server-1").resolve("device-" + number);
    }

    private static void noise(Path file, long from) throws IOException {
        byte[] noise = new byte[MEBIBYTE];
        new Random(file.hashCode()).nextBytes(noise);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long at = from; at < channel.size(); at += noise.length) {
                ByteBuffer piece = ByteBuffer.wrap(noise, 0, (int) Math.min(noise.length, channel.size() - at));
                channel.write(piece, at);
            }
        }
    }
}
