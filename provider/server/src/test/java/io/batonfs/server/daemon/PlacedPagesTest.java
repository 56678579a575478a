package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a daemon's placement rounds carry what has no storage policy. */
@Timeout(180)
class PlacedPagesTest extends DaemonCommands {
    private static final byte[] BYTES = new byte[6 << 20];
    private static final Pattern ROUNDS = Pattern.compile("placement_rounds\\{[^}]*\\} (\\d+)");
    private static final long PATIENCE_S = 60;

    static {
        new Random(12).nextBytes(BYTES);
    }

    @BeforeEach
    void makeRoundsOften() {
        settings.put("baton.server.placement.interval.ms", "1000");
    }

    private long used(BatonDaemon daemon, String name) throws Exception {
        return PoolReports.decode(get(daemon, "/pools")).pools().stream()
                .filter(report -> report.pool().name().equals(name)).map(PoolReport::usedBytes).findFirst().orElseThrow()
                .orElseThrow();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "not within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static long rounds(BatonDaemon daemon) throws Exception {
        Matcher found = ROUNDS.matcher(get(daemon, "/prom"));
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** So many rounds, and the one that may be under way. */
    private static void awaitRounds(BatonDaemon daemon, int more) throws Exception {
        long enough = rounds(daemon) + more + 1;
        await(() -> rounds(daemon) >= enough);
    }

    /** It is there since that was the default pool, or was cold: that two devices may fail nobody has asked for. */
    @Test
    void whatIsUsedComesBackFromAPoolThatSurvivesMoreThanTheDefault() throws Exception {
        settings.put("baton.server.pools", "fast level=10 share=50; deep level=6 share=50");
        settings.put("baton.server.pool", "deep");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            assertTrue(used(daemon, "deep") >= BYTES.length);
        }
        settings.put("baton.server.pool", "fast");
        settings.put("baton.server.placement.enabled", "true");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            await(() -> {
                assertArrayEquals(BYTES, read(client, "/f"));
                return used(daemon, "fast") >= BYTES.length;
            });
            await(() -> used(daemon, "deep") < BYTES.length);
            assertArrayEquals(BYTES, read(client, "/f"));
        }
    }

    @Test
    void whatIsOwedTwoFailuresStaysThough() throws Exception {
        settings.put("baton.server.pools", "fast level=10 share=50; deep level=6 share=50");
        settings.put("baton.server.pool", "deep");
        settings.put("baton.server.placement.enabled", "true");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
            long enough = rounds(daemon) + 8;
            await(() -> {
                assertArrayEquals(BYTES, read(client, "/f"));
                return rounds(daemon) >= enough;
            });
            assertTrue(used(daemon, "deep") >= BYTES.length);
            assertTrue(used(daemon, "fast") < BYTES.length);
        }
    }

    /** Elsewhere what is new goes to the set with most room, and what is kept together would be carried after the rest. */
    @Test
    void whatBelongsTogetherIsNotWrittenToAnotherSetToBeCarriedBack() throws Exception {
        settings.put("baton.server.pools", "fast level=10 share=50; slow level=5 share=50");
        settings.put("baton.server.placement.enabled", "true");
        settings.put("baton.server.placement.granularity", "volume");
        List<String> order = new ArrayList<>(List.of("devices", "add-set"));
        for (int i = 1; i <= 4; i++) {
            Path path = directory.resolve("disk-" + i);
            FileBlockDevice.create(path, 256L << 20).close();
            order.add(path.toString());
        }
        order.addAll(List.of("--pools", "fast level=10 share=100"));
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/a", BYTES);
            long before = used(daemon, "fast");
            assertTrue(before >= BYTES.length);
            Run added = run(order.toArray(String[]::new));
            assertEquals(0, added.exitCode(), added.toString());
            awaitRounds(daemon, 1);
            write(client, "/b", BYTES);
            assertTrue(used(daemon, "fast") >= before + BYTES.length, "it is not with the rest");
            assertTrue(used(daemon, "fast@2") < BYTES.length);
            awaitRounds(daemon, 2);
            assertFigure(daemon, "placement_", "pages_moved_with_its_unit 0");
            assertArrayEquals(BYTES, read(client, "/b"));
        }
    }
}
