package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.server.storage.StorageServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a start makes of giving a set back that a crash cut short, and what is noted. */
@Timeout(120)
class RetiringSetTest extends GroupWithDisks {
    /** Two blocks. */
    private static final int HEADERS_BYTES = 8192;

    @BeforeEach
    void addSet() throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(2, add(opened, disks, null).number());
        }
    }

    /** Puts others where the first pool of a set has its headers, without which it can't be opened; returns what was there. */
    private List<ByteBuffer> exchangeHeaders(List<String> paths, List<ByteBuffer> others) throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (String path : paths) {
            devices.add(FileBlockDevice.open(Path.of(path)));
        }
        long start;
        try (StorageSet set = StorageSet.open(devices, GroupDescriptor.read(group).group(), SERVER)) {
            start = set.regions().get(0).start();
        }
        List<ByteBuffer> before = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            try (FileBlockDevice device = FileBlockDevice.open(Path.of(paths.get(i)))) {
                ByteBuffer there = ByteBuffer.allocate(HEADERS_BYTES);
                device.read(start, there);
                before.add(there.flip());
                device.write(start, others.get(i).duplicate());
            }
        }
        return before;
    }

    @Test
    void aCrashAfterTheOrderWasNotedGoesOn() throws IOException {
        places().retire(2);
        assertEquals(OptionalInt.of(2), places().retiring());
        assertGoes();
    }

    @Test
    void aCrashAfterItWasNotedAsEmptyMakesItsDevicesBlank() throws IOException {
        places().retire(2);
        FurtherSets before = FurtherSets.read(list);
        before.with(before.of(2).orElseThrow().in(FurtherSets.State.EMPTIED)).write(list);
        assertTrue(places().isEmptied(2));
        assertGoes();
    }

    /** One of its pools is seen to be empty; what is in the other one nobody knows, since it has no header on any device. */
    @Test
    void aSetWithAPoolThatIsNotOpenStays() throws IOException {
        List<String> more = new ArrayList<>();
        for (int i = 1; i <= DEVICES; i++) {
            Path disk = directory.resolve("more-" + i);
            FileBlockDevice.create(disk, DEVICE_BYTES).close();
            more.add(disk.toString());
        }
        try (LocalGroup opened = open()) {
            opened.server(SERVER).storage().addDeviceSet(operator(),
                    new NewDeviceSet(more, Optional.of("bare level=10 share=50; only level=10 share=50")));
        }
        store(more, id);
        places().retire(3);
        List<ByteBuffer> headers = exchangeHeaders(more, Collections.nCopies(DEVICES, ByteBuffer.allocate(HEADERS_BYTES)));
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            assertEquals(List.of("only", "only@2", "bare@3", "only@3"), pools(opened));
            assertTrue(server.poolReports().get(2).freeBytes().isEmpty(), "bare@3 is not open");
            await(() -> server.retirement().isEmpty() || server.retirement().get().waiting().isPresent());
            String why = server.retirement().orElseThrow().waiting().orElseThrow();
            assertTrue(why.contains("its pools [bare@3] could not be opened"), why);
        }
        assertEquals(OptionalInt.of(3), places().retiring());
        exchangeHeaders(more, headers);
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            await(() -> server.retirement().orElseThrow().waiting().isPresent());
            String why = server.retirement().orElseThrow().waiting().orElseThrow();
            assertTrue(why.contains("page 0 of volume-1 (extent-1) can't be moved now"), "it is there: " + why);
            assertTrue(retire(opened, 3, true).changed());
        }
    }

    /** What of the first set new data went to can't be opened: a server that serves is worth more than a set that goes. */
    @Test
    void aSetThatNewDataNeedWaitsForTheNextStart() throws IOException {
        group = directory.resolve("other");
        list = group.resolve("sets/server-1");
        pools = "bare level=10 share=50; more level=10 share=50";
        forNewData = "bare";
        List<String> more = new ArrayList<>();
        for (int i = 1; i <= DEVICES; i++) {
            Path disk = directory.resolve("more-" + i);
            FileBlockDevice.create(disk, DEVICE_BYTES).close();
            more.add(disk.toString());
        }
        try (LocalGroup opened = open()) {
            opened.server(SERVER).storage().addDeviceSet(operator(), new NewDeviceSet(more, Optional.empty()));
        }
        places().retire(2);
        List<String> first = new ArrayList<>();
        for (int device = 1; device <= DEVICES; device++) {
            first.add(group.resolve("server-1/device-" + device).toString());
        }
        exchangeHeaders(first, Collections.nCopies(DEVICES, ByteBuffer.allocate(HEADERS_BYTES)));
        try (LocalGroup opened = open()) {
            StorageServer server = opened.server(SERVER);
            assertTrue(server.poolReports().get(0).freeBytes().isEmpty(), "pool bare is not open");
            assertTrue(server.retirement().isEmpty());
            assertTrue(server.report().problems().stream().anyMatch(problem -> problem.contains("set 2 of its devices is to be "
                    + "given back, and that waits: new data go to pool bare")), server.report().problems().toString());
            assertEquals(OptionalInt.of(2), places().retiring());
            assertTrue(retire(opened, true).changed());
            assertFalse(server.report().problems().toString().contains("that waits"));
        }
        assertEquals(OptionalInt.empty(), places().retiring());
    }

    /** As after a list that could be written neither anew nor as it was. */
    @Test
    void oneThatIsNotedAsGoingKeepsOthersFromGoing() throws IOException {
        try (LocalGroup opened = open()) {
            places().retire(2);
            assertTrue(retire(opened, true).changed(), "it would go at the next start");
            assertEquals(OptionalInt.empty(), places().retiring());
            assertFalse(retire(opened, true).changed());
        }
        FurtherSets before = FurtherSets.read(list);
        before.with(new FurtherSets.Entry(3, FurtherSets.State.RETIRING, List.of(Path.of("/none")))).write(list);
        BatonException refused = assertThrows(BatonException.class, () -> places().retire(2));
        assertEquals(ErrorCode.BUSY, refused.code());
        assertTrue(refused.getMessage().contains("set 3 of server-1 is being given back"), refused.getMessage());
    }

    /** As when the directory was put back from a copy that was made when the set was empty. */
    @Test
    void aSetWithDataIsNotMadeBlank() throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (String disk : disks) {
            devices.add(FileBlockDevice.open(Path.of(disk)));
        }
        try (StorageSet set = StorageSet.open(devices, id, SERVER)) {
            set.pools().get(0).create(new SegmentIdentity(id, VolumeId.of(0, 1), 0, ExtentId.of(0, 1)), Epoch.FIRST);
        }
        places().retire(2);
        FurtherSets before = FurtherSets.read(list);
        before.with(before.of(2).orElseThrow().in(FurtherSets.State.EMPTIED)).write(list);
        open().close();
        assertEquals(FurtherSets.State.EMPTIED, noted().get(0).state());
        before.write(list);
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only", "only@2"), pools(opened));
        }
    }

    /** A segment that no extent of the catalog has is freed by the server; till then the set waits and says why. */
    @Test
    void whatIsNotServedIsWaitedFor() throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (String disk : disks) {
            devices.add(FileBlockDevice.open(Path.of(disk)));
        }
        try (StorageSet set = StorageSet.open(devices, id, SERVER)) {
            set.pools().get(0).create(new SegmentIdentity(new GroupId(UUID.randomUUID()), VolumeId.of(0, 1), 0,
                    ExtentId.of(0, 1)), Epoch.FIRST);
        }
        try (LocalGroup opened = open()) {
            assertTrue(retire(opened, false).changed());
            StorageServer server = opened.server(SERVER);
            await(() -> server.retirement().orElseThrow().waiting().isPresent());
            String why = server.retirement().orElseThrow().waiting().orElseThrow();
            assertTrue(why.contains("pool only@2 still has 1 segments") && why.contains("which is not served"), why);
            assertTrue(retire(opened, true).changed());
            assertEquals(List.of("only", "only@2"), pools(opened));
        }
        assertEquals(OptionalInt.empty(), places().retiring());
    }

    /** One that is noted and can't be opened waits for its devices, or stays. */
    @Test
    void oneThatIsAwayCanBeKept() throws IOException {
        places().retire(2);
        for (String disk : disks) {
            Files.move(Path.of(disk), Path.of(disk + ".away"));
        }
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only"), pools(opened));
            BatonException refused = assertThrows(BatonException.class, () -> retire(opened, false));
            assertEquals(ErrorCode.UNREACHABLE, refused.code());
            assertTrue(refused.getMessage().contains("bring its devices back"), refused.getMessage());
            assertTrue(retire(opened, true).changed());
        }
        for (String disk : disks) {
            Files.move(Path.of(disk + ".away"), Path.of(disk));
        }
        try (LocalGroup opened = open()) {
            assertEquals(List.of("only", "only@2"), pools(opened));
            assertEquals(List.of(), opened.server(SERVER).report().problems());
        }
    }

    /** Who knows no such states refuses the file by its version, and only then. */
    @Test
    void theFileIsOfALaterVersionMeanwhile() throws IOException {
        assertEquals(1, Files.readAllBytes(list)[11]);
        places().retire(2);
        assertEquals(2, Files.readAllBytes(list)[11]);
        places().keep(2);
        assertEquals(1, Files.readAllBytes(list)[11]);
        places().keep(2);
        assertEquals(FurtherSets.State.WHOLE, noted().get(0).state());
        assertThrows(IllegalStateException.class, () -> giveBack(places(), 2));
        assertThrows(BatonException.class, () -> places().retire(3));
        for (FurtherSets.State state : FurtherSets.State.values()) {
            FurtherSets written = new FurtherSets(2, List.of(new FurtherSets.Entry(2, state, List.of(Path.of("/a")))));
            written.write(list);
            assertEquals(written, FurtherSets.read(list));
        }
    }
}
