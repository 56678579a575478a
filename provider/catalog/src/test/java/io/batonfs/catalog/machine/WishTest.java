package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static io.batonfs.catalog.machine.CatalogFixture.S1;
import static io.batonfs.catalog.machine.CatalogFixture.S2;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.PolicyProgress;
import io.batonfs.catalog.PolicyStep;
import io.batonfs.catalog.PolicyWish;
import io.batonfs.catalog.WalkPosition;
import io.batonfs.catalog.WantedExtent;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Extents that shall go to the pools of other storage policies: found in steps, written down, struck off. */
class WishTest {

    private static void set(CatalogFixture c, String path, String policy) {
        c.ok(new Command.SetAttributes(path, AttributeSet.ofStoragePolicy(policy)));
    }

    private static List<ExtentId> extents(CatalogFixture c, String path) {
        return c.read(reader -> reader.open(ROOT, path)).extents().stream().map(Extent::id).toList();
    }

    private static List<String> policies(CatalogFixture c, String path) {
        return extents(c, path).stream()
                .map(id -> c.read(reader -> reader.extent(id)).orElseThrow().storagePolicy()).toList();
    }

    private static List<WantedExtent> wanted(CatalogFixture c) {
        return c.read(reader -> reader.wanted(S1, Optional.empty(), 10_000));
    }

    private static Set<ExtentId> ids(List<WantedExtent> wanted) {
        Set<ExtentId> ids = new HashSet<>();
        wanted.forEach(one -> ids.add(one.extent()));
        return ids;
    }

    /** One step of the first wish; false if there is none left. */
    private static boolean step(CatalogFixture c, int entries, int extents) {
        List<PolicyWish> wishes = c.read(reader -> reader.policyWishes());
        if (wishes.isEmpty()) {
            return false;
        }
        PolicyWish wish = wishes.get(0);
        PolicyStep step = c.read(reader -> reader.policyStep(wish.path(), wish.position(), entries, extents));
        c.ok(new Command.WantExtents(wish.path(), wish.position(), step.reached(), step.extents()));
        return true;
    }

    private static void satisfy(CatalogFixture c, String path, int entries, int extents) {
        c.ok(new Command.SatisfyPolicy(path));
        int steps = 0;
        while (step(c, entries, extents)) {
            assertTrue(++steps < 1000, "the walk never ends");
        }
    }

    @Test
    void stepsOfAnySizeFindEveryExtentWithThePolicyInForce() {
        long seed = Long.getLong("catalog.wishes.seed", System.nanoTime());
        System.out.println("WishTest: -Dcatalog.wishes.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            try (CatalogFixture c = new CatalogFixture()) {
                Map<String, String> inForce = new HashMap<>();
                List<String> directories = new ArrayList<>(List.of("/t"));
                inForce.put("/t", "");
                c.mkdir("/t");
                List<String> files = new ArrayList<>();
                for (int n = 0; n < 25; n++) {
                    String in = directories.get(random.nextInt(directories.size()));
                    String path = in + "/" + (char) ('a' + random.nextInt(26)) + n;
                    String policy = inForce.get(in);
                    if (random.nextInt(3) == 0) {
                        c.mkdir(path);
                        directories.add(path);
                    } else {
                        CatalogFixture.Writer writer = c.create(path).write("x" + n);
                        for (int more = random.nextInt(4); more > 0; more--) {
                            writer.next().write("y" + more);
                        }
                        if (random.nextInt(6) > 0) {
                            writer.close();
                        }
                        files.add(path);
                    }
                    if (random.nextInt(4) == 0) {
                        policy = random.nextBoolean() ? "FAST" : "COLD";
                        set(c, path, policy);
                    }
                    inForce.put(path, policy);
                }
                satisfy(c, "/t", 1 + random.nextInt(5), 1 + random.nextInt(5));
                Set<ExtentId> all = new HashSet<>();
                for (String file : files) {
                    all.addAll(extents(c, file));
                    assertEquals(Set.of(inForce.get(file)), Set.copyOf(policies(c, file)), file);
                }
                assertEquals(all, ids(wanted(c)));
            }
        }
    }

    @Test
    void aTreeThatChangesBehindTheWalkEndsItAllTheSame() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (String path : List.of("/t/a/f", "/t/b/f", "/t/b/g", "/t/c/f", "/t/d")) {
                c.mkdir(path.substring(0, path.lastIndexOf('/')));
                c.file(path, path);
            }
            set(c, "/t", "COLD");
            c.ok(new Command.SatisfyPolicy("/t"));
            step(c, 3, 100);
            assertEquals(List.of("b"), c.read(reader -> reader.policyWishes()).get(0).position().names());
            step(c, 1, 100);
            assertEquals(List.of("b", "f"), c.read(reader -> reader.policyWishes()).get(0).position().names());
            c.delete("/t/b");
            c.file("/t/b", "a file by now");
            while (step(c, 1, 100)) {
                assertFalse(c.read(reader -> reader.policyWishes()).size() > 1);
            }
            assertEquals(List.of("COLD"), policies(c, "/t/c/f"));
            assertEquals(List.of("COLD"), policies(c, "/t/d"));
            c.ok(new Command.SatisfyPolicy("/t"));
            c.rename("/t", "/u");
            assertTrue(step(c, 1, 100));
            assertFalse(step(c, 1, 100), "what is not there any more is not looked for");
        }
    }

    @Test
    void aStepThatComesLateOrTwiceDoesNothing() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/t");
            c.file("/t/f", "f");
            c.file("/t/g", "g");
            c.ok(new Command.SatisfyPolicy("/t"));
            WalkPosition afterF = new WalkPosition(List.of("f"), WalkPosition.ALL);
            Command first = new Command.WantExtents("/t", WalkPosition.START, Optional.of(afterF),
                    List.of(new WantedExtent(extents(c, "/t/f").get(0), "COLD", false)));
            c.ok(first);
            set(c, "/t", "FAST");
            c.ok(new Command.WantExtents("/t", WalkPosition.START, Optional.empty(),
                    List.of(new WantedExtent(extents(c, "/t/f").get(0), "HOT", false))));
            assertEquals(List.of("COLD"), policies(c, "/t/f"));
            c.ok(new Command.SatisfyPolicy("/t"));
            c.ok(new Command.WantExtents("/t", afterF, Optional.empty(), List.of()));
            assertEquals(WalkPosition.START, c.read(reader -> reader.policyWishes()).get(0).position());
            c.ok(new Command.WantExtents("/nowhere", WalkPosition.START, Optional.empty(),
                    List.of(new WantedExtent(extents(c, "/t/g").get(0), "COLD", false))));
            assertEquals(List.of(""), policies(c, "/t/g"));
        }
    }

    @Test
    void ofWhatSeveralShareTheLastWhoAsksDecidesAndItIsMarked() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "f");
            c.file("/a/alone", "alone");
            c.cloneTree("/a/f", "/clone");
            set(c, "/a", "COLD");
            set(c, "/clone", "FAST");
            satisfy(c, "/a", 100, 100);
            assertEquals(List.of("COLD"), policies(c, "/clone"));
            Map<ExtentId, Boolean> shared = new HashMap<>();
            wanted(c).forEach(one -> shared.put(one.extent(), one.shared()));
            assertEquals(Map.of(extents(c, "/a/f").get(0), true, extents(c, "/a/alone").get(0), false), shared);
            satisfy(c, "/clone", 100, 100);
            assertEquals(List.of("FAST"), policies(c, "/a/f"));
        }
    }

    @Test
    void whatIsPlacedIsStruckOffUnlessSomethingElseIsWantedByNow() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "12345");
            set(c, "/f", "COLD");
            assertEquals(new PolicyProgress(false, 0, 0), progress(c, "/"));
            c.ok(new Command.SatisfyPolicy("/f"));
            assertEquals(new PolicyProgress(true, 0, 0), progress(c, "/"));
            assertEquals(new PolicyProgress(true, 0, 0), progress(c, "/f"));
            step(c, 10, 10);
            assertEquals(new PolicyProgress(false, 1, 5), progress(c, "/"));
            WantedExtent cold = wanted(c).get(0);
            assertEquals(List.of(), c.read(reader -> reader.wanted(S2, Optional.empty(), 10)));
            assertEquals(List.of(), c.read(reader -> reader.wanted(S1, Optional.of(cold.extent()), 10)));
            set(c, "/f", "FAST");
            satisfy(c, "/f", 10, 10);
            c.ok(new Command.ExtentsPlaced(List.of(cold)));
            assertEquals(1, wanted(c).size(), "it was told of the policy before");
            c.ok(new Command.ExtentsPlaced(wanted(c)));
            assertEquals(List.of(), wanted(c));
            assertEquals(new PolicyProgress(false, 0, 0), progress(c, "/f"));
            c.ok(new Command.ExtentsPlaced(List.of(cold)));
        }
    }

    private static PolicyProgress progress(CatalogFixture c, String path) {
        return c.read(reader -> reader.policyProgress(ROOT, path));
    }

    @Test
    void aWriterGoesOnUnderThePolicyThatWasAskedForAndItsOpenExtentIsFound() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("one").next().write("two");
            set(c, "/f", "COLD");
            satisfy(c, "/f", 10, 1);
            assertEquals(2, wanted(c).size());
            writer.next().write("three").close();
            assertEquals(List.of("COLD", "COLD", "COLD"), policies(c, "/f"));
        }
    }

    @Test
    void freedExtentsAreWantedNoMoreAndMovedOnesByTheirNewServer() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            Extent extent = c.read(reader -> reader.open(ROOT, "/f")).extents().get(0);
            satisfy(c, "/f", 10, 10);
            PageRun run = extent.pages();
            c.ok(new Command.MoveRoute(run, List.of(S2), c.read(reader -> reader.routes(run)).get(0).epoch()));
            assertEquals(List.of(), wanted(c));
            assertEquals(1, c.read(reader -> reader.wanted(S2, Optional.empty(), 10)).size());
            c.delete("/f");
            c.settle();
            assertEquals(List.of(), c.read(reader -> reader.wanted(S2, Optional.empty(), 10)));
            c.now += 100_000_000;
            c.ok(new Command.ExtentsFreed(List.of(extent.id())));
            assertEquals(Optional.empty(), c.read(reader -> reader.extent(extent.id())));
            assertEquals(List.of(), c.read(reader -> reader.wanted(S2, Optional.empty(), 10)));
        }
    }

    @Test
    void whoMayWriteAsksAndOnlyServersSayWhatIsSo() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "f");
            c.own("/d", "alice", "staff", 0755);
            c.as(ALICE, new Command.SatisfyPolicy("/d"));
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.SatisfyPolicy("/d"));
            c.refused(ErrorCode.NOT_FOUND, ALICE, new Command.SatisfyPolicy("/d/none"));
            c.refused(ErrorCode.NOT_A_DIRECTORY, ROOT, new Command.SatisfyPolicy("/d/f/g"));
            c.snapshot("/d", "s");
            c.refused(ErrorCode.READ_ONLY, ROOT, new Command.SatisfyPolicy("/d/.snapshot/s"));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE,
                    new Command.WantExtents("/d", WalkPosition.START, Optional.empty(), List.of()));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.ExtentsPlaced(List.of()));
            c.chmod("/d", 0700);
            assertThrows(io.batonfs.model.BatonException.class,
                    () -> c.catalog.read(reader -> reader.policyProgress(EVE, "/d")));
            List<WantedExtent> many = new ArrayList<>();
            for (int n = 0; n <= WishCommands.MAX_EXTENTS; n++) {
                many.add(new WantedExtent(ExtentId.of(0, n + 1), "", false));
            }
            c.refused(ErrorCode.LIMIT_EXCEEDED,
                    new Command.WantExtents("/d", WalkPosition.START, Optional.empty(), many));
        }
    }

    @Test
    void wishesAreBoundedAndAskingAgainIsNoneMore() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (int n = 0; n <= WishCommands.MAX_WISHES; n++) {
                c.run(ROOT, new Command.Mkdirs("/d" + n, 0755, true));
            }
            for (int n = 0; n < WishCommands.MAX_WISHES; n++) {
                c.run(ROOT, new Command.SatisfyPolicy("/d" + n));
            }
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.SatisfyPolicy("/d" + WishCommands.MAX_WISHES));
            c.ok(new Command.SatisfyPolicy("/d0"));
            step(c, 10, 10);
            c.ok(new Command.SatisfyPolicy("/d" + WishCommands.MAX_WISHES));
        }
    }
}
