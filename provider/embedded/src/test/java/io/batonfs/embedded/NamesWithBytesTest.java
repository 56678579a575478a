package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.FileInfo;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What names and lists of slices do to the bytes behind them: cut, joined, shared, moved, placed. */
class NamesWithBytesTest {
    /** More than a block, less than a page, and no multiple of anything. */
    private static final byte[] BYTES = GroupUnderTest.random(3 * 4096 + 777);
    private static final TokenLimits LIMITS = new TokenLimits(3_600_000, 3_600_000);

    @TempDir
    private Path directory;

    @Test
    void aFileThatWasCutAnywhereAndAppendedToReadsTrue() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 2); BatonClient client = group.client()) {
            for (int length : new int[] {0, 1, 4095, 4096, 4097, 3 * 4096, BYTES.length - 1, BYTES.length}) {
                String path = "/cut-" + length;
                GroupUnderTest.write(client, path, BYTES);
                client.truncate(path, length);
                assertHolds(client, path, Arrays.copyOf(BYTES, length));
                append(client, path, BYTES);
                byte[] longer = joined(Arrays.copyOf(BYTES, length), BYTES);
                assertHolds(client, path, longer);
                client.truncate(path, Math.max(0, length - 1));
                append(client, path, new byte[] {42});
                assertHolds(client, path, joined(Arrays.copyOf(longer, Math.max(0, length - 1)), new byte[] {42}));
            }
        }
    }

    /** A random walk of truncate and append on a file whose copies must not notice. */
    @Test
    void copiesDoNotNoticeThatTheirSourceIsCut() throws Exception {
        long seed = Long.getLong("names.seed", System.nanoTime());
        System.out.println("-Dnames.seed=" + seed);
        Random random = new Random(seed);
        try (GroupUnderTest group = new GroupUnderTest(directory, 3); BatonClient client = group.client()) {
            byte[] now = BYTES;
            GroupUnderTest.write(client, "/f", now);
            for (int step = 0; step < 25; step++) {
                byte[] token = token(client, "/f");
                byte[] then = now;
                if (random.nextBoolean()) {
                    now = Arrays.copyOf(now, random.nextInt(now.length + 1));
                    client.truncate("/f", now.length);
                } else {
                    byte[] more = new byte[1 + random.nextInt(9000)];
                    random.nextBytes(more);
                    append(client, "/f", more);
                    now = joined(now, more);
                }
                assertInstanceOf(OffloadWriteResult.Written.class, client.offloadWrite(
                        List.of(new OffloadWrite(token, 0, -1, "/copy" + step, GroupUnderTest.OPTIONS))).get(0));
                if (then.length > 10) {
                    client.offloadWrite(List.of(new OffloadWrite(token, 5, then.length - 9, "/part" + step,
                            GroupUnderTest.OPTIONS)));
                    assertHolds(client, "/part" + step, Arrays.copyOfRange(then, 5, then.length - 4));
                }
                assertHolds(client, "/copy" + step, then);
                assertHolds(client, "/f", now);
            }
        }
    }

    @Test
    void filesOnSeveralServersAndCopiesOfOneAreJoined() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 3); BatonClient client = group.client()) {
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            GroupUnderTest.write(client, "/target", new byte[0]);
            for (int i = 1; i <= 6; i++) {
                byte[] part = GroupUnderTest.random(1000 * i + i);
                GroupUnderTest.write(client, "/part" + i, part);
                client.moveFile("/part" + i, new ServerId(1 + i % 3));
                expected.writeBytes(part);
            }
            byte[] token = token(client, "/part2");
            client.offloadWrite(List.of(new OffloadWrite(token, 0, -1, "/copy", GroupUnderTest.OPTIONS)));
            client.truncate("/copy", 999);
            expected.writeBytes(Arrays.copyOf(GroupUnderTest.random(2002), 999));
            client.concat("/target", List.of("/part1", "/part2", "/part3", "/part4", "/part5", "/part6", "/copy"));
            assertHolds(client, "/target", expected.toByteArray());
            assertEquals(List.of("target"), client.list("/", "", 100).entries().stream().map(FileInfo::name).toList());
            client.moveFile("/target", new ServerId(2));
            assertHolds(client, "/target", expected.toByteArray());
            client.concat("/target", List.of(copy(client, "/target", "/again")));
            assertHolds(client, "/target", joined(expected.toByteArray(), expected.toByteArray()));
        }
    }

    @Test
    void whatIsCutOffAndNobodyNamesIsFreedAndTheRestStays() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/f", BYTES);
            for (int i = 0; i < 5; i++) {
                append(client, "/f", BYTES);
            }
            String kept = copy(client, "/f", "/kept");
            client.truncate(kept, BYTES.length + 5);
            long before = client.groupStatus().freeBytes();
            client.truncate("/f", 100);
            GroupUnderTest.await("the extents behind the cut are freed", () -> {
                group.advance(Duration.ofMinutes(1));
                return client.groupStatus().freeBytes() > before;
            });
            assertHolds(client, "/f", Arrays.copyOf(BYTES, 100));
            assertHolds(client, "/kept", Arrays.copyOf(joined(BYTES, BYTES), BYTES.length + 5));
        }
    }

    @Test
    void aTrackedFileIsFoundAfterMovesAndARestart() throws Exception {
        FileInfo file;
        FileInfo copy;
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            client.mkdirs("/a/b", 0755, 0, true);
            GroupUnderTest.write(client, "/a/b/f", BYTES);
            client.cloneTree("/a", "/clone", false);
            file = client.track("/a/b/f");
            copy = client.track("/clone/b/f");
            assertNotEquals(file.fileId(), copy.fileId());
            client.rename("/a", "/moved", false);
        }
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            client.rename("/moved/b/f", "/g", false);
            assertEquals(Optional.of("/g"), client.pathOf(file.fileId()));
            assertEquals(Optional.of("/clone/b/f"), client.pathOf(copy.fileId()));
            assertHolds(client, client.pathOf(copy.fileId()).orElseThrow(), BYTES);
            client.delete("/clone", true);
            GroupUnderTest.write(client, "/g", BYTES);
            assertEquals(Optional.empty(), client.pathOf(file.fileId()), "another file has its name");
            assertEquals(Optional.empty(), client.pathOf(copy.fileId()));
        }
    }

    @Test
    void newDataGoesToThePoolOfThePolicyAndStaysThereWhenItMoves() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 2); BatonClient client = group.client()) {
            assertEquals(List.of("CAPACITY", "FAST", "LAZY_PERSIST"), client.storagePolicies().subList(0, 3));
            client.mkdirs("/cold", 0755, 0, true);
            client.setAttributes("/cold", AttributeChange.NONE.withStoragePolicy("capacity"));
            GroupUnderTest.write(client, "/warm", BYTES);
            assertTrue(used(group, "fast") > 0);
            assertEquals(0, used(group, "capacity"));
            long fast = used(group, "fast");
            GroupUnderTest.write(client, "/cold/f", BYTES);
            assertEquals("CAPACITY", client.storagePolicy("/cold/f"));
            long capacity = used(group, "capacity");
            assertTrue(capacity > 0);
            assertEquals(fast, used(group, "fast"));
            client.moveFile("/cold/f", new ServerId(1));
            client.moveFile("/cold/f", new ServerId(2));
            assertEquals(capacity, used(group, "capacity"));
            assertEquals(fast, used(group, "fast"));
            assertHolds(client, "/cold/f", BYTES);
            client.setAttributes("/cold", AttributeChange.NONE.withStoragePolicy(""));
            append(client, "/cold/f", BYTES);
            assertEquals(capacity, used(group, "capacity"));
            assertTrue(used(group, "fast") > fast);
            assertHolds(client, "/cold/f", joined(BYTES, BYTES));
        }
    }

    /** Bytes in use in the pools of a name. */
    private static long used(GroupUnderTest group, String pool) throws IOException {
        long used = 0;
        for (int server = 1; server <= 2; server++) {
            for (PoolSpace space : group.group().server(new ServerId(server)).report().pools()) {
                used += space.name().equals(pool) ? space.capacityBytes() - space.freeBytes() : 0;
            }
        }
        return used;
    }

    /** The same bytes, and the same CRC32C from the owners' checksums. */
    private static void assertHolds(BatonClient client, String path, byte[] bytes) throws IOException {
        assertArrayEquals(bytes, GroupUnderTest.read(client, path), path);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        assertEquals(bytes.length == 0 ? OptionalInt.empty() : OptionalInt.of((int) crc.getValue()),
                client.checksum(path, bytes.length), path);
    }

    private static void append(BatonClient client, String path, byte[] bytes) throws IOException {
        try (BatonOutput out = client.append(path)) {
            out.write(bytes, 0, bytes.length);
        }
    }

    private static String copy(BatonClient client, String source, String destination) throws IOException {
        client.cloneTree(source, destination, false);
        return destination;
    }

    private static byte[] token(BatonClient client, String path) throws IOException {
        return assertInstanceOf(OffloadReadResult.Granted.class, client.offloadRead(
                List.of(new OffloadRead(path, Optional.empty(), 0, -1)), LIMITS).get(0)).token();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
