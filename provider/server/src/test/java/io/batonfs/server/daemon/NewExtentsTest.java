package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.server.storage.PoolReport;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where new files go in a daemon whose default pool, the first on the devices, is not its fastest. */
@Timeout(120)
class NewExtentsTest extends DaemonCommands {
    private static final byte[] BYTES = new byte[6 << 20];

    static {
        new Random(8).nextBytes(BYTES);
    }

    @BeforeEach
    void choosePools() {
        settings.put("baton.server.pools", "capacity level=5 share=50; fast level=10 share=50");
    }

    private PoolReport pool(BatonDaemon daemon, String name) throws Exception {
        return PoolReports.decode(get(daemon, "/pools")).pools().stream()
                .filter(report -> report.pool().name().equals(name)).findFirst().orElseThrow();
    }

    private long used(BatonDaemon daemon, String name) throws Exception {
        return pool(daemon, name).usedBytes().orElseThrow();
    }

    @Test
    void theyGoToTheDefaultPoolUnlessPlacementIsSwitchedOn() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            assertEquals(0, used(daemon, "fast"));
            assertTrue(used(daemon, "capacity") >= BYTES.length);
        }
    }

    /** A page that has no room above the reserve, a tenth of the pool here, goes to the next. */
    @Test
    void theyGoToTheFastestPoolAsFarAsItsReserveLets() throws Exception {
        settings.put("baton.server.placement.enabled", "true");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            long page = 32L << 20;
            for (int n = 0; n < 6; n++) {
                PoolReport fast = pool(daemon, "fast");
                long room = fast.freeBytes().orElseThrow() - fast.pool().capacityBytes() / 10;
                long usedBefore = used(daemon, "fast");
                write(client, "/f" + n, BYTES);
                boolean grew = used(daemon, "fast") >= usedBefore + BYTES.length;
                assertEquals(room >= page, grew, "file " + n + " with " + room + " bytes of room");
            }
            assertTrue(used(daemon, "fast") >= BYTES.length, "none is in the fast pool");
            assertTrue(used(daemon, "capacity") >= BYTES.length, "none is in the other");
            for (int n = 0; n < 6; n++) {
                assertArrayEquals(BYTES, read(client, "/f" + n));
            }
        }
    }

    /** Nobody who has asked for two failures gets a pool that survives one because that is faster. */
    @Test
    void aPoolThatSurvivesLessThanTheDefaultIsNotTaken() throws Exception {
        settings.put("baton.server.pools", "safe level=6 share=50; fast level=10 share=50");
        settings.put("baton.server.placement.enabled", "true");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            assertEquals(0, used(daemon, "fast"));
            assertTrue(used(daemon, "safe") >= BYTES.length);
        }
    }

    /**
     * The file's second extent has two pages, and the fast pool has room for more than one and less than two: all of it goes to
     * the other, instead of failing in the midst of a page.
     */
    @Test
    void anExtentGoesOnlyWhereThereIsRoomForAllOfIt() throws Exception {
        settings.put("baton.server.placement.enabled", "true");
        settings.put("baton.server.device.bytes", Long.toString(96L << 20));
        byte[] bytes = new byte[94 << 20];
        new Random(9).nextBytes(bytes);
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            PoolReport fast = pool(daemon, "fast");
            long room = fast.freeBytes().orElseThrow() - fast.pool().capacityBytes() / 10;
            long page = 32L << 20;
            assertTrue(room >= 2 * page && room < 3 * page, "the sizes are not those of this test: " + room);
            write(client, "/f", bytes);
            assertTrue(used(daemon, "fast") >= page, "none is in the fast pool");
            assertTrue(used(daemon, "capacity") >= bytes.length - page, "none is in the other");
            assertArrayEquals(bytes, read(client, "/f"));
        }
    }

    /** Somebody has named it, and knows why. */
    @Test
    void aDefaultPoolOfLevelZeroThatWasNamedStaysTheDefault() throws Exception {
        settings.put("baton.server.pools", "plain level=0 share=50; fast level=10 share=50");
        settings.put("baton.server.pool", "plain");
        settings.put("baton.server.placement.enabled", "true");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            assertEquals(0, used(daemon, "fast"));
            assertTrue(used(daemon, "plain") >= BYTES.length);
        }
    }
}
