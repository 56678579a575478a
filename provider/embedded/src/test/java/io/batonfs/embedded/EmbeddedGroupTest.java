package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.client.BatonInput;
import io.batonfs.model.Caller;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedGroupTest {
    @TempDir
    private Path directory;

    private BatonClient connect(int servers) throws IOException {
        return BatonClients.connect("", Map.of("baton.embedded.dir", directory.toString(),
                "baton.embedded.servers", Integer.toString(servers), "baton.embedded.device.bytes", "268435456"),
                new Caller(System.getProperty("user.name"), List.of(), false));
    }

    @Test
    void whatWasWrittenIsReadAgainAfterTheGroupWasClosed() throws Exception {
        byte[] bytes = GroupUnderTest.random(5_000_001);
        try (BatonClient client = connect(1)) {
            GroupUnderTest.write(client, "/a/b/file", bytes);
            assertArrayEquals(bytes, GroupUnderTest.read(client, "/a/b/file"));
        }
        try (BatonClient client = connect(1)) {
            assertArrayEquals(bytes, GroupUnderTest.read(client, "/a/b/file"));
            assertEquals(bytes.length, client.status("/a/b/file").orElseThrow().lengthBytes());
            assertFalse(client.status("/a/b/file").orElseThrow().open());
        }
    }

    @Test
    void aCopyByTokenMovesNoByteThroughTheClient() throws Exception {
        byte[] bytes = GroupUnderTest.random(1_234_567);
        try (BatonClient client = connect(3)) {
            GroupUnderTest.write(client, "/source", bytes);
            long before = client.counters().lwioBytes();
            client.copyByToken("/source", Optional.empty(), 0, -1, "/copies/whole", GroupUnderTest.OPTIONS);
            client.copyByToken("/source", Optional.empty(), 1000, 234_567, "/copies/part", GroupUnderTest.OPTIONS);
            assertEquals(before, client.counters().lwioBytes());
            client.delete("/source", false);
            assertArrayEquals(bytes, GroupUnderTest.read(client, "/copies/whole"));
            assertArrayEquals(Arrays.copyOfRange(bytes, 1000, 235_567), GroupUnderTest.read(client, "/copies/part"));
        }
    }

    @Test
    void aFileIsReadWholeWhileItsExtentsMoveFromServerToServer() throws Exception {
        byte[] bytes = GroupUnderTest.random(3_000_000);
        try (BatonClient client = connect(3)) {
            GroupUnderTest.write(client, "/moved", bytes);
            try (BatonInput in = client.open("/moved")) {
                for (int round = 0; round < 9; round++) {
                    assertArrayEquals(bytes, GroupUnderTest.read(in), "round " + round);
                    client.moveFile("/moved", new ServerId(round % 3 + 1));
                    int place = round * 300_000;
                    ByteBuffer some = ByteBuffer.allocate(100_000);
                    in.read(place, some);
                    assertArrayEquals(Arrays.copyOfRange(bytes, place, place + 100_000), some.array());
                }
            }
            assertArrayEquals(bytes, GroupUnderTest.read(client, "/moved"));
        }
        try (BatonClient client = connect(3)) {
            assertArrayEquals(bytes, GroupUnderTest.read(client, "/moved"));
        }
    }

    @Test
    void movesOfTheSameFileAtTheSameTimeLoseNothing() throws Exception {
        byte[] bytes = GroupUnderTest.random(300_000);
        try (BatonClient client = connect(3)) {
            GroupUnderTest.write(client, "/moved", bytes);
            ExecutorService movers = Executors.newFixedThreadPool(3);
            List<Future<?>> moves = new ArrayList<>();
            for (int move = 0; move < 60; move++) {
                ServerId to = new ServerId(move / 2 % 3 + 1);
                moves.add(movers.submit(() -> client.moveFile("/moved", to)));
            }
            for (Future<?> move : moves) {
                move.get();
            }
            movers.shutdown();
            assertArrayEquals(bytes, GroupUnderTest.read(client, "/moved"));
        }
    }
}
