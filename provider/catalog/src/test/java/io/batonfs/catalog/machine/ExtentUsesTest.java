package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentRange;
import io.batonfs.catalog.ExtentUse;
import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.RangeUses;
import io.batonfs.catalog.RecordedExtent;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.Totals;
import io.batonfs.catalog.UsesQuestion;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.Slice;
import io.batonfs.model.TokenId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who shows which bytes of an extent: found upwards from the extents, compared with all that is found downwards. */
class ExtentUsesTest {
    private static final int MANY = 1_000_000;
    private static final int STEPS = 150;
    private static final int HISTORIES = 12;

    private static List<ExtentUse> uses(CatalogFixture f, ExtentRange range, int most) {
        return f.read(reader -> reader.usesOf(new UsesQuestion(List.of(range), most))).get(0).told();
    }

    private static Set<String> places(CatalogFixture f, ExtentRange range) {
        return uses(f, range, MANY).stream().map(use -> use.place() + " " + use.offset() + "+" + use.lengthBytes())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ExtentId extentOf(CatalogFixture f, String path) {
        return f.read(reader -> reader.open(CatalogFixture.ROOT, path)).slices().get(0).extent();
    }

    @Test
    void copiesClonesSnapshotsAndTokensAreAllFound() {
        try (CatalogFixture f = new CatalogFixture()) {
            f.mkdir("/a/b");
            f.file("/a/b/file", "0123456789");
            ExtentId extent = extentOf(f, "/a/b/file");
            f.cloneTree("/a/b/file", "/copy");
            f.snapshot("/a", "s");
            f.cloneTree("/a", "/clone");
            TokenId ofFile = f.token("/copy", 1);
            TokenId ofTree = f.token("/a/b", 2);
            Set<String> all = Set.of("/a/b/file 2+3", "/a/.snapshot/s/b/file 2+3", "/copy 2+3", "/clone/b/file 2+3",
                    ofFile + " 2+3", ofTree + "/file 2+3");
            ExtentRange range = new ExtentRange(extent, 2, 3);
            assertEquals(all, places(f, range));
            f.file("/clone/b/other", "what makes the directories private that lead to it");
            f.file("/a/b/other", "and here");
            assertEquals(all, places(f, range));
            f.delete("/clone/b/file");
            f.delete("/a/b/file");
            f.delete("/copy");
            assertEquals(Set.of("/a/.snapshot/s/b/file 2+3", ofFile + " 2+3", ofTree + "/file 2+3"), places(f, range));
            assertTrue(uses(f, range, MANY).stream().filter(use -> !use.isPath())
                    .allMatch(use -> use.place().startsWith("token-")));
        }
    }

    @Test
    void partsOfTheExtentsAreAllOfThem() {
        try (CatalogFixture f = new CatalogFixture()) {
            for (int file = 0; file < 7; file++) {
                f.file("/" + file, "something");
            }
            List<RecordedExtent> all = new ArrayList<>();
            f.read(reader -> {
                reader.eachExtent(all::add);
                return null;
            });
            assertEquals(7, all.size());
            for (int limit : new int[] {1, 2, 7, 8}) {
                List<RecordedExtent> parts = new ArrayList<>();
                Optional<ExtentId> last = Optional.empty();
                List<RecordedExtent> part;
                do {
                    Optional<ExtentId> after = last;
                    part = f.read(reader -> reader.extents(after, limit));
                    assertTrue(part.size() <= limit);
                    parts.addAll(part);
                    last = part.isEmpty() ? last : Optional.of(part.get(part.size() - 1).extent().id());
                } while (!part.isEmpty());
                assertEquals(all, parts);
            }
            assertEquals(Optional.of(all.get(3)), f.read(reader -> reader.recorded(all.get(3).extent().id())));
            assertEquals(Optional.empty(), f.read(reader -> reader.recorded(ExtentId.of(0, 1000))));
        }
    }

    @Test
    void whoLooksForUsesMayEndThatAtEachRow() {
        try (CatalogFixture f = new CatalogFixture()) {
            f.file("/file", "0123456789");
            UsesQuestion question = new UsesQuestion(List.of(new ExtentRange(extentOf(f, "/file"), 0, 3)), MANY);
            AtomicInteger rows = new AtomicInteger();
            f.read(reader -> reader.usesOf(question, rows::incrementAndGet));
            for (int most = 0; most < rows.get(); most++) {
                AtomicInteger left = new AtomicInteger(most);
                Runnable step = () -> {
                    if (left.decrementAndGet() < 0) {
                        throw new CancellationException("enough");
                    }
                };
                assertThrows(CancellationException.class, () -> f.read(reader -> reader.usesOf(question, step)));
            }
            assertTrue(rows.get() >= 5, rows::toString);
        }
    }

    @Test
    void anEditedCopyShowsOnlyWhatItStillHasAndWhereItHasIt() {
        try (CatalogFixture f = new CatalogFixture()) {
            f.file("/one", "0123456789");
            f.file("/two", "abcdefghij");
            ExtentId extent = extentOf(f, "/one");
            f.cloneTree("/one", "/joined");
            f.cloneTree("/one", "/tail");
            f.ok(new Command.Concat("/two", List.of("/tail")));
            f.ok(new Command.Truncate("/joined", 4));
            f.append("/joined").write("new").close();
            assertEquals(Set.of("/one 0+10", "/joined 0+4", "/two 10+10"), places(f, new ExtentRange(extent, 0, 10)));
            assertEquals(Set.of("/one 3+2", "/joined 3+1", "/two 13+2"), places(f, new ExtentRange(extent, 3, 2)));
            assertEquals(Set.of("/one 9+1", "/two 19+1"), places(f, new ExtentRange(extent, 9, 1)));
            assertEquals(Set.of(), places(f, new ExtentRange(extent, 10, 100)), "beyond the extent's bytes");
            assertEquals(Set.of(), places(f, new ExtentRange(new ExtentId(12345), 0, 1)));
        }
    }

    /** A content of so many slices begins with another one, that copies share. */
    @Test
    void whatACopyHasFromASharedBeginningIsFound() {
        try (CatalogFixture f = new CatalogFixture()) {
            f.file("/long", "first");
            ExtentRange range = new ExtentRange(extentOf(f, "/long"), 1, 2);
            for (int i = 0; i < 150; i++) {
                f.append("/long").write("piece").close();
            }
            f.cloneTree("/long", "/copy");
            f.append("/copy").write("more").close();
            assertEquals(Set.of("/copy 1+2", "/long 1+2"), places(f, range));
        }
    }

    @Test
    void whatAWriterHasNotCommittedIsItsFiles() {
        try (CatalogFixture f = new CatalogFixture()) {
            f.mkdir("/dir");
            f.file("/dir/log", "0123456789");
            CatalogFixture.Writer writer = f.append("/dir/log").write("abcdef");
            ExtentRange range = new ExtentRange(writer.grant.extent().id(), 2, 100);
            assertEquals(Set.of("/dir/log 12+100"), places(f, range));
            f.snapshot("/dir", "cut");
            writer.write("more");
            assertEquals(Set.of("/dir/.snapshot/cut/log 12+4", "/dir/log 12+4", "/dir/log 16+96"), places(f, range));
            writer.close();
            assertEquals(Set.of("/dir/.snapshot/cut/log 12+4", "/dir/log 12+8"), places(f, range));
        }
    }

    @Test
    void aTreeThatWasClonedIntoItselfTimeAndAgainIsToldInPart() {
        try (CatalogFixture f = new CatalogFixture()) {
            f.mkdir("/t0");
            f.file("/t0/file", "x");
            ExtentRange range = new ExtentRange(extentOf(f, "/t0/file"), 0, 1);
            for (int i = 1; i <= 30; i++) {
                f.mkdir("/t" + i);
                f.cloneTree("/t" + (i - 1), "/t" + i + "/left");
                f.cloneTree("/t" + (i - 1), "/t" + i + "/right");
            }
            RangeUses all = f.read(reader -> reader.usesOf(new UsesQuestion(List.of(range), 50))).get(0);
            assertEquals(50, all.told().size());
            assertEquals((1L << 31) - 1 - 50, all.morePlaces());
            for (String path : List.of("/t3/right", "/t3/right/left/left/file", "/t30/right/right/right/right")) {
                RangeUses some = f.read(reader -> reader.usesOf(
                        new UsesQuestion(List.of(range), List.of(path), 3, MANY))).get(0);
                assertTrue(!some.told().isEmpty() && some.told().stream().allMatch(use -> use.place().startsWith(path)),
                        some.toString());
            }
            assertEquals(new RangeUses(List.of(new ExtentUse("/t3/right/left/left/file", 0, 1)), 0), f.read(reader ->
                    reader.usesOf(new UsesQuestion(List.of(range), List.of("/t3/right/left/left"), 3, MANY))).get(0));
            Totals totals = f.read(reader -> reader.totals(CatalogFixture.ROOT, "/"));
            assertTrue(totals.files() > 1L << 30, "so many paths there are: " + totals);
        }
    }

    /** What there is no room for is counted, so that nobody takes it for sound. */
    @Test
    void ofAllRangesTogetherABoundedNumberIsToldAndTheRestCounted() {
        try (CatalogFixture f = new CatalogFixture()) {
            List<ExtentRange> ranges = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                f.file("/file" + i, "0123456789");
                ranges.add(new ExtentRange(extentOf(f, "/file" + i), 0, 5));
                ranges.add(new ExtentRange(extentOf(f, "/file" + i), 7, 1));
                f.cloneTree("/file" + i, "/copy" + i);
                f.token("/file" + i, i + 1);
            }
            CatalogFixture.Writer open = f.create("/open").write("ab");
            ranges.add(new ExtentRange(open.grant.extent().id(), 0, 10));
            for (int most : new int[] {0, 1, 5, 12, 24, 26, 100}) {
                List<RangeUses> found = f.read(reader ->
                        reader.usesOf(new UsesQuestion(ranges, List.of(), 100, most)));
                int told = found.stream().mapToInt(range -> range.told().size()).sum();
                assertTrue(told <= most && told >= Math.min(26, most) - 1, most + ": " + found);
                for (int i = 0; i < 8; i++) {
                    assertEquals(3, found.get(i).told().size() + found.get(i).morePlaces(), most + ": " + found);
                }
                assertTrue(found.get(8).isSeen(), most + ": " + found);
            }
        }
    }

    @Test
    void extentsAreShownAsTheyAreOnRecord() {
        try (CatalogFixture f = new CatalogFixture()) {
            f.file("/kept", "0123456789");
            f.file("/deleted", "0123");
            f.delete("/deleted");
            f.settle();
            CatalogFixture.Writer open = f.create("/open").write("ab");
            List<RecordedExtent> seen = f.read(reader -> {
                List<RecordedExtent> extents = new ArrayList<>();
                reader.eachExtent(extents::add);
                return extents;
            });
            assertEquals(List.of(10L, 4L, 0L), seen.stream().map(RecordedExtent::lengthBytes).toList());
            assertEquals(List.of(true, false, true), seen.stream().map(RecordedExtent::used).toList());
            assertEquals(CatalogFixture.S1, seen.get(0).routes().get(0).owner());
            assertEquals(open.grant.extent().id(), seen.get(2).extent().id());
        }
    }

    /** Random trees of copies, clones, snapshots, edits and removals. */
    @Test
    void whatIsFoundUpwardsIsWhatIsFoundDownwards() {
        Long only = Long.getLong("catalog.uses.seed");
        long first = only == null ? System.nanoTime() : only;
        System.out.println("-Dcatalog.uses.seed=" + first + " is the first");
        for (long seed = first; seed < first + (only == null ? HISTORIES : 1); seed++) {
            try {
                history(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dcatalog.uses.seed=" + seed, e);
            }
        }
    }

    private void history(Random random) {
        try (CatalogFixture f = new CatalogFixture()) {
            int snapshots = 0;
            for (int step = 0; step < STEPS; step++) {
                String path = place(random);
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> f.run(CatalogFixture.ROOT, new Command.Mkdirs(path, 0777, true));
                    case 3, 4, 5 -> {
                        if (f.run(CatalogFixture.ROOT, new Command.Create(path, CatalogFixture.FILE, CatalogFixture.ON_S1))
                                instanceof Reply.WriteGranted granted) {
                            f.new Writer(granted).write("some bytes at step " + step).close();
                        }
                    }
                    case 6 -> f.run(CatalogFixture.ROOT, new Command.Delete(path, true));
                    case 7 -> f.run(CatalogFixture.ROOT, new Command.Rename(path, place(random), random.nextBoolean()));
                    case 8, 9 -> f.run(CatalogFixture.ROOT, new Command.Clone(path, place(random), true, List.of()));
                    case 10 -> f.run(CatalogFixture.ROOT, new Command.CreateSnapshot(path, "s" + snapshots++, List.of()));
                    default -> f.run(CatalogFixture.ROOT, new Command.Truncate(path, random.nextInt(10)));
                }
                if (random.nextInt(20) == 0) {
                    f.ok(new Command.Housekeep(random.nextInt(5) + 1));
                }
            }
            Map<ExtentId, Set<ExtentUse>> expected = new LinkedHashMap<>();
            descend(f, "/", expected);
            List<ExtentRange> ranges = f.read(reader -> {
                List<ExtentRange> all = new ArrayList<>();
                reader.eachExtent(extent -> all.add(new ExtentRange(extent.extent().id(), 0, 1000)));
                return all;
            });
            List<RangeUses> found = f.read(reader -> reader.usesOf(new UsesQuestion(ranges, MANY)));
            for (int i = 0; i < ranges.size(); i++) {
                List<ExtentUse> told = found.get(i).told();
                assertEquals(expected.getOrDefault(ranges.get(i).extent(), Set.of()), new HashSet<>(told));
                assertEquals(told.size(), new HashSet<>(told).size(), "none twice");
                assertEquals(0, found.get(i).morePlaces());
            }
            List<String> paths = Stream.of(place(random), place(random), place(random) + "/.snapshot/s0", "/d")
                    .filter(path -> f.read(reader -> leadsThroughDirectories(reader, path))).toList();
            List<RangeUses> below = f.read(reader ->
                    reader.usesOf(new UsesQuestion(ranges, paths, MANY, MANY)));
            for (int i = 0; i < ranges.size(); i++) {
                Set<ExtentUse> all = expected.getOrDefault(ranges.get(i).extent(), Set.of());
                assertEquals(all.stream().filter(use -> paths.stream().anyMatch(path -> use.place().equals(path)
                        || use.place().startsWith(path + "/"))).collect(Collectors.toSet()),
                        new HashSet<>(below.get(i).told()), paths.toString());
                assertEquals(0, below.get(i).morePlaces());
            }
        }
    }

    private static boolean leadsThroughDirectories(CatalogReader reader, String path) {
        try {
            return reader.status(CatalogFixture.ROOT, path).isPresent() || path.equals("/d");
        } catch (BatonException e) {
            assertEquals(ErrorCode.NOT_A_DIRECTORY, e.code());
            return false;
        }
    }

    private static String place(Random random) {
        StringBuilder path = new StringBuilder();
        int depth = 1 + random.nextInt(3);
        for (int i = 0; i < depth; i++) {
            path.append('/').append("abc".charAt(random.nextInt(3)));
        }
        return path.toString();
    }

    private static void descend(CatalogFixture f, String directory, Map<ExtentId, Set<ExtentUse>> into) {
        String prefix = directory.equals("/") ? "" : directory;
        List<FileInfo> children = f.read(reader -> reader.list(CatalogFixture.ROOT, directory, "", 1000)).entries();
        for (FileInfo child : children) {
            String path = prefix + "/" + child.name();
            if (child.kind() == FileKind.DIRECTORY) {
                descend(f, path, into);
            } else {
                add(f.read(reader -> reader.open(CatalogFixture.ROOT, path)), path, into);
            }
        }
        if (!directory.contains(".snapshot")) {
            f.read(reader -> reader.snapshots(CatalogFixture.ROOT, directory))
                    .forEach(name -> descend(f, prefix + "/.snapshot/" + name, into));
        }
    }

    private static void add(OpenFile file, String path, Map<ExtentId, Set<ExtentUse>> into) {
        long at = 0;
        for (Slice slice : file.slices()) {
            into.computeIfAbsent(slice.extent(), extent -> new HashSet<>())
                    .add(new ExtentUse(path, at, slice.lengthBytes()));
            at += slice.lengthBytes();
        }
    }
}
