package io.batonfs.client;

import static io.batonfs.client.Setup.NEW;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioServerConfig;
import io.batonfs.transport.lwio.ReceiveSizeClass;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Client and transport together: what the doubles assume of LWIO holds of the real one. */
@Timeout(60)
class RealLwioTest {

    /** Room for one large buffer, which nobody gets: with the default, as if many others had come before. */
    private static final LwioServerConfig CROWDED = new LwioServerConfig(16, 1 << 20,
            List.of(new ReceiveSizeClass(1 << 20, 2 << 20), new ReceiveSizeClass(8192, 1 << 20)), 16, 100, 65535,
            10_000, 30_000, 10_000);

    private static Setup setup() throws IOException {
        return setup(LwioServerConfig.DEFAULT);
    }

    private static Setup setup(LwioServerConfig config) throws IOException {
        return new Setup(group(3, config), Map.of());
    }

    private static FakeGroup group(int servers, LwioServerConfig config) throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), new PageGeometry(4096, 64), servers, 6, 0);
        group.useRealLwio(config);
        return group;
    }

    @Test
    void aServerWithoutRoomForAnotherConnectionIsNamedSoonWithTheLimitAndTheRemedy() throws IOException {
        FakeGroup group = group(1, new LwioServerConfig(2, 1 << 16, 1 << 16, 75_000, 2, 8, 8, 10_000, 10_000));
        try (Setup setup = new Setup(group, Map.of("connections.per.server", "2"))) {
            try (BatonOutput first = setup.client.create("/first", NEW);
                    BatonOutput second = setup.client.create("/second", NEW)) {
                first.write(new byte[1000], 0, 1000);
                first.hflush();
                second.write(new byte[1000], 0, 1000);
                long beforeMs = group.time.nowMs();
                BatonException refusal = Setup.fails(ErrorCode.BUSY, second::hflush);
                assertTrue(refusal.getMessage().contains("receive budget"), refusal.getMessage());
                assertTrue(refusal.getMessage().contains("close clients and file systems"), refusal.getMessage());
                long tookMs = group.time.nowMs() - beforeMs;
                assertTrue(tookMs >= Retries.NO_ROOM_TIMEOUT_MS && tookMs < 2 * Retries.NO_ROOM_TIMEOUT_MS,
                        () -> tookMs + " ms");
                second.abort();
                first.write(new byte[1000], 0, 1000);
            }
            assertEquals(2000, setup.readAll("/first").length);
        }
    }

    @Test
    void filesOfManySizesGoThereAndBack() throws IOException {
        filesGoThereAndBack(LwioServerConfig.DEFAULT, 1 << 20);
    }

    @Test
    void filesOfManySizesGoThroughTheSmallestBuffersToo() throws IOException {
        filesGoThereAndBack(CROWDED, 8192);
    }

    private static void filesGoThereAndBack(LwioServerConfig config, int maxWriteBytes) throws IOException {
        FakeGroup group;
        try (Setup setup = setup(config)) {
            group = setup.group;
            long bytesOfFiles = 0;
            for (int size : new int[] {1, 1023, 1024, 4096, 4097, 70_000, 262_144, 3 << 20}) {
                byte[] bytes = setup.file("/f" + size, size);
                assertArrayEquals(bytes, setup.readAll("/f" + size));
                try (BatonInput input = setup.client.open("/f" + size)) {
                    assertArrayEquals(bytes, Setup.read(input, 0, size, true));
                    Random random = new Random(size);
                    for (int n = 0; n < 50; n++) {
                        int from = random.nextInt(size);
                        int length = 1 + random.nextInt(8192);
                        assertArrayEquals(Arrays.copyOfRange(bytes, from, Math.min(size, from + length)),
                                Setup.read(input, from, length, n % 2 == 0));
                    }
                }
                bytesOfFiles += size;
            }
            assertTrue(setup.client.counters().lwioBytes() >= 3 * bytesOfFiles);
            assertTrue(group.real().connections.stream().allMatch(one -> one.maxWriteBytes() == maxWriteBytes));
            assertEquals(0, setup.group.real().openFiles.get());
        }
        assertEquals(0, group.real().registeredRegions());
    }

    @Test
    void brokenConnectionsMovedPagesAndDeadKeysAreMet() throws IOException {
        disturbancesAreMet(LwioServerConfig.DEFAULT);
    }

    @Test
    void brokenConnectionsMovedPagesAndDeadKeysAreMetWithTheSmallestBuffersToo() throws IOException {
        disturbancesAreMet(CROWDED);
    }

    private static void disturbancesAreMet(LwioServerConfig config) throws IOException {
        try (Setup setup = setup(config)) {
            byte[] bytes = setup.bytes(2 << 20);
            Random random = new Random(Setup.seed());
            try (BatonOutput output = setup.client.create("/f", NEW)) {
                for (int at = 0; at < bytes.length; at += 32768) {
                    output.write(bytes, at, 32768);
                    disturb(setup, random);
                    if (random.nextInt(5) == 0) {
                        output.hsync();
                        assertTrue(setup.group.catalog.isForced("/f"));
                    }
                }
            }
            try (BatonInput input = setup.client.open("/f")) {
                for (int at = 0; at < bytes.length; at += 16384) {
                    disturb(setup, random);
                    assertArrayEquals(Arrays.copyOfRange(bytes, at, at + 16384),
                            Setup.read(input, at, 16384, random.nextBoolean()));
                }
            }
        }
    }

    private static void disturb(Setup setup, Random random) throws IOException {
        switch (random.nextInt(8)) {
            case 0 -> {
                for (LwioConnection connection : setup.group.real().connections) {
                    connection.close();
                }
            }
            case 1 -> setup.group.extents.move(random.nextInt((int) setup.group.extents.pages()),
                    new ServerId(1 + random.nextInt(3)));
            case 2 -> setup.group.extents.expireKeys();
            default -> { }
        }
    }
}
