package io.batonfs.catalog.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.ChildJvm;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.audit.CatalogAudit;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real machine over the real log and the real tables. */
@Timeout(300)
class RatisCatalogTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x4000, 7));
    private static final Caller ROOT = new Caller("root", List.of("wheel"), true);
    private static final ExecutorService REPLIES = Executors.newFixedThreadPool(2);
    @TempDir
    Path directory;

    @AfterAll
    static void stopReplies() {
        REPLIES.shutdown();
    }

    private static RatisCatalog open(Path directory) throws IOException {
        return RatisCatalog.open(CatalogLogConfig.onePeer(directory, GROUP), CatalogMachine::new,
                new InProcessDirectory(), REPLIES);
    }

    private static CatalogRequest request(long call, Command command) {
        return new CatalogRequest(new Invocation(new UUID(0x4000, 1), call), ROOT, 1_000_000 + call, command);
    }

    private static Reply run(RatisCatalog catalog, long call, Command command) throws Exception {
        return catalog.call(request(call, command));
    }

    private static Command format() {
        return new Command.FormatGroup(GROUP, "root", "wheel", 0755, Optional.empty(), PageGeometry.DEFAULT, 64,
                GroupSettings.DEFAULT);
    }

    private static Command mkdir(String path) {
        return new Command.Mkdirs(path, 0755, false);
    }

    private static List<String> names(RatisCatalog catalog) throws IOException {
        return catalog.read(reader -> {
            List<String> names = new ArrayList<>();
            String after = "";
            for (boolean more = true; more;) {
                var page = reader.list(ROOT, "/", after, 1000);
                page.entries().stream().map(FileInfo::name).forEach(names::add);
                more = page.more();
                after = names.isEmpty() ? "" : names.get(names.size() - 1);
            }
            return names;
        });
    }

    private static void assertAuditFindsNothing(RatisCatalog catalog) throws IOException {
        try (TableView view = catalog.log().view()) {
            assertEquals(List.of(), new CatalogAudit(view).differences());
        }
    }

    @Test
    void commandsRepliesAndReadsSurviveARestart() throws Exception {
        try (RatisCatalog catalog = open(directory)) {
            assertInstanceOf(Reply.Done.class, run(catalog, 1, format()));
            assertEquals(new Reply.Changed(true), run(catalog, 2, mkdir("/a")));
            Reply.Refused refused = assertInstanceOf(Reply.Refused.class, run(catalog, 3, mkdir("/a")));
            assertEquals(ErrorCode.ALREADY_EXISTS, refused.code());
            assertEquals(List.of("a"), names(catalog));
        }
        try (RatisCatalog catalog = open(directory)) {
            assertEquals(List.of("a"), names(catalog));
            assertEquals(new Reply.Changed(true), run(catalog, 2, mkdir("/a")));
            assertInstanceOf(Reply.Done.class, run(catalog, 1, format()));
            assertAuditFindsNothing(catalog);
        }
    }

    @Test
    void whatCannotBeWrittenDownIsRefusedAndHarmsNobody() throws Exception {
        try (RatisCatalog catalog = open(directory)) {
            run(catalog, 1, format());
            CatalogRequest half = request(2, mkdir("/a\uD83D"));
            BatonException called = assertThrows(BatonException.class, () -> catalog.call(half));
            assertEquals(ErrorCode.INVALID_ARGUMENT, called.code());
            assertTrue(called.getMessage().contains("surrogate"), called.getMessage());
            assertEquals(new Reply.Changed(true), catalog.call(request(3, mkdir("/a"))));
        }
    }

    /** Ratis remembers replies for some seconds; a refusal that asks for another try must not be among them (CAT-5). */
    @Test
    void callThatWasToldToComeAgainIsRunAnewAtOnce() throws Exception {
        try (RatisCatalog catalog = open(directory)) {
            run(catalog, 1, format());
            run(catalog, 2, new Command.AddServer("server"));
            ServerId server = catalog.read(reader -> reader.servers().get(0).server());
            run(catalog, 3, new Command.Create("/a", new FileOptions(false, false, 0644, 1 << 20, 1),
                    new Placement(Placement.DEFAULT_VOLUME, List.of(server))));
            LeaseInfo open = catalog.read(reader -> reader.leasesBelow("/a").get(0));
            Reply.Refused refused = assertInstanceOf(Reply.Refused.class,
                    run(catalog, 4, new Command.Clone("/a", "/b", false, List.of())));
            assertEquals(ErrorCode.AGAIN, refused.code());
            Command withReport = new Command.Clone(
                    "/a", "/b", false, List.of(new ExtentLength(open.extent().id(), 0, 0)));
            assertInstanceOf(Reply.Cloned.class, run(catalog, 4, withReport));
        }
    }

    @Test
    void questionThatThrowsIsOurFaultAndRefusalsPassThrough() throws Exception {
        try (RatisCatalog catalog = open(directory)) {
            run(catalog, 1, format());
            BatonException ours = assertThrows(BatonException.class, () -> catalog.read(reader -> {
                throw new IllegalStateException("a mistake");
            }));
            assertEquals(ErrorCode.INTERNAL, ours.code());
            BatonException refusal = assertThrows(BatonException.class,
                    () -> catalog.read(reader -> reader.list(ROOT, "/none", "", 1)));
            assertEquals(ErrorCode.NOT_FOUND, refusal.code());
        }
    }

    @Test
    void newerCommandInTheLogStopsTheCatalogBeforeReplicasDiffer() throws Exception {
        try (RatisCatalog catalog = open(directory)) {
            run(catalog, 1, format());
            byte[] garbage = {1, 2, 3};
            assertThrows(BatonException.class, () -> catalog.log().call(garbage));
            assertFalse(catalog.log().isHealthy());
        }
    }

    /** Killed again and again in the middle of commands: what was answered is there, and all tables add up. */
    @Test
    void killedCatalogComesBackWhole() throws Exception {
        long seed = Long.getLong("catalog.log.seed", System.nanoTime());
        System.out.println("-Dcatalog.log.seed=" + seed);
        Random random = new Random(seed);
        Set<String> answered = new HashSet<>();
        long call = 10;
        for (int round = 0; round < 3; round++) {
            try (ChildJvm child = ChildJvm.start(Child.class, directory.toString(), Long.toString(call))) {
                int stop = 30 + random.nextInt(600);
                int[] seen = {0};
                child.readUntil(line -> ++seen[0] >= stop);
                child.kill();
                assertTrue(seen[0] >= stop, "the child died by itself: " + child.lines());
                answered.addAll(child.lines().subList(0, child.lines().size() - 1));
                answered.remove("");
            }
            call += 100_000;
            try (RatisCatalog catalog = open(directory)) {
                Set<String> missing = new TreeSet<>(answered);
                names(catalog).forEach(missing::remove);
                assertEquals(Set.of(), missing);
                assertTrue(answered.size() > 20 * round, "too few were answered: " + answered.size());
                assertAuditFindsNothing(catalog);
            }
        }
    }

    /** The child: makes directories and snapshots, and says each directory when it is answered. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            ChildJvm.endWithMainThread();
            RatisCatalog catalog = open(Path.of(args[0]));
            run(catalog, 1, format());
            Semaphore room = new Semaphore(8);
            for (long call = Long.parseLong(args[1]);; call += 2) {
                room.acquire();
                String name = "d" + call;
                CatalogRequest made = request(call, mkdir("/" + name));
                Callers.begin(() -> catalog.call(made)).whenComplete((reply, e) -> {
                    if (e != null) {
                        ChildJvm.die(e);
                    }
                    System.out.println(reply.equals(new Reply.Changed(true)) ? name : "");
                    room.release();
                });
                if (call % 20 == 0) {
                    CatalogRequest other = request(call + 1, call % 40 == 0 ? new Command.Housekeep(16)
                            : new Command.CreateSnapshot("/", "s" + call, List.of()));
                    Callers.begin(() -> catalog.call(other)).exceptionally(ChildJvm::die);
                }
            }
        }
    }
}
