package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Storage policies decide in which pool of the same devices data comes to lie (POOL-8). */
@Timeout(120)
class PoliciesAndPoolsTest {
    private static final int FILE_BYTES = 3 << 20;
    /** More files than there is room for in the smaller of two pools. */
    private static final int FULL = 30;

    @TempDir
    private Path directory;

    private GroupUnderTest open(long deviceBytes) throws IOException {
        return new GroupUnderTest(Map.of("baton.embedded.dir", directory.toString(), "baton.embedded.devices", "6",
                "baton.embedded.pools", "fast level=10 share=40; wide level=50 share=30; safe level=6 share=30",
                "baton.embedded.device.bytes", Long.toString(deviceBytes)));
    }

    @Test
    void twoClientsUseDifferentLevelsOfTheSameDevices() throws Exception {
        try (GroupUnderTest group = open(256L << 20);
                BatonClient hers = group.client();
                BatonClient his = group.client()) {
            policy(hers, "/hers", "ALL_SSD");
            policy(his, "/his", "cold");
            assertGoesTo(group, "fast", hers, "/hers/f");
            assertGoesTo(group, "safe", his, "/his/f");
            policy(his, "/his/deeper", "WARM");
            assertGoesTo(group, "wide", hers, "/his/deeper/f");
            assertGoesTo(group, "fast", his, "/neither");
            policy(his, "/pool", "Wide");
            assertGoesTo(group, "wide", his, "/pool/f");
        }
    }

    /** As in HDFS: what a file has itself it keeps, what it has from above it leaves, and what is stored stays. */
    @Test
    void aRenamedFileHasThePolicyOfItsNewPlaceForWhatIsWrittenNext() throws Exception {
        try (GroupUnderTest group = open(256L << 20); BatonClient client = group.client()) {
            policy(client, "/cold", "COLD");
            policy(client, "/warm", "WARM");
            assertGoesTo(group, "safe", client, "/cold/f");
            assertGoesTo(group, "safe", client, "/cold/own");
            client.setAttributes("/cold/own", AttributeChange.NONE.withStoragePolicy("FAST"));
            Map<String, Long> before = used(group);
            client.rename("/cold/f", "/warm/f", false);
            client.rename("/cold/own", "/warm/own", false);
            assertEquals(before, used(group), "nothing was moved");
            assertEquals("WARM", client.storagePolicy("/warm/f"));
            assertEquals("FAST", client.storagePolicy("/warm/own"));
            assertGrows(group, "wide", () -> append(client, "/warm/f"));
            assertGrows(group, "fast", () -> append(client, "/warm/own"));
            client.setAttributes("/warm/own", AttributeChange.NONE.withStoragePolicy(""));
            assertEquals("WARM", client.storagePolicy("/warm/own"));
        }
    }

    /** Creation fallbacks, as HDFS has them for some policies and not for others. */
    @Test
    void aFullPoolSendsOnWhoMayGoElsewhereAndRefusesTheOthers() throws Exception {
        try (GroupUnderTest group = open(64L << 20); BatonClient client = group.client()) {
            policy(client, "/hot", "HOT");
            policy(client, "/ssd", "ALL_SSD");
            List<String> kept = new ArrayList<>();
            BatonException refusal = assertThrows(BatonException.class, () -> fill(client, "/hot/", kept));
            assertEquals(ErrorCode.NO_SPACE, refusal.code(), refusal.getMessage());
            assertTrue(kept.size() > 3, kept::toString);
            assertGoesTo(group, "wide", client, "/ssd/f");
            assertThrows(BatonException.class, () -> GroupUnderTest.write(client, "/hot/more",
                    GroupUnderTest.random(FILE_BYTES)));
            for (String path : kept) {
                assertArrayEquals(GroupUnderTest.random(FILE_BYTES), GroupUnderTest.read(client, path), path);
            }
        }
    }

    /** As in HDFS: setting a policy moves nothing, and asking for it moves what is there, whatever is done meanwhile. */
    @Test
    void whatIsStoredGoesToThePoolOfItsPolicyWhenSomebodyAsks() throws Exception {
        try (GroupUnderTest group = open(256L << 20); BatonClient client = group.client();
                BatonClient eve = group.client("eve")) {
            byte[] bytes = GroupUnderTest.random(FILE_BYTES);
            for (String path : List.of("/d/a", "/d/deep/er/b", "/d/own", "/other")) {
                GroupUnderTest.write(client, path, bytes);
            }
            policy(client, "/d", "COLD");
            client.setAttributes("/d/own", AttributeChange.NONE.withStoragePolicy("WARM"));
            assertTrue(client.storagePolicyProgress("/").satisfied());
            BatonOutput writer = client.create("/d/open", GroupUnderTest.OPTIONS);
            writer.write(bytes, 0, 1 << 20);
            writer.hflush();
            client.setAttributes("/d", AttributeChange.NONE.withStoragePolicy("SAFE"));
            Map<String, Long> before = used(group);
            assertEquals(ErrorCode.PERMISSION_DENIED,
                    assertThrows(BatonException.class, () -> eve.satisfyStoragePolicy("/d")).code());
            assertEquals(ErrorCode.NOT_FOUND,
                    assertThrows(BatonException.class, () -> client.satisfyStoragePolicy("/none")).code());
            client.satisfyStoragePolicy("/d");
            assertTrue(client.storagePolicyProgress("/d/a").waitingExtents() <= 1);
            GroupUnderTest.await("all is carried", () -> {
                assertArrayEquals(bytes, GroupUnderTest.read(client, "/d/a"));
                StoragePolicyProgress left = client.storagePolicyProgress("/d");
                // What is open is done when it is sealed.
                return !left.looking() && left.waitingExtents() == 1;
            });
            writer.write(bytes, 1 << 20, FILE_BYTES - (1 << 20));
            writer.close();
            Map<String, Long> after = used(group);
            assertTrue(after.get("safe") - before.get("safe") >= 3L * FILE_BYTES - (1 << 20), before + " " + after);
            assertTrue(after.get("wide") - before.get("wide") >= FILE_BYTES, before + " " + after);
            assertTrue(before.get("fast") - after.get("fast") >= 3L * FILE_BYTES, before + " " + after);
            for (String path : List.of("/d/a", "/d/deep/er/b", "/d/own", "/other", "/d/open")) {
                assertArrayEquals(bytes, GroupUnderTest.read(client, path), path);
            }
        }
        try (GroupUnderTest group = open(256L << 20); BatonClient client = group.client()) {
            assertArrayEquals(GroupUnderTest.random(FILE_BYTES), GroupUnderTest.read(client, "/d/open"));
            GroupUnderTest.await("the closed file is done", () -> client.storagePolicyProgress("/").satisfied());
        }
    }

    @Test
    void whatFindsNoRoomWaitsAndTheStatusSaysSo() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(Map.of("baton.embedded.dir", directory.toString(),
                "baton.embedded.devices", "6", "baton.embedded.pools", "fast level=10 share=70; safe level=6 share=30",
                "baton.embedded.device.bytes", Long.toString(64L << 20)));
                BatonClient client = group.client()) {
            for (int i = 0; i < FULL; i++) {
                GroupUnderTest.write(client, "/d/" + i, GroupUnderTest.random(FILE_BYTES));
            }
            policy(client, "/d", "SAFE");
            client.satisfyStoragePolicy("/d");
            GroupUnderTest.await("the pool is full", () -> client.groupStatus().problems().stream()
                    .anyMatch(problem -> problem.contains("extents wait to be carried") && problem.contains("pool safe")
                            && problem.contains("no room")));
            assertTrue(client.storagePolicyProgress("/d").waitingBytes() >= FILE_BYTES);
            for (int i = 0; i < FULL; i++) {
                assertArrayEquals(GroupUnderTest.random(FILE_BYTES), GroupUnderTest.read(client, "/d/" + i));
            }
            client.setAttributes("/d", AttributeChange.NONE.withStoragePolicy("FAST"));
            client.satisfyStoragePolicy("/d");
            GroupUnderTest.await("all is back", () -> client.storagePolicyProgress("/d").satisfied());
            GroupUnderTest.await("nothing is wrong", () -> client.groupStatus().problems().isEmpty());
        }
    }

    private static void fill(BatonClient client, String prefix, List<String> written) throws IOException {
        for (int i = 0; i < 100; i++) {
            GroupUnderTest.write(client, prefix + i, GroupUnderTest.random(FILE_BYTES));
            written.add(prefix + i);
        }
    }

    private static void policy(BatonClient client, String path, String policy) throws IOException {
        client.mkdirs(path, 0755, 0, true);
        client.setAttributes(path, AttributeChange.NONE.withStoragePolicy(policy));
    }

    private static void assertGoesTo(GroupUnderTest group, String pool, BatonClient client, String path)
            throws Exception {
        assertGrows(group, pool, () -> GroupUnderTest.write(client, path, GroupUnderTest.random(FILE_BYTES)));
        assertArrayEquals(GroupUnderTest.random(FILE_BYTES), GroupUnderTest.read(client, path), path);
    }

    private static void append(BatonClient client, String path) throws IOException {
        try (BatonOutput out = client.append(path)) {
            out.write(GroupUnderTest.random(FILE_BYTES), 0, FILE_BYTES);
        }
    }

    private interface Write {
        void run() throws Exception;
    }

    /** Something makes one pool grow by a file and leaves the others as they are. */
    private static void assertGrows(GroupUnderTest group, String pool, Write write) throws Exception {
        Map<String, Long> before = used(group);
        write.run();
        Map<String, Long> after = used(group);
        assertTrue(after.get(pool) - before.get(pool) >= FILE_BYTES, () -> pool + ": " + before + " " + after);
        before.remove(pool);
        after.remove(pool);
        assertEquals(before, after);
    }

    private static Map<String, Long> used(GroupUnderTest group) throws IOException {
        Map<String, Long> used = new TreeMap<>();
        for (PoolSpace pool : group.group().server(new ServerId(1)).report().pools()) {
            used.put(pool.name(), pool.capacityBytes() - pool.freeBytes());
        }
        return used;
    }
}
