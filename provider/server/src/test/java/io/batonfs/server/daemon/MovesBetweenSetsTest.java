package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server with two sets of devices: new data and data that somebody wants elsewhere go to the pools of both. */
@Timeout(180)
class MovesBetweenSetsTest extends DaemonCommands {
    private static final int BYTES = 1 << 20;
    private static final int FILES = 6;
    /** Of what is left to be carried one page is looked at a time. */
    private static final long PATIENCE_S = 60;

    private final List<String> disks = new ArrayList<>();

    @BeforeEach
    void chooseDevices() throws IOException {
        for (int i = 1; i <= 4; i++) {
            Path path = directory.resolve("disk-" + i);
            FileBlockDevice.create(path, 256L << 20).close();
            disks.add(path.toString());
        }
    }

    private void addSet(String pools) {
        List<String> all = new ArrayList<>(List.of("devices", "add-set"));
        all.addAll(disks);
        all.addAll(List.of("--pools", pools));
        Run added = run(all.toArray(String[]::new));
        assertEquals(0, added.exitCode(), added.toString());
    }

    private static byte[] bytes(int file) {
        byte[] bytes = new byte[BYTES];
        new Random(file).nextBytes(bytes);
        return bytes;
    }

    /** Bytes in use by pool. */
    private Map<String, Long> used() throws IOException {
        return PoolReports.decode(run("pools", "--json").out()).pools().stream().collect(Collectors.toMap(
                report -> report.pool().name(), MovesBetweenSetsTest::used, Long::sum, TreeMap::new));
    }

    private static long used(PoolReport report) {
        return report.usedBytes().orElseThrow();
    }

    private static void awaitSatisfied(BatonClient client, String path) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!client.storagePolicyProgress(path).satisfied()) {
            assertTrue(System.nanoTime() < deadline, "not within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private void assertWhole(BatonClient client, String home, int from, int to) throws IOException {
        for (int file = from; file < to; file++) {
            assertArrayEquals(bytes(file), read(client, home + "/" + file), home + "/" + file);
        }
    }

    /** The class that is wanted is on the other set alone; a file that is being written goes on there. */
    @Test
    void whatIsWantedInAClassThatOnlyTheOtherSetHasIsCarriedThere() throws Exception {
        settings.put("baton.server.pools", "only level=10 share=100");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            client.mkdirs("/d", 0755, 0, true);
            for (int file = 0; file < FILES; file++) {
                write(client, "/d/" + file, bytes(file));
            }
            addSet("archive level=5 share=100");
            Map<String, Long> before = used();
            assertTrue(before.get("only") >= FILES * BYTES, before::toString);
            client.setAttributes("/d", AttributeChange.NONE.withStoragePolicy("ARCHIVE"));
            try (BatonOutput open = client.create("/open", new CreateOptions(true, true, 0644, 128 << 20, 3))) {
                open.write(bytes(100), 0, BYTES / 2);
                open.hflush();
                client.setAttributes("/open", AttributeChange.NONE.withStoragePolicy("ARCHIVE"));
                client.satisfyStoragePolicy("/open");
                client.satisfyStoragePolicy("/d");
                awaitSatisfied(client, "/d");
                open.write(bytes(100), BYTES / 2, BYTES / 2);
            }
            Map<String, Long> after = used();
            long archived = after.entrySet().stream().filter(pool -> pool.getKey().equals("archive@2"))
                    .mapToLong(Map.Entry::getValue).sum();
            assertTrue(archived >= (FILES + 1) * BYTES, after::toString);
            assertTrue(after.get("only") <= before.get("only") - FILES * BYTES, before + " " + after);
            assertWhole(client, "/d", 0, FILES);
            assertArrayEquals(bytes(100), read(client, "/open"));
            assertFigure(daemon, "wanted_moves_", "pages_moved [1-9]");
        }
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            // What was open is looked at again after a minute, or at the next start.
            awaitSatisfied(client, "/open");
            assertFigure(daemon, "wanted_moves_", "extents_waiting 0");
            assertWhole(client, "/d", 0, FILES);
            assertArrayEquals(bytes(100), read(client, "/open"));
            assertEquals(List.of(), daemon.health().reasons());
        }
        Run fsck = run("fsck");
        assertEquals(0, fsck.exitCode(), fsck.toString());
    }

    /** Of two pools of one class the one with more room takes what is new; what is in the other may stay. */
    @Test
    void newExtentsGoToTheSetWithRoomAndWhatIsOfTheClassStaysWhereItIs() throws Exception {
        settings.put("baton.server.pools", "fast level=10 share=50; slow level=5 share=50");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            client.mkdirs("/d", 0755, 0, true);
            client.setAttributes("/d", AttributeChange.NONE.withStoragePolicy("SLOW"));
            for (int file = 0; file < FILES; file++) {
                write(client, "/d/" + file, bytes(file));
            }
            addSet("slow level=5 share=50; fast level=10 share=50");
            Map<String, Long> before = used();
            assertTrue(before.get("slow") >= FILES * BYTES && before.get("slow@2") == 0, before::toString);
            for (int file = FILES; file < 2 * FILES; file++) {
                write(client, "/d/" + file, bytes(file));
            }
            Map<String, Long> between = used();
            assertTrue(between.get("slow@2") >= FILES * BYTES, between::toString);
            assertEquals(before.get("slow"), between.get("slow"));
            assertEquals(before.get("fast"), between.get("fast"));
            client.satisfyStoragePolicy("/d");
            awaitSatisfied(client, "/d");
            assertEquals(between, used(), "nothing is carried between pools of one class");
            client.setAttributes("/d", AttributeChange.NONE.withStoragePolicy("FAST"));
            client.satisfyStoragePolicy("/d");
            awaitSatisfied(client, "/d");
            Map<String, Long> after = used();
            assertTrue(after.get("fast") + after.get("fast@2") >= 2 * FILES * BYTES, after::toString);
            assertTrue(after.get("slow") + after.get("slow@2") < BYTES, after::toString);
            assertWhole(client, "/d", 0, 2 * FILES);
            assertEquals(List.of(), daemon.health().reasons());
        }
    }
}
