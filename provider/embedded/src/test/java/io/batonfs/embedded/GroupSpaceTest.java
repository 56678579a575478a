package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a group's status says of space is true of all its pools, and free is what can be written. */
class GroupSpaceTest {
    private static final byte[] BYTES = GroupUnderTest.random(3 << 20);
    private static final long RESERVE_SHARE = 10;

    @TempDir
    private Path directory;

    @Test
    void allPoolsCountWhicheverDataGoTo() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupStatus before = client.groupStatus();
            long capacity = pools(group).stream().mapToLong(PoolSpace::capacityBytes).sum();
            assertEquals(2, pools(group).size());
            assertEquals(capacity, before.capacityBytes());
            assertEquals(capacity, before.usedBytes() + before.freeBytes());
            GroupUnderTest.write(client, "/usual", BYTES);
            GroupStatus one = client.groupStatus();
            grownByAFile(before, one);
            client.mkdirs("/cold", 0755, 0, true);
            client.setAttributes("/cold", AttributeChange.NONE.withStoragePolicy("COLD"));
            GroupUnderTest.write(client, "/cold/f", BYTES);
            grownByAFile(one, client.groupStatus());
        }
    }

    private static void grownByAFile(GroupStatus before, GroupStatus after) {
        long grown = after.usedBytes() - before.usedBytes();
        assertTrue(grown >= BYTES.length && grown < BYTES.length + (64 << 10), () -> before + " " + after);
        assertEquals(before.capacityBytes(), after.capacityBytes());
        assertEquals(before.freeBytes() - grown, after.freeBytes());
    }

    @Test
    void theReserveIsAPartOfWhatIsFreeInEachPool() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1, "fast", 64L << 20); BatonClient client = group.client()) {
            long tenths = pools(group).stream().mapToLong(pool -> pool.capacityBytes() / RESERVE_SHARE).sum();
            assertEquals(tenths, client.groupStatus().reserveBytes(), "four pages are more than a tenth of these");
        }
    }

    /** RAID 10 goes on without a device of each pair, RAID 5 can only be read. */
    @Test
    void whatIsFreeInAPoolThatTakesNoChangesCanNotBeWritten() throws Exception {
        GroupStatus whole;
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/usual", BYTES);
            whole = client.groupStatus();
        }
        Files.delete(directory.resolve("server-1/device-2"));
        Files.delete(directory.resolve("server-1/device-4"));
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupStatus status = client.groupStatus();
            List<PoolSpace> takeChanges = pools(group).stream().filter(PoolSpace::takesChanges).toList();
            assertEquals(1, takeChanges.size(), () -> "" + status.problems());
            assertEquals(whole.capacityBytes(), status.capacityBytes());
            assertEquals(whole.usedBytes(), status.usedBytes());
            assertEquals(takeChanges.get(0).freeBytes(), status.freeBytes());
            assertTrue(status.freeBytes() > 0 && status.reserveBytes() <= status.freeBytes(), status::toString);
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/usual"));
        }
    }

    private static List<PoolSpace> pools(GroupUnderTest group) throws IOException {
        return group.group().server(new ServerId(1)).report().pools();
    }
}
