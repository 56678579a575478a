package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.Caller;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CreateOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedGroupTest {
    private static final CreateOptions OPTIONS = new CreateOptions(false, true, 0644, 128 << 20, 3);

    @TempDir
    private Path directory;

    private BatonClient connect(int servers) throws IOException {
        return BatonClients.connect("", Map.of("baton.embedded.dir", directory.toString(),
                "baton.embedded.servers", Integer.toString(servers), "baton.embedded.device.bytes", "268435456"),
                new Caller(System.getProperty("user.name"), List.of(), false));
    }

    @Test
    void whatWasWrittenIsReadAgainAfterTheGroupWasClosed() throws Exception {
        byte[] bytes = random(5_000_001);
        try (BatonClient client = connect(1)) {
            write(client, "/a/b/file", bytes);
            assertArrayEquals(bytes, read(client, "/a/b/file"));
        }
        try (BatonClient client = connect(1)) {
            assertArrayEquals(bytes, read(client, "/a/b/file"));
            assertEquals(bytes.length, client.status("/a/b/file").orElseThrow().lengthBytes());
            assertFalse(client.status("/a/b/file").orElseThrow().open());
        }
    }

    @Test
    void aCopyByTokenMovesNoByteThroughTheClient() throws Exception {
        byte[] bytes = random(1_234_567);
        try (BatonClient client = connect(3)) {
            write(client, "/source", bytes);
            long before = client.counters().lwioBytes();
            client.copyByToken("/source", Optional.empty(), 0, -1, "/copies/whole", OPTIONS);
            client.copyByToken("/source", Optional.empty(), 1000, 234_567, "/copies/part", OPTIONS);
            assertEquals(before, client.counters().lwioBytes());
            client.delete("/source", false);
            assertArrayEquals(bytes, read(client, "/copies/whole"));
            assertArrayEquals(Arrays.copyOfRange(bytes, 1000, 235_567), read(client, "/copies/part"));
        }
    }

    @Test
    void aFileIsReadWholeWhileItsExtentsMoveFromServerToServer() throws Exception {
        byte[] bytes = random(3_000_000);
        try (BatonClient client = connect(3)) {
            write(client, "/moved", bytes);
            try (BatonInput in = client.open("/moved")) {
                for (int round = 0; round < 9; round++) {
                    assertArrayEquals(bytes, read(in), "round " + round);
                    client.moveFile("/moved", new ServerId(round % 3 + 1));
                    int place = round * 300_000;
                    ByteBuffer some = ByteBuffer.allocate(100_000);
                    in.read(place, some);
                    assertArrayEquals(Arrays.copyOfRange(bytes, place, place + 100_000), some.array());
                }
            }
            assertArrayEquals(bytes, read(client, "/moved"));
        }
        try (BatonClient client = connect(3)) {
            assertArrayEquals(bytes, read(client, "/moved"));
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void write(BatonClient client, String path, byte[] bytes) throws IOException {
        try (BatonOutput out = client.create(path, OPTIONS)) {
            out.write(bytes, 0, bytes.length);
        }
    }

    private static byte[] read(BatonClient client, String path) throws IOException {
        try (BatonInput in = client.open(path)) {
            return read(in);
        }
    }

    private static byte[] read(BatonInput in) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) in.lengthBytes());
        while (buffer.hasRemaining() && in.read(buffer.position(), buffer) >= 0) {
            continue;
        }
        return buffer.array();
    }
}
