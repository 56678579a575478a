package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is too much for a report is counted, whatever it is, and a group with it is not called sound. */
class CheckBoundsTest {
    private static final int BLOCK = 4096;
    private static final int FILES = 3;
    private static final CheckBounds SMALL = new CheckBounds(1, 2, 1, 1);

    @TempDir
    private Path directory;

    private final byte[] block = new byte[BLOCK];
    private final List<Extent> extents = new ArrayList<>();

    private LocalGroupConfig config() {
        return new LocalGroupConfig(directory, 1, 4, 64L << 20, List.of(),
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server.");
    }

    private static final class Told implements CheckProgress {
        private final List<Damage> lost = new ArrayList<>();

        @Override
        public void begins(String what) {
            assertFalse(what.isEmpty());
        }

        @Override
        public void read(ServerId server, String pool, long done, long total) {
            assertEquals(1, server.value());
        }

        @Override
        public void lost(ServerId server, List<Damage> found) {
            lost.addAll(found);
        }
    }

    /** Files that are being written have a block each; none of their copies is right. */
    private GroupId fillAndDamage() throws IOException {
        return fillAndDamage(Epoch.FIRST);
    }

    private GroupId fillAndDamage(Epoch role) throws IOException {
        GroupId id;
        try (LocalGroup group = LocalGroup.open(config(), Clock.systemUTC(), new SecureRandom())) {
            id = group.id();
            for (int file = 0; file < FILES; file++) {
                extents.add(group.catalog().create(new CallContext(
                        new Caller(group.settings().superuser(), List.of(), true), new Invocation(UUID.randomUUID(), 1)),
                        "/file" + file, new CreateOptions(true, true, 0644, 128 << 20, 3)).extent());
            }
        }
        Arrays.fill(block, (byte) 0x5A);
        for (Extent extent : extents) {
            write(id, identity(id, extent), "fast", block, role);
        }
        for (int number = 1; number <= 4; number++) {
            Path device = directory.resolve("server-1/device-" + number);
            byte[] content = Files.readAllBytes(device);
            for (int at = 0; at < content.length; at += BLOCK) {
                if (Arrays.equals(block, 0, BLOCK, content, at, at + BLOCK)) {
                    try (FileChannel file = FileChannel.open(device, StandardOpenOption.WRITE)) {
                        file.write(ByteBuffer.allocate(10), at);
                    }
                }
            }
        }
        return id;
    }

    private static SegmentIdentity identity(GroupId group, Extent extent) {
        return new SegmentIdentity(group, extent.pages().volume(), extent.pages().firstPage(), extent.id());
    }

    private void write(GroupId group, SegmentIdentity identity, String poolName, byte[] bytes, Epoch role)
            throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            devices.add(FileBlockDevice.open(directory.resolve("server-1/device-" + number)));
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        try (StorageSet set = StorageSet.open(devices, group, new ServerId(1))) {
            Pool pool = set.pool(poolName);
            SegmentId segment = pool.create(identity, role);
            pool.append(segment, 0, ByteBuffer.wrap(bytes), new int[] {(int) crc.getValue()}, true);
        }
    }

    private CheckedGroup check(CheckBounds bounds, Told told) throws IOException {
        return GroupCheck.run(config(), SpaceToOpen.OF_THE_HOST, bounds, false, List.of(), told, new CheckStop());
    }

    @Test
    void rangesBeyondTheBoundAreCountedInBytes() throws Exception {
        fillAndDamage();
        CheckedGroup all = check(CheckBounds.DEFAULT, new Told());
        assertEquals(FILES, all.damage().size(), all.toString());
        assertEquals(0, all.unnamedBytes());
        Told told = new Told();
        CheckedGroup some = check(SMALL, told);
        assertEquals(2, some.damage().size(), some.toString());
        assertEquals(BLOCK, some.unnamedBytes());
        assertEquals(2, told.lost.size());
        assertFalse(some.isSound());
    }

    /** The pages are in the other pool, and well. */
    @Test
    void rangesBeyondTheBoundInWhatMovesLeftLeaveAGroupSound() throws Exception {
        GroupId id = fillAndDamage(Epoch.LAST);
        byte[] sound = new byte[BLOCK];
        for (Extent extent : extents) {
            write(id, identity(id, extent), "capacity", sound, Epoch.FIRST);
        }
        CheckedGroup some = check(SMALL, new Told());
        assertTrue(some.isSound(), some.toString());
        assertEquals(1, some.damage().size(), "half of the names are for files: " + some);
        assertEquals(0, some.unnamedBytes());
        assertEquals(2 * BLOCK, some.leftoverBytes());
    }

    /** The first file's place is told, of the second one it is said that there are more. */
    @Test
    void placesBeyondTheBoundAreCounted() throws Exception {
        fillAndDamage();
        CheckedGroup some = check(SMALL, new Told());
        assertEquals(1, some.damage().stream().mapToInt(lost -> lost.uses().size()).sum(), some.toString());
        assertEquals(2, some.damage().stream().filter(lost -> lost.seen().isSeen()).count(), some.toString());
    }

    @Test
    void problemsBeyondTheBoundAreCounted() throws Exception {
        GroupId id = fillAndDamage();
        GroupId other = new GroupId(new UUID(3, 4));
        for (int page = 0; page < 3; page++) {
            Extent extent = extents.get(page);
            write(id, new SegmentIdentity(other, extent.pages().volume(), 100 + page, extent.id()), "fast", block,
                    Epoch.FIRST);
        }
        assertEquals(3, check(CheckBounds.DEFAULT, new Told()).problems().size());
        CheckedGroup some = check(SMALL, new Told());
        assertEquals(2, some.problems().size(), some.toString());
        assertTrue(some.problems().get(0).contains("belongs to"), some.toString());
        assertEquals("and 2 problems more, which are not told", some.problems().get(1));
    }
}
