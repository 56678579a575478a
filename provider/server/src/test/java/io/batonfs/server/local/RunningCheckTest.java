package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CheckPart;
import io.batonfs.protocol.CheckStanding;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.server.storage.MaintenanceSettings;
import io.batonfs.server.storage.StorageServer;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a group that runs, where nobody has asked for it over a port. */
@Timeout(60)
class RunningCheckTest {
    private static final int BLOCK = 4096;
    private static final int FILES = 3;
    private static final int SERVERS = 2;

    @TempDir
    private Path directory;

    private final byte[] block = new byte[BLOCK];
    private final List<Extent> extents = new ArrayList<>();
    private final List<ServerId> owners = new ArrayList<>();
    private GroupId id;

    private LocalGroup open() throws IOException {
        return LocalGroup.open(new LocalGroupConfig(directory, SERVERS, 4, 64L << 20, List.of(),
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices", 4), 0,
                MaintenanceSettings.scrubbing(1L << 30, 1000, "baton.server."), "operator", "baton.server."),
                Clock.systemUTC(), new SecureRandom());
    }

    private static CallContext operator() {
        return new CallContext(new Caller("operator", List.of(), false), new Invocation(UUID.randomUUID(), 1));
    }

    /** Files that are being written have a block each. */
    private void fill() throws IOException {
        try (LocalGroup group = open()) {
            id = group.id();
            for (int file = 0; file < FILES; file++) {
                WriteGrant grant = group.catalog().create(
                        operator(), "/file" + file, new CreateOptions(true, true, 0644, 128 << 20, 3));
                extents.add(grant.extent());
                owners.add(grant.routes().get(0).owner());
            }
        }
        Arrays.fill(block, (byte) 0x5A);
        for (int file = 0; file < FILES; file++) {
            put(owners.get(file), extents.get(file));
        }
    }

    /** Writes the block as an extent's first page. */
    private void put(ServerId server, Extent extent) throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            devices.add(FileBlockDevice.open(device(server, number)));
        }
        CRC32C crc = new CRC32C();
        crc.update(block);
        try (StorageSet set = StorageSet.open(devices, id, server)) {
            SegmentId segment = set.pool("fast").create(new SegmentIdentity(
                    id, extent.pages().volume(), extent.pages().firstPage(), extent.id()), Epoch.FIRST);
            set.pool("fast").append(segment, 0, ByteBuffer.wrap(block), new int[] {(int) crc.getValue()}, true);
        }
    }

    private Path device(ServerId server, int number) {
        return directory.resolve(server.toString()).resolve("device-" + number);
    }

    /** No copy of any of the blocks is right. */
    private void damage() throws IOException {
        for (int server = 1; server <= SERVERS; server++) {
            for (int number = 1; number <= 4; number++) {
                Path device = device(new ServerId(server), number);
                byte[] content = Files.readAllBytes(device);
                try (FileChannel file = FileChannel.open(device, StandardOpenOption.WRITE)) {
                    for (int at = 0; at < content.length; at += BLOCK) {
                        if (Arrays.equals(block, 0, BLOCK, content, at, at + BLOCK)) {
                            file.write(ByteBuffer.allocate(10), at);
                        }
                    }
                }
            }
        }
    }

    private record Told(CheckStanding.Totals totals, List<CheckPart.Finding> findings) {
        List<CheckPart.Lost> lost() {
            return findings.stream().filter(CheckPart.Lost.class::isInstance).map(CheckPart.Lost.class::cast).toList();
        }

        List<String> places() {
            return findings.stream().filter(CheckPart.Place.class::isInstance)
                    .map(found -> ((CheckPart.Place) found).place()).sorted().toList();
        }

        List<String> problems() {
            return findings.stream().filter(CheckPart.Problem.class::isInstance)
                    .map(found -> ((CheckPart.Problem) found).sentence()).toList();
        }
    }

    private static Told check(LocalGroup group) throws IOException {
        CallContext context = operator();
        CheckStanding standing = group.checks().beginCheck(context, List.of());
        while (standing.state() == CheckStanding.State.RUNNING) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            standing = group.checks().checkStanding(context);
        }
        assertEquals(CheckStanding.State.DONE, standing.state(), standing.toString());
        CheckPart part = group.checks().checkPart(context, 0);
        assertTrue(part.last());
        group.checks().endCheck(context);
        return new Told(standing.totals().orElseThrow(), part.findings());
    }

    private static void scrub(LocalGroup group) throws IOException {
        for (StorageServer server : group.servers()) {
            server.storage().scrub(operator(), ScrubOrder.START);
            while (server.scrubStandings().get(0).lastWholePassMs() == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    @Test
    void whatIsLostIsToldUntilItsSegmentIsGone() throws Exception {
        fill();
        damage();
        try (LocalGroup group = open()) {
            assertEquals(List.of(), check(group).findings(), "nobody has met it");
            scrub(group);
            Told all = check(group);
            assertEquals(FILES, all.lost().size(), all.toString());
            assertEquals(List.of("/file0", "/file1", "/file2"), all.places());
            assertEquals(List.of(), all.problems());
            group.server(owners.get(1)).owner().free(List.of(extents.get(1).id()));
            Told left = check(group);
            assertEquals(List.of("/file0", "/file2"), left.places(), left.toString());
            assertEquals(2, left.lost().size(), "what is gone is not told: " + left);
        }
    }

    @Test
    void whatNoRouteLeadsToIsCounted() throws Exception {
        fill();
        ServerId other = new ServerId(owners.get(0).value() == 1 ? 2 : 1);
        put(other, extents.get(0));
        try (LocalGroup group = open()) {
            Told told = check(group);
            assertEquals(List.of(), told.findings());
            assertEquals(FILES, told.totals().extents());
            assertEquals(1, told.totals().strayExtents(), told.toString());
            assertEquals(BLOCK, told.totals().strayBytes());
            group.server(other).owner().free(List.of(extents.get(0).id()));
            assertEquals(0, check(group).totals().strayExtents());
        }
    }

    @Test
    void segmentsThatContradictOneAnotherAreToldAsLongAsTheyAreThere() throws Exception {
        fill();
        block[7]++;
        put(owners.get(2), extents.get(2));
        try (LocalGroup group = open()) {
            Told told = check(group);
            assertEquals(2, told.problems().size(), told.toString());
            assertTrue(told.problems().stream().allMatch(problem ->
                    problem.startsWith(owners.get(2) + ": segment not served: ")), told.toString());
            assertEquals(0, told.totals().strayExtents());
        }
    }

    /** A catalog that was put back from an older copy. */
    @Test
    void whatTheCatalogHasNeverGivenOutIsTold() throws Exception {
        fill();
        Extent known = extents.get(0);
        put(new ServerId(1), new Extent(ExtentId.of(0, 1000), new PageRun(
                known.pages().volume(), 100_000, 1), known.writeEpoch(), false));
        try (LocalGroup group = open()) {
            Told told = check(group);
            assertEquals(List.of(CatalogComparison.aheadOfCatalog(new ServerId(1))), told.problems());
            assertEquals(1, told.totals().strayExtents());
        }
    }
}
