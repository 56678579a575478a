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
import io.batonfs.catalog.FoundExtent;
import io.batonfs.catalog.PolicyProgress;
import io.batonfs.catalog.PolicyStep;
import io.batonfs.catalog.PolicyWish;
import io.batonfs.catalog.SeenDirectory;
import io.batonfs.catalog.WalkPosition;
import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.catalog.WantedPart;
import io.batonfs.catalog.WantedPosition;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
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

    private static final Caller ALICE_AS_ROOT = new Caller("alice", List.of(), true);

    private static void set(CatalogFixture c, String path, String policy) {
        c.ok(new Command.SetAttributes(path, AttributeSet.ofStoragePolicy(policy)));
    }

    private static List<ExtentId> extents(CatalogFixture c, String path) {
        return c.read(reader -> reader.open(ROOT, path)).extents().stream().map(Extent::id).toList();
    }

    private static List<String> policies(CatalogFixture c, String path) {
        return extents(c, path).stream().map(id -> c.read(reader -> reader.wantedNow(S1, id)).map(WantedNow::storagePolicy)
                .orElseGet(() -> own(c, id))).toList();
    }

    private static String own(CatalogFixture c, ExtentId id) {
        return c.read(reader -> reader.extent(id)).orElseThrow().storagePolicy();
    }

    private static boolean mayBeShared(CatalogFixture c, String path) {
        Set<Boolean> answers = new HashSet<>();
        extents(c, path).forEach(id -> answers.add(c.read(reader -> reader.wantedNow(S1, id)).orElseThrow().mayBeShared()));
        assertEquals(1, answers.size(), path);
        return answers.iterator().next();
    }

    private static PolicyWish wish(CatalogFixture c) {
        return c.read(reader -> reader.policyWishes()).get(0);
    }

    private static FoundExtent found(ExtentId extent, String policy) {
        return new FoundExtent(extent, policy, "", Optional.empty());
    }

    private static List<WantedExtent> wanted(CatalogFixture c) {
        return wanted(c, S1);
    }

    private static List<WantedExtent> wanted(CatalogFixture c, ServerId server) {
        return c.read(reader -> reader.wanted(server, Optional.empty(), 10_000)).extents();
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
        PolicyStep step = c.read(reader -> reader.policyStep(wish, Set.of(), entries, extents));
        c.ok(new Command.WantExtents(wish, step.reached(), step.extents()));
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
            PolicyWish atStart = wish(c);
            ExtentId f = extents(c, "/t/f").get(0);
            c.ok(new Command.WantExtents(atStart, Optional.of(afterF), List.of(found(f, "COLD"))));
            set(c, "/t", "FAST");
            c.ok(new Command.WantExtents(atStart, Optional.empty(), List.of(found(f, "HOT"))));
            assertEquals(List.of("COLD"), policies(c, "/t/f"));
            PolicyWish behindF = wish(c);
            c.ok(new Command.SatisfyPolicy("/t"));
            c.ok(new Command.WantExtents(behindF, Optional.empty(), List.of()));
            assertEquals(afterF, wish(c).position());
            c.ok(new Command.WantExtents(new PolicyWish("/nowhere", 1, WalkPosition.START), Optional.empty(),
                    List.of(found(extents(c, "/t/g").get(0), "COLD"))));
            assertEquals(List.of(""), policies(c, "/t/g"));
        }
    }

    @Test
    void aStepThatWasReadBeforeItWasAskedAgainDoesNothing() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            set(c, "/f", "COLD");
            c.ok(new Command.SatisfyPolicy("/f"));
            PolicyWish before = wish(c);
            PolicyStep read = c.read(reader -> reader.policyStep(before, Set.of()));
            set(c, "/f", "HOT");
            c.ok(new Command.SatisfyPolicy("/f"));
            c.ok(new Command.WantExtents(before, read.reached(), read.extents()));
            assertEquals(List.of(), wanted(c));
            assertEquals(WalkPosition.START, wish(c).position());
            assertTrue(step(c, 10, 10));
            assertEquals(List.of("HOT"), policies(c, "/f"));
        }
    }

    /** Else who asks each second would keep a large tree from ever being gone through. */
    @Test
    void askedForOnTheWayTheWalkComesToItsEndAndIsMadeOnceMore() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/t");
            for (String name : List.of("a", "b", "c")) {
                c.file("/t/" + name, name);
            }
            c.ok(new Command.SatisfyPolicy("/t"));
            step(c, 1, 10);
            set(c, "/t", "COLD");
            c.ok(new Command.SatisfyPolicy("/t"));
            assertEquals(List.of("a"), wish(c).position().names());
            int steps = 0;
            while (!wish(c).position().equals(WalkPosition.START)) {
                assertTrue(++steps < 20, "it never comes to its end");
                step(c, 1, 10);
                if (wish(c).position().equals(new WalkPosition(List.of("b"), WalkPosition.ALL))) {
                    c.run(ALICE_AS_ROOT, new Command.SatisfyPolicy("/t"));
                }
            }
            assertEquals(List.of(""), policies(c, "/t/a"), "this is behind the walk");
            assertEquals(List.of("COLD"), policies(c, "/t/c"));
            while (step(c, 1, 10)) {
                assertTrue(++steps < 40, "it is made again and again");
            }
            assertEquals(List.of("COLD"), policies(c, "/t/a"));
        }
    }

    @Test
    void aServerGoesThroughItsOwnOnlyInParts() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/t");
            for (int n = 0; n < 7; n++) {
                c.file("/t/" + n, "f");
            }
            satisfy(c, "/t", 100, 100);
            move(c, "/t/3", List.of(S2));
            c.delete("/t/5");
            c.settle();
            List<WantedExtent> found = new ArrayList<>();
            Optional<WantedPosition> after = Optional.empty();
            int parts = 0;
            do {
                Optional<WantedPosition> from = after;
                WantedPart part = c.read(reader -> reader.wanted(S1, from, 2));
                found.addAll(part.extents());
                after = part.reached();
                parts++;
            } while (after.isPresent());
            assertEquals(4, parts, "of the six that are there, in twos, one is to be freed; then there are no more");
            Set<ExtentId> expected = new HashSet<>();
            List.of("0", "1", "2", "4", "6").forEach(name -> expected.addAll(extents(c, "/t/" + name)));
            assertEquals(expected, ids(found));
            assertEquals(5, found.size());
            assertEquals(Set.copyOf(extents(c, "/t/3")), ids(wanted(c, S2)));
        }
    }

    private static void move(CatalogFixture c, String path, List<ServerId> owners) {
        PageRun run = c.read(reader -> reader.open(ROOT, path)).extents().get(0).pages();
        c.ok(new Command.MoveRoute(run, owners, c.read(reader -> reader.routes(run)).get(0).epoch()));
    }

    /** The server that an extent has come to has it in the pool of its old policy. */
    @Test
    void onlyAServerThatHasAnExtentSaysWhereItIs() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            set(c, "/f", "COLD");
            satisfy(c, "/f", 10, 10);
            List<WantedExtent> told = wanted(c);
            move(c, "/f", List.of(S2));
            assertEquals(Optional.empty(), c.read(reader -> reader.wantedNow(S1, told.get(0).extent())));
            c.ok(new Command.ExtentsPlaced(S1, told, List.of()));
            c.ok(new Command.ExtentsPlaced(S1, List.of(), told));
            assertEquals(told, wanted(c, S2));
            assertEquals("", own(c, told.get(0).extent()));
            c.ok(new Command.ExtentsPlaced(S2, told, List.of()));
            assertEquals(List.of(), wanted(c, S2));
            assertEquals("COLD", own(c, told.get(0).extent()));
        }
    }

    @Test
    void progressTellsWhatStaysUntilSomethingElseIsInForceOrItIsAskedForAgain() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "12345");
            c.file("/g", "123");
            set(c, "/f", "ZERO");
            set(c, "/g", "ZERO");
            satisfy(c, "/f", 10, 10);
            satisfy(c, "/g", 10, 10);
            List<WantedExtent> f = wanted(c).stream().filter(one -> extents(c, "/f").contains(one.extent())).toList();
            c.ok(new Command.ExtentsPlaced(S1, List.of(), f));
            assertEquals(new PolicyProgress(false, 1, 3, 1, 5), progress(c, "/"), "it may have to go back");
            c.ok(new Command.ExtentsPlaced(S1, wanted(c), List.of()));
            assertEquals(new PolicyProgress(false, 0, 0, 1, 5), progress(c, "/"));
            set(c, "/f", "COLD");
            assertEquals(new PolicyProgress(false, 0, 0, 0, 0), progress(c, "/"));
            set(c, "/f", "ZERO");
            assertEquals(new PolicyProgress(false, 0, 0, 1, 5), progress(c, "/f"));
            satisfy(c, "/f", 10, 10);
            assertEquals(new PolicyProgress(false, 1, 5, 0, 0), progress(c, "/f"));
            c.ok(new Command.ExtentsPlaced(S1, List.of(), wanted(c)));
            ExtentId freed = f.get(0).extent();
            c.delete("/f");
            c.settle();
            c.now += 100_000_000;
            c.ok(new Command.ExtentsFreed(List.of(freed)));
            assertEquals(new PolicyProgress(false, 0, 0, 0, 0), progress(c, "/"));
        }
    }

    @Test
    void whatASnapshotOrACloneAboveShowsIsShared() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (String home : List.of("/frozen", "/cloned", "/alone")) {
                c.mkdir(home + "/u1");
                c.file(home + "/u1/f", "f" + home);
            }
            c.snapshot("/frozen", "s");
            c.cloneTree("/cloned", "/copy");
            for (String home : List.of("/frozen", "/cloned", "/alone")) {
                set(c, home, "ZERO");
                satisfy(c, home + "/u1/f", 10, 10);
            }
            assertTrue(mayBeShared(c, "/frozen/u1/f"));
            assertTrue(mayBeShared(c, "/cloned/u1/f"));
            assertFalse(mayBeShared(c, "/alone/u1/f"));
            c.snapshot("/alone", "later");
            assertTrue(mayBeShared(c, "/alone/u1/f"), "it was not when it was found");
        }
    }

    @Test
    void theBeginningOfWhatWasAppendedToIsTheSnapshotsToo() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "first");
            c.snapshot("/d", "s");
            ExtentId first = extents(c, "/d/f").get(0);
            c.append("/d/f").write("more").close();
            c.settle();
            satisfy(c, "/d/f", 10, 10);
            assertTrue(c.read(reader -> reader.wantedNow(S1, first)).orElseThrow().mayBeShared());
        }
    }

    @Test
    void whatIsRefusedKeepsItsPolicyAndGoesBack() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            ExtentId f = extents(c, "/f").get(0);
            set(c, "/f", "ZERO");
            satisfy(c, "/f", 10, 10);
            assertEquals("", own(c, f), "until it is there");
            boolean placed = c.read(reader -> reader.isPlacedByPolicy(f));
            assertTrue(placed);
            c.ok(new Command.ExtentsPlaced(S1, List.of(), wanted(c)));
            assertEquals(List.of(new WantedExtent(f, "")), wanted(c));
            c.ok(new Command.ExtentsPlaced(S1, wanted(c), List.of()));
            assertEquals("", own(c, f));
            placed = c.read(reader -> reader.isPlacedByPolicy(f));
            assertFalse(placed);
            satisfy(c, "/f", 10, 10);
            c.ok(new Command.ExtentsPlaced(S1, wanted(c), List.of()));
            assertEquals("ZERO", own(c, f));
        }
    }

    @Test
    void whatAWriterBeginsBetweenAStepAndItsCommandIsFound() {
        for (boolean closed : List.of(false, true)) {
            try (CatalogFixture c = new CatalogFixture()) {
                CatalogFixture.Writer writer = c.create("/f").write("one");
                set(c, "/f", "COLD");
                c.ok(new Command.SatisfyPolicy("/f"));
                PolicyWish wish = wish(c);
                PolicyStep read = c.read(reader -> reader.policyStep(wish, Set.of()));
                writer.next().write("two").next().write("three");
                if (closed) {
                    writer.close();
                }
                c.ok(new Command.WantExtents(wish, read.reached(), read.extents()));
                if (!closed) {
                    writer.next().write("four").close();
                }
                assertEquals(Set.of("COLD"), Set.copyOf(policies(c, "/f")), "closed " + closed);
            }
        }
    }

    @Test
    void aTreeClonedIntoItselfIsWalkedOnceAndAskedAboutOnce() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/t/a");
            c.file("/t/a/f", "f");
            for (int n = 0; n < 30; n++) {
                c.cloneTree("/t", "/t" + n);
                c.rename("/t" + n, "/t/z" + n);
            }
            c.ok(new Command.SatisfyPolicy("/t"));
            Set<SeenDirectory> seen = new HashSet<>();
            int steps = 0;
            while (!c.read(reader -> reader.policyWishes()).isEmpty()) {
                PolicyWish wish = wish(c);
                PolicyStep step = c.read(reader -> reader.policyStep(wish, seen, 10, 10));
                c.ok(new Command.WantExtents(wish, step.reached(), step.extents()));
                seen.addAll(step.seen());
                assertTrue(++steps < 1000, "it is walked again and again");
            }
            assertEquals(1, wanted(c).size());
            assertEquals(1, progress(c, "/t").waitingExtents());
        }
    }

    @Test
    void progressIsBoundedAndToldToWhoMayEnter() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d/private");
            for (int n = 0; n < 5; n++) {
                c.file("/d/private/" + n, "f");
            }
            assertEquals(new PolicyProgress(false, 0, 0, 0, 0), c.read(reader -> reader.policyProgress(EVE, "/d")));
            c.own("/d/private", "alice", "staff", 0700);
            assertEquals(ErrorCode.PERMISSION_DENIED, assertThrows(io.batonfs.model.BatonException.class,
                    () -> c.catalog.read(reader -> reader.policyProgress(EVE, "/d"))).code());
            assertEquals(new PolicyProgress(false, 0, 0, 0, 0), c.read(reader -> reader.policyProgress(ALICE, "/d")));
        }
    }

    @Test
    void oneUserLeavesRoomForOthers() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.own("/d", "alice", "staff", 0777);
            for (int n = 0; n <= WishCommands.MAX_WISHES_OF_A_USER; n++) {
                c.run(ALICE, new Command.Mkdirs("/d/" + n, 0777, true));
            }
            for (int n = 0; n < WishCommands.MAX_WISHES_OF_A_USER; n++) {
                c.run(ALICE, new Command.SatisfyPolicy("/d/" + n));
            }
            c.refused(ErrorCode.LIMIT_EXCEEDED, ALICE, new Command.SatisfyPolicy("/d"));
            c.as(ALICE, new Command.SatisfyPolicy("/d/0"));
            c.ok(new Command.SatisfyPolicy("/d"));
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
            wanted(c).forEach(one -> shared.put(one.extent(),
                    c.read(reader -> reader.wantedNow(S1, one.extent())).orElseThrow().mayBeShared()));
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
            assertEquals(new PolicyProgress(false, 0, 0, 0, 0), progress(c, "/"));
            c.ok(new Command.SatisfyPolicy("/f"));
            assertEquals(new PolicyProgress(true, 0, 0, 0, 0), progress(c, "/"));
            assertEquals(new PolicyProgress(true, 0, 0, 0, 0), progress(c, "/f"));
            step(c, 10, 10);
            assertEquals(new PolicyProgress(false, 1, 5, 0, 0), progress(c, "/"));
            WantedExtent cold = wanted(c).get(0);
            assertEquals(List.of(), wanted(c, S2));
            set(c, "/f", "FAST");
            satisfy(c, "/f", 10, 10);
            c.ok(new Command.ExtentsPlaced(S1, List.of(cold), List.of()));
            assertEquals(1, wanted(c).size(), "it was told of the policy before");
            c.ok(new Command.ExtentsPlaced(S1, wanted(c), List.of()));
            assertEquals(List.of(), wanted(c));
            assertEquals(new PolicyProgress(false, 0, 0, 0, 0), progress(c, "/f"));
            c.ok(new Command.ExtentsPlaced(S1, List.of(cold), List.of()));
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
            assertEquals(1, wanted(c, S2).size());
            c.delete("/f");
            c.settle();
            assertEquals(List.of(), wanted(c, S2));
            c.now += 100_000_000;
            c.ok(new Command.ExtentsFreed(List.of(extent.id())));
            assertEquals(Optional.empty(), c.read(reader -> reader.extent(extent.id())));
            assertEquals(List.of(), wanted(c, S2));
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
                    new Command.WantExtents(new PolicyWish("/d", 1, WalkPosition.START), Optional.empty(), List.of()));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.ExtentsPlaced(S1, List.of(), List.of()));
            c.chmod("/d", 0700);
            assertThrows(io.batonfs.model.BatonException.class,
                    () -> c.catalog.read(reader -> reader.policyProgress(EVE, "/d")));
            List<FoundExtent> many = new ArrayList<>();
            for (int n = 0; n <= WishCommands.MAX_EXTENTS; n++) {
                many.add(found(ExtentId.of(0, n + 1), ""));
            }
            c.refused(ErrorCode.LIMIT_EXCEEDED,
                    new Command.WantExtents(new PolicyWish("/d", 1, WalkPosition.START), Optional.empty(), many));
        }
    }

    @Test
    void wishesAreBoundedAndAskingAgainIsNoneMore() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (int n = 0; n <= WishCommands.MAX_WISHES; n++) {
                c.run(ROOT, new Command.Mkdirs("/d" + n, 0755, true));
            }
            for (int n = 0; n < WishCommands.MAX_WISHES; n++) {
                c.own("/d" + n, "user" + n % 8, "staff", 0755);
                c.run(new Caller("user" + n % 8, List.of(), false), new Command.SatisfyPolicy("/d" + n));
            }
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.SatisfyPolicy("/d" + WishCommands.MAX_WISHES));
            c.as(new Caller("user0", List.of(), false), new Command.SatisfyPolicy("/d0"));
            c.ok(new Command.SatisfyPolicy("/d1"));
            step(c, 10, 10);
            c.ok(new Command.SatisfyPolicy("/d" + WishCommands.MAX_WISHES));
        }
    }
}
