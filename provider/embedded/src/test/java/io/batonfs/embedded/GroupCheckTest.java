package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonInput;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.OwnerService;
import io.batonfs.server.local.CheckProgress;
import io.batonfs.server.local.CheckStop;
import io.batonfs.server.local.CheckedGroup;
import io.batonfs.server.local.Damage;
import io.batonfs.server.local.GroupCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code baton fsck}, below its command: what it finds in a closed group, what it leaves alone and what it mends. */
class GroupCheckTest {
    private static final int BLOCK = 4096;
    private static final byte[] BYTES = GroupUnderTest.random(6 * BLOCK + 100);
    private static final byte[] OTHER = GroupUnderTest.random(3 * BLOCK + 7);

    @TempDir
    private Path directory;
    @TempDir
    private Path aside;

    private final Map<String, String> settings = new TreeMap<>();
    private GroupId id;

    private static final class Steps implements CheckProgress {
        private final List<String> begun = new ArrayList<>();
        private final Set<String> read = new TreeSet<>();
        private final List<Damage> lost = new ArrayList<>();

        @Override
        public void begins(String what) {
            begun.add(what);
        }

        @Override
        public void read(ServerId server, String pool, long done, long total) {
            read.add(server + " " + pool);
        }

        @Override
        public void lost(ServerId server, List<Damage> found) {
            assertTrue(begun.stream().noneMatch(what -> what.startsWith("looking for the files")), begun::toString);
            lost.addAll(found);
        }
    }

    @BeforeEach
    void chooseSettings() {
        settings.put("baton.embedded.dir", directory.toString());
        settings.put("baton.embedded.device.bytes", Long.toString(64L << 20));
        settings.put("baton.embedded.pool", "fast");
        settings.put("baton.embedded.superuser", GroupUnderTest.USER);
    }

    /** Two files, one of them in a directory that is cloned, and copied by itself as well. */
    private void fill() throws IOException {
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client()) {
            id = group.group().id();
            client.mkdirs("/dir", 0755, true);
            GroupUnderTest.write(client, "/dir/file", BYTES);
            GroupUnderTest.write(client, "/other", OTHER);
            client.cloneTree("/dir", "/clone", false);
            client.cloneTree("/dir/file", "/copy", false);
        }
    }

    private CheckedGroup check(boolean repair, String... paths) throws IOException {
        return GroupCheck.run(EmbeddedSettings.of(settings), repair, List.of(paths), new Steps(), new CheckStop());
    }

    private Path device(int number) {
        return directory.resolve("server-1").resolve("device-" + number);
    }

    /** All files of the group, but for the text that says who has or had the lock. */
    private Map<String, Integer> images() throws IOException {
        Map<String, Integer> images = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                if (!path.equals(directory.resolve("lock"))) {
                    CRC32C crc = new CRC32C();
                    crc.update(Files.readAllBytes(path));
                    images.put(directory.relativize(path) + " " + Files.getPosixFilePermissions(path),
                            (int) crc.getValue());
                }
            }
        }
        return images;
    }

    /** Flips a bit of a block that begins so, on as many devices as have it; returns on how many. */
    private int flip(byte[] bytes, int offset, int most) throws IOException {
        byte[] beginning = Arrays.copyOfRange(bytes, offset, offset + 64);
        int flipped = 0;
        for (int number = 1; number <= 4 && flipped < most; number++) {
            byte[] content = Files.readAllBytes(device(number));
            for (int at = 0; at < content.length; at += BLOCK) {
                if (Arrays.equals(beginning, 0, 64, content, at, at + 64)) {
                    try (FileChannel file = FileChannel.open(device(number), StandardOpenOption.WRITE)) {
                        file.write(ByteBuffer.wrap(new byte[] {(byte) (content[at + 9] ^ 4)}), at + 9);
                    }
                    flipped++;
                    break;
                }
            }
        }
        return flipped;
    }

    private static Set<String> uses(Damage lost) {
        return lost.uses().stream().map(use -> use.place() + " " + use.offset() + "+" + use.lengthBytes())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private interface Change {
        void make(Pool pool, SegmentInfo ofFile) throws IOException;
    }

    private StorageSet openSet() throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            devices.add(FileBlockDevice.open(device(number)));
        }
        return StorageSet.open(devices, id, new ServerId(1));
    }

    private static SegmentInfo segmentOf(Pool pool, int lengthBytes) {
        return pool.segments().stream().filter(segment -> segment.lengthBytes() == lengthBytes).findFirst().orElseThrow();
    }

    /** Changes the segment that holds so many bytes behind the group's back. */
    private void change(int lengthBytes, Change change) throws IOException {
        try (StorageSet set = openSet()) {
            Pool pool = set.pool("fast");
            change.make(pool, segmentOf(pool, lengthBytes));
        }
    }

    private List<String> segments() throws IOException {
        try (StorageSet set = openSet()) {
            return Stream.of("fast", "capacity").flatMap(name -> set.pool(name).segments().stream()
                    .map(segment -> name + " " + segment)).sorted().toList();
        }
    }

    @Test
    void aSoundGroupIsCalledThatAndLeftAsItIs() throws Exception {
        fill();
        Map<String, Integer> before = images();
        Steps steps = new Steps();
        CheckedGroup found = GroupCheck.run(EmbeddedSettings.of(settings), false, List.of(), steps, new CheckStop());
        assertTrue(found.isSound(), found.toString());
        assertEquals(before, images());
        assertEquals(id, found.group());
        assertEquals(2, found.extents());
        assertTrue(found.dataBytes() >= BYTES.length + OTHER.length, found.toString());
        assertEquals(Set.of("server-1 fast", "server-1 capacity"), steps.read);
        assertTrue(check(true).isSound());
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client()) {
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/dir/file"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "capacity"})
    void whatOneDeviceHasWrongIsToldFirstAndMendedWhenAskedFor(String pool) throws Exception {
        settings.put("baton.embedded.pool", pool);
        fill();
        assertEquals(1, flip(BYTES, BLOCK, 1));
        Map<String, Integer> before = images();
        CheckedGroup looked = check(false);
        assertEquals(before, images());
        assertFalse(looked.isSound());
        assertTrue(looked.mendedBlocks() >= 1, looked.toString());
        assertEquals(List.of(), looked.damage());
        assertEquals(List.of(), looked.problems());
        CheckedGroup repaired = check(true);
        assertTrue(repaired.isSound(), repaired.toString());
        assertEquals(looked.mendedBlocks(), repaired.mendedBlocks());
        CheckedGroup after = check(false);
        assertTrue(after.isSound(), after.toString());
        assertEquals(0, after.mendedBlocks());
    }

    @Test
    void whatNoDeviceHasRightIsToldWithEveryFileThatHasIt() throws Exception {
        fill();
        assertEquals(2, flip(BYTES, 2 * BLOCK, 4));
        Map<String, Integer> before = images();
        CheckedGroup looked = check(false);
        assertEquals(before, images());
        assertLost(looked, 0);
        assertLost(check(true), 0);
        Steps steps = new Steps();
        GroupCheck.run(EmbeddedSettings.of(settings), false, List.of(), steps, new CheckStop());
        assertEquals(1, steps.lost.size(), "told before its files are looked for");
        assertFalse(steps.lost.get(0).seen().isSeen());
        assertEquals(Set.of("/clone/file 8192+4096"), uses(check(false, "/clone").damage().get(0)));
        assertEquals(Set.of("/copy 8192+4096"), uses(check(false, "/copy", "/other").damage().get(0)));
        assertTrue(check(false, "/other").isSound());
        BatonException refusal = assertThrows(BatonException.class, () -> check(false, "/nowhere"));
        assertEquals(ErrorCode.NOT_FOUND, refusal.code());
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client()) {
            assertThrows(IOException.class, () -> GroupUnderTest.read(client, "/copy"));
            assertArrayEquals(OTHER, GroupUnderTest.read(client, "/other"));
            for (String path : List.of("/dir/file", "/clone/file", "/copy")) {
                client.delete(path, false);
            }
        }
        CheckedGroup after = check(false);
        assertEquals(1, after.damage().size(), "it is there until its space is given back");
        assertEquals(List.of(), after.damage().get(0).uses());
        assertTrue(after.isSound(), after.toString());
    }

    private static void assertLost(CheckedGroup found, int mendedBlocks) {
        assertFalse(found.isSound());
        assertEquals(1, found.damage().size(), found.toString());
        Damage lost = found.damage().get(0);
        assertEquals(Set.of("/clone/file 8192+4096", "/copy 8192+4096", "/dir/file 8192+4096"), uses(lost));
        assertEquals("fast", lost.pool());
        assertEquals(2L * BLOCK, lost.offset());
        assertEquals(BLOCK, lost.lengthBytes());
        assertTrue(lost.reason().contains("checksum"), lost.reason());
        assertEquals(mendedBlocks, found.mendedBlocks());
    }

    @Test
    void aSegmentThatIsGoneIsFoundByTheCatalogsWord() throws Exception {
        fill();
        change(BYTES.length, (pool, segment) -> pool.free(segment.id()));
        CheckedGroup found = check(false);
        assertEquals(1, found.damage().size(), found.toString());
        assertEquals(Set.of("/clone/file 0+" + BYTES.length, "/copy 0+" + BYTES.length, "/dir/file 0+" + BYTES.length),
                uses(found.damage().get(0)));
        assertTrue(found.damage().get(0).reason().contains("no pool of server-1"), found.toString());
        assertEquals("", found.damage().get(0).pool());
    }

    @Test
    void aSegmentThatIsShorterThanTheCatalogSaysIsLostFromThereOn() throws Exception {
        fill();
        change(BYTES.length, (pool, segment) -> {
            pool.free(segment.id());
            write(pool, segment.identity(), Arrays.copyOf(BYTES, 2 * BLOCK));
        });
        CheckedGroup found = check(false);
        assertEquals(1, found.damage().size(), found.toString());
        assertEquals(Set.of("/clone/file 8192+16484", "/copy 8192+16484", "/dir/file 8192+16484"),
                uses(found.damage().get(0)));
        assertTrue(found.damage().get(0).reason().contains("ends at 8192"), found.toString());
    }

    /** As where devices were put back from an older copy: to the pool all is well. */
    @Test
    void soundBytesThatTheWriterNeverWroteAreFound() throws Exception {
        fill();
        byte[] others = BYTES.clone();
        others[5000] ^= 1;
        change(BYTES.length, (pool, segment) -> {
            pool.free(segment.id());
            write(pool, segment.identity(), others);
        });
        CheckedGroup found = check(false);
        assertEquals(1, found.damage().size(), found.toString());
        assertEquals(Set.of("/clone/file 0+" + BYTES.length, "/copy 0+" + BYTES.length, "/dir/file 0+" + BYTES.length),
                uses(found.damage().get(0)));
        assertTrue(found.damage().get(0).reason().contains("writer"), found.toString());
    }

    private static void write(Pool pool, SegmentIdentity identity, byte[] bytes) throws IOException {
        pool.seal(append(pool, identity, Epoch.FIRST, bytes), bytes.length, true);
    }

    private static SegmentId append(Pool pool, SegmentIdentity identity, Epoch epoch, byte[] bytes) throws IOException {
        SegmentId made = pool.create(identity, epoch);
        int[] crcs = new int[(bytes.length + BLOCK - 1) / BLOCK];
        for (int i = 0; i < crcs.length; i++) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, i * BLOCK, Math.min(BLOCK, bytes.length - i * BLOCK));
            crcs[i] = (int) crc.getValue();
        }
        pool.append(made, 0, ByteBuffer.wrap(bytes), crcs, true);
        return made;
    }

    /** What a move of a page of the file to the pool "capacity" leaves in both pools when the process ends. */
    private enum Interrupted {
        /** A part of it was copied. */
        COPYING {
            @Override
            void leave(Pool from, SegmentInfo page, Pool to) throws IOException {
                append(to, page.identity(), Epoch.NONE, Arrays.copyOf(BYTES, 3 * BLOCK));
            }
        },
        /** All of it was, and the copy is not the page yet. */
        COPIED {
            @Override
            void leave(Pool from, SegmentInfo page, Pool to) throws IOException {
                to.seal(append(to, page.identity(), Epoch.NONE, BYTES), BYTES.length, true);
            }
        },
        /** Both are the page. */
        SWITCHED {
            @Override
            void leave(Pool from, SegmentInfo page, Pool to) throws IOException {
                SegmentId copy = append(to, page.identity(), Epoch.NONE, BYTES);
                to.seal(copy, BYTES.length, true);
                to.raiseEpoch(copy, page.writeEpoch());
            }
        },
        /** The copy is the page, and the former one is still there. */
        RETIRED {
            @Override
            void leave(Pool from, SegmentInfo page, Pool to) throws IOException {
                SWITCHED.leave(from, page, to);
                from.raiseEpoch(page.id(), Epoch.LAST);
            }
        };

        abstract void leave(Pool from, SegmentInfo page, Pool to) throws IOException;
    }

    private void interrupt(Interrupted move) throws IOException {
        fill();
        try (StorageSet set = openSet()) {
            move.leave(set.pool("fast"), segmentOf(set.pool("fast"), BYTES.length), set.pool("capacity"));
        }
    }

    /** Two segments of a page, of which a server's start keeps one: a check leaves both, and nobody has lost anything. */
    @ParameterizedTest
    @EnumSource(Interrupted.class)
    void whatAnInterruptedMoveLeftIsNoDamageAndLeftToTheServer(Interrupted move) throws Exception {
        interrupt(move);
        List<String> segments = segments();
        Map<String, Integer> before = images();
        CheckedGroup looked = check(false);
        assertTrue(looked.isSound(), looked.toString());
        assertEquals(List.of(), looked.damage());
        assertEquals(0, looked.strayExtents());
        assertEquals(before, images());
        CheckedGroup repaired = check(true);
        assertTrue(repaired.isSound(), repaired.toString());
        assertEquals(0, repaired.mendedBlocks());
        assertEquals(segments, segments());
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client()) {
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/dir/file"));
        }
        assertEquals(segments.size() - 1, segments().size(), "the server's start ends the move");
        assertTrue(check(false).isSound());
    }

    /** What is wrong in the one that is not the page harms nobody; in the one that is, it is the file's. */
    @ParameterizedTest
    @EnumSource(Interrupted.class)
    void damageInWhatAMoveLeftIsNotTakenForTheFiles(Interrupted move) throws Exception {
        interrupt(move);
        // Both copies of "fast", and in "capacity" of one block the data; so the latter is mended from parity.
        assertTrue(flip(BYTES, BLOCK, 4) >= 2);
        CheckedGroup found = check(true);
        boolean read = move == Interrupted.COPYING || move == Interrupted.COPIED;
        assertEquals(1, found.damage().size(), found.toString());
        assertEquals("fast", found.damage().get(0).pool());
        assertEquals(read ? Set.of("/clone/file 4096+4096", "/copy 4096+4096", "/dir/file 4096+4096") : Set.of(),
                uses(found.damage().get(0)));
        assertEquals(move == Interrupted.SWITCHED ? 1 : 0, found.problems().size(), found.toString());
        assertEquals(move == Interrupted.RETIRED, found.isSound(), found.toString());
    }

    /** The page is in a pool that is gone, and what a move left of it is no page. */
    @Test
    void whatIsOnlyLeftOfAPageIsNotTakenForIt() throws Exception {
        interrupt(Interrupted.COPIED);
        change(BYTES.length, (pool, segment) -> pool.free(segment.id()));
        CheckedGroup found = check(false);
        assertEquals(1, found.damage().size(), found.toString());
        assertEquals(Set.of("/clone/file 0+" + BYTES.length, "/copy 0+" + BYTES.length, "/dir/file 0+" + BYTES.length),
                uses(found.damage().get(0)));
        assertTrue(found.damage().get(0).reason().contains("what a move between pools left"), found.toString());
    }

    /** A kill while the space of a deleted file was given back, the page's before that of what a move had left of it. */
    @Test
    void whatAMoveLeftOfADeletedFileIsNobodysLoss() throws Exception {
        fill();
        List<SegmentIdentity> identity = new ArrayList<>();
        change(BYTES.length, (pool, segment) -> identity.add(segment.identity()));
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client()) {
            for (String path : List.of("/dir/file", "/clone/file", "/copy")) {
                client.delete(path, false);
            }
            OwnerService owner = group.group().server(new ServerId(1)).owner();
            GroupUnderTest.await("the extent is freed", () -> {
                group.advance(Duration.ofSeconds(30));
                return owner.report().size() == 1;
            });
        }
        change(OTHER.length, (pool, segment) -> append(pool, identity.get(0), Epoch.LAST, BYTES));
        CheckedGroup found = check(false);
        assertTrue(found.isSound(), found.toString());
        // As long as a file has it, somebody has lost it.
        change(OTHER.length, (pool, segment) -> pool.raiseEpoch(segment.id(), Epoch.LAST));
        found = check(false);
        assertEquals(Set.of("/other 0+" + OTHER.length), uses(found.damage().get(0)), found.toString());
        assertEquals(1, found.problems().size(), found.toString());
    }

    /** Of an extent of impossible size no page is served, and all others are. */
    @Test
    void pagesFartherApartThanAnyExtentHasKeepNobodyFromReadingTheOthers() throws Exception {
        fill();
        flip(BYTES, 2 * BLOCK, 4);
        change(OTHER.length, (pool, segment) -> write(pool, new SegmentIdentity(id, segment.identity().volume(),
                segment.identity().page() + (1L << 33), segment.identity().extent()), OTHER));
        CheckedGroup found = check(false);
        assertTrue(found.allRead(), found.toString());
        assertFalse(found.isSound());
        assertTrue(found.dataBytes() >= BYTES.length + OTHER.length, found.toString());
        assertEquals(Set.of("/clone/file 8192+4096", "/copy 8192+4096", "/dir/file 8192+4096"),
                uses(found.damage().get(0)));
        assertTrue(found.damage().stream().anyMatch(lost -> uses(lost).equals(Set.of("/other 0+" + OTHER.length))),
                found.toString());
        assertTrue(found.problems().stream().anyMatch(problem -> problem.contains("which none can have")), found.toString());
    }

    /** A server serves neither of two that say different things about a page. */
    @Test
    void aPageThatTwoSegmentsClaimIsLostToItsFiles() throws Exception {
        fill();
        byte[] others = BYTES.clone();
        others[5000] ^= 1;
        try (StorageSet set = openSet()) {
            write(set.pool("capacity"), segmentOf(set.pool("fast"), BYTES.length).identity(), others);
        }
        Map<String, Integer> before = images();
        CheckedGroup found = check(false);
        assertEquals(before, images());
        assertEquals(1, found.damage().size(), found.toString());
        assertEquals(Set.of("/clone/file 0+" + BYTES.length, "/copy 0+" + BYTES.length, "/dir/file 0+" + BYTES.length),
                uses(found.damage().get(0)));
        assertTrue(found.damage().get(0).reason().contains("contradict"), found.toString());
        assertEquals(2, found.problems().size(), found.toString());
    }

    /** Pages behind one that a power cut has cut short can't be read, though the pool has them. */
    @Test
    void whatLiesBehindAPageThatEndsTooEarlyIsLostToItsFile() throws Exception {
        int page = PageGeometry.DEFAULT.pageBytes();
        // The first extent has one page, the second one more.
        byte[] bytes = GroupUnderTest.random(2 * page + 3 * BLOCK);
        settings.put("baton.embedded.device.bytes", Long.toString(256L << 20));
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client()) {
            id = group.group().id();
            GroupUnderTest.write(client, "/long", bytes);
        }
        assertTrue(check(false).isSound());
        change(3 * BLOCK, (pool, second) -> {
            SegmentInfo first = pool.segments().stream().filter(segment ->
                    segment.identity().extent().equals(second.identity().extent()) && !segment.equals(second))
                    .findFirst().orElseThrow();
            pool.free(first.id());
            pool.free(second.id());
            append(pool, first.identity(), Epoch.FIRST, Arrays.copyOfRange(bytes, page, page + 2 * BLOCK));
            append(pool, second.identity(), Epoch.FIRST, Arrays.copyOfRange(bytes, 2 * page, bytes.length));
        });
        CheckedGroup found = check(false);
        assertEquals(Set.of("/long " + (page + 2 * BLOCK) + "+" + (page - 2 * BLOCK), "/long " + 2 * page + "+" + 3 * BLOCK),
                found.damage().stream().flatMap(lost -> uses(lost).stream()).collect(Collectors.toSet()), found.toString());
        assertTrue(found.damage().stream().anyMatch(lost -> lost.reason().contains("a page before it")), found.toString());
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client();
                BatonInput in = client.open("/long")) {
            assertThrows(IOException.class, () -> in.read(2 * page, ByteBuffer.allocate(BLOCK)), "a server sees it so too");
        }
    }

    @Test
    void afterARepairTheReportIsAboutWhatIsLeft() throws Exception {
        fill();
        assertEquals(1, flip(OTHER, BLOCK, 1));
        assertEquals(2, flip(BYTES, 2 * BLOCK, 4));
        CheckedGroup repaired = check(true);
        assertEquals(1, repaired.mendedBlocks());
        assertLost(repaired, 1);
        CheckedGroup after = check(false);
        assertLost(after, 0);
        assertEquals(repaired.problems(), after.problems());
    }

    @Test
    void whatTheCatalogNeverGaveOutIsToldAndLeft() throws Exception {
        fill();
        change(BYTES.length, (pool, segment) -> write(pool, new SegmentIdentity(id, segment.identity().volume(),
                segment.identity().page() + 1000, new ExtentId(77)), OTHER));
        CheckedGroup found = check(true);
        assertEquals(1, found.strayExtents());
        assertEquals(OTHER.length, found.strayBytes());
        assertTrue(found.problems().stream().anyMatch(problem -> problem.contains("older state")), found.toString());
        assertEquals(1, check(true).strayExtents(), "nothing is freed");
    }

    @Test
    void aCatalogThatCannotBeReadKeepsNobodyFromLookingAtTheDevices() throws Exception {
        fill();
        flip(BYTES, 2 * BLOCK, 4);
        try (Stream<Path> all = Files.walk(directory.resolve("catalog"))) {
            for (Path log : all.filter(path -> path.getFileName().toString().startsWith("MANIFEST")
                    && path.toString().contains("snapshot-")).toList()) {
                Files.write(log, new byte[100]);
            }
        }
        Map<String, Integer> before = images();
        CheckedGroup found = check(false);
        assertEquals(before, images());
        assertFalse(found.catalogRead());
        assertFalse(found.isSound());
        assertEquals(1, found.damage().size(), found.toString());
        assertEquals(List.<ExtentUse>of(), found.damage().get(0).uses());
        assertTrue(found.problems().stream().anyMatch(problem -> problem.startsWith("the catalog can't be read")),
                found.toString());
    }

    /** Tables that can be opened and not be read: whatever is asked of them, and whatever the answer does to who asked. */
    @ParameterizedTest
    @ValueSource(strings = {"", "/dir"})
    void tablesThatCannotBeReadKeepNobodyFromLookingAtTheDevices(String path) throws Exception {
        fill();
        flip(BYTES, 2 * BLOCK, 4);
        int damaged = 0;
        try (Stream<Path> all = Files.walk(directory.resolve("catalog"))) {
            for (Path table : all.filter(file -> file.getFileName().toString().endsWith(".sst")).toList()) {
                try (FileChannel file = FileChannel.open(table, StandardOpenOption.WRITE)) {
                    file.write(ByteBuffer.allocate((int) Math.min(100, file.size() / 4)), 0);
                    damaged++;
                }
            }
        }
        assertTrue(damaged > 0);
        Steps steps = new Steps();
        CheckedGroup found = GroupCheck.run(EmbeddedSettings.of(settings), false,
                path.isEmpty() ? List.of() : List.of(path), steps, new CheckStop());
        assertFalse(found.catalogRead());
        assertFalse(found.isSound());
        assertEquals(Set.of("server-1 fast", "server-1 capacity"), steps.read);
        assertTrue(found.damage().stream().anyMatch(lost -> lost.pool().equals("fast") && lost.offset() == 2 * BLOCK),
                found.toString());
        assertTrue(found.problems().stream().anyMatch(problem -> problem.startsWith("the catalog can't be read")),
                found.toString());
    }

    @Test
    void aDeviceThatIsMissingForTheMomentIsMissedAndNotPutDownAsOut() throws Exception {
        fill();
        Files.move(device(3), aside.resolve("device"));
        CheckedGroup found = check(false);
        assertFalse(found.isSound());
        assertEquals(List.of(), found.damage());
        assertTrue(found.problems().stream().anyMatch(problem -> problem.contains("device not opened: " + device(3))),
                found.toString());
        Files.move(aside.resolve("device"), device(3), StandardCopyOption.ATOMIC_MOVE);
        assertTrue(check(false).isSound());
    }

    @Test
    void aServerWithoutAnyDeviceHasLostAllOfItsFiles() throws Exception {
        fill();
        for (int number = 1; number <= 4; number++) {
            Files.move(device(number), aside.resolve("device-" + number));
        }
        CheckedGroup found = check(false);
        assertFalse(found.allRead());
        assertEquals(Set.of("/clone/file", "/copy", "/dir/file", "/other"), found.damage().stream()
                .flatMap(lost -> lost.uses().stream()).map(ExtentUse::place).collect(Collectors.toSet()));
    }

    @Test
    void whatAWriterHadNotClosedIsToldAsItsFile() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(settings); BatonClient client = group.client()) {
            var out = client.create("/open", GroupUnderTest.OPTIONS);
            out.write(BYTES, 0, BYTES.length);
            out.hsync();
            // Never closed: the process ends here, as far as the file can tell.
        }
        flip(BYTES, 2 * BLOCK, 4);
        CheckedGroup found = check(false);
        assertEquals(Set.of("/open 8192+4096"), uses(found.damage().get(0)));
    }

    @Test
    void aGroupThatIsOpenIsLeftAlone() throws Exception {
        fill();
        try (GroupUnderTest group = new GroupUnderTest(settings)) {
            BatonException refusal = assertThrows(BatonException.class, () -> check(false));
            assertEquals(ErrorCode.BUSY, refusal.code());
            assertEquals(List.of(), group.client().groupStatus().problems());
        }
    }
}
