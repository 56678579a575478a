package io.batonfs.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.histories.Operation.CloneTree;
import io.batonfs.histories.Operation.Close;
import io.batonfs.histories.Operation.Create;
import io.batonfs.histories.Operation.Delete;
import io.batonfs.histories.Operation.ListEntries;
import io.batonfs.histories.Operation.Mkdirs;
import io.batonfs.histories.Operation.Read;
import io.batonfs.histories.Operation.Rename;
import io.batonfs.histories.Operation.RenameTo;
import io.batonfs.histories.Operation.Status;
import io.batonfs.histories.Outcome.Content;
import io.batonfs.histories.Outcome.Directory;
import io.batonfs.histories.Outcome.Entries;
import io.batonfs.histories.Outcome.Failed;
import io.batonfs.histories.Outcome.FileSeen;
import io.batonfs.histories.Outcome.Returned;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The judge is judged: it must find every known kind of crime, convict no innocent, and agree with trying all orders. */
class LinearizabilityCheckerTest {
    private static final long SEED = Long.getLong("histories.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private static final Outcome TRUE = new Returned(true);
    private static final Outcome FALSE = new Returned(false);
    private static final Outcome MISSING = new Failed("FileNotFoundException");
    private static final Outcome EXISTS = new Failed("FileAlreadyExistsException");

    private final List<Call> calls = new ArrayList<>();

    @Test
    void callsOneAfterTheOtherAreLegal() {
        made(1, "/a");
        call(1, 5, 6, new Read("/a"), new Content(1, 1));
        call(2, 7, 8, new Rename("/a", "/b"), TRUE);
        call(1, 9, 10, new Status("/a"), MISSING);
        call(1, 11, 12, new Status("/b"), new FileSeen(1));
        call(1, 13, 14, new CloneTree("/b", "/c", false), TRUE);
        call(1, 15, 16, new ListEntries("/"), entries("b", 1, "c", 1));
        assertLegal();
    }

    @Test
    void callsAtOnceMayHaveEitherOrder() {
        call(1, 1, 10, new Mkdirs("/d"), TRUE);
        call(2, 2, 9, new Status("/d"), MISSING);
        call(3, 3, 8, new Status("/d"), new Directory());
        assertLegal();
    }

    @Test
    void ofTwoWhoCreateOneWins() {
        call(1, 1, 10, new Create(1, "/a", false, true), TRUE);
        call(2, 2, 9, new Create(2, "/a", false, true), EXISTS);
        assertLegal();
    }

    @Test
    void findsTwoCreatorsOfOneFile() {
        call(1, 1, 10, new Create(1, "/a", false, true), TRUE);
        call(2, 2, 9, new Create(2, "/a", false, true), TRUE);
        assertIllegal();
    }

    @Test
    void findsALostCreate() {
        made(1, "/a");
        call(2, 5, 6, new ListEntries("/"), entries());
        assertIllegal();
    }

    @Test
    void findsTwoWinnersOfARename() {
        made(1, "/a");
        call(1, 5, 10, new Rename("/a", "/b"), TRUE);
        call(2, 6, 9, new Rename("/a", "/c"), TRUE);
        assertIllegal();
    }

    @Test
    void findsANameThatCameBack() {
        made(1, "/a");
        call(1, 5, 6, new Delete("/a", false), TRUE);
        call(2, 7, 8, new Status("/a"), MISSING);
        call(2, 9, 10, new Status("/a"), new FileSeen(1));
        assertIllegal();
    }

    @Test
    void findsAStaleRead() {
        made(1, "/a");
        call(1, 5, 6, new Create(7, "/a", true, true), TRUE);
        call(1, 7, 8, new Close(7), TRUE);
        call(2, 9, 10, new Read("/a"), new Content(1, 1));
        assertIllegal();
    }

    @Test
    void findsBytesOfTwoFilesInOne() {
        made(3, "/a");
        call(2, 9, 10, new Read("/a"), new Content(3, -1));
        assertIllegal();
    }

    @Test
    void findsAnAcknowledgedFileThatIsShort() {
        made(3, "/a");
        call(2, 9, 10, new Read("/a"), new Content(2, 3));
        assertIllegal();
    }

    @Test
    void fileBeingWrittenMayBeShort() {
        call(1, 1, 2, new Create(3, "/a", false, true), TRUE);
        call(2, 3, 4, new Read("/a"), new Content(2, 3));
        call(2, 5, 6, new Status("/a"), new FileSeen(0));
        assertLegal();
    }

    @Test
    void findsARenameSeenInBothPlaces() {
        made(1, "/a");
        call(1, 5, 10, new Rename("/a", "/b"), TRUE);
        call(2, 6, 9, new ListEntries("/"), entries("a", 1, "b", 1));
        assertIllegal();
    }

    @Test
    void findsARenameSeenInNeitherPlace() {
        made(1, "/a");
        call(1, 5, 20, new Rename("/a", "/b"), TRUE);
        call(2, 6, 7, new Status("/b"), MISSING);
        call(2, 8, 9, new ListEntries("/"), entries());
        call(2, 10, 11, new Status("/b"), new FileSeen(1));
        assertIllegal();
    }

    @Test
    void findsARenameThatGoesBackAndForth() {
        made(1, "/a");
        call(1, 5, 20, new RenameTo("/a", "/b", true), TRUE);
        call(2, 6, 7, new Status("/b"), new FileSeen(1));
        call(2, 8, 9, new Status("/a"), new FileSeen(1));
        assertIllegal();
    }

    @Test
    void findsAnOverwriteInTwoSteps() {
        made(1, "/a");
        made(2, "/b");
        call(1, 5, 20, new RenameTo("/a", "/b", true), TRUE);
        call(2, 6, 7, new Status("/b"), MISSING);
        assertIllegal();
    }

    @Test
    void findsAHalfDeletedTree() {
        call(1, 1, 2, new Mkdirs("/d/e"), TRUE);
        call(1, 3, 4, new Mkdirs("/d/f"), TRUE);
        call(1, 5, 10, new Delete("/d", true), TRUE);
        call(2, 6, 7, new ListEntries("/d"), entries("f", -1));
        assertIllegal();
    }

    @Test
    void findsATornClone() {
        call(1, 1, 2, new Mkdirs("/d/e"), TRUE);
        call(1, 3, 4, new RenameTo("/d/e", "/d/f", false), TRUE);
        call(2, 3, 6, new CloneTree("/d", "/g", false), TRUE);
        call(2, 7, 8, new ListEntries("/g"), entries("e", -1, "f", -1));
        assertIllegal();
    }

    /** A file as the only entry of the directory in its place, which has another one. */
    @Test
    void findsAListingOfTwoMoments() {
        made(1, "/a/x");
        call(1, 5, 6, new CloneTree("/a/x", "/a/b", false), TRUE);
        call(1, 7, 12, new CloneTree("/a", "/a/x", true), TRUE);
        List<Call> before = List.copyOf(calls);
        for (Outcome right : List.of(new FileSeen(1), entries("b", 1, "x", 1))) {
            call(2, 8, 10, new ListEntries("/a/x"), right);
            assertLegal();
            calls.retainAll(before);
        }
        call(2, 8, 10, new ListEntries("/a/x"), entries("x", 1));
        assertIllegal();
    }

    @Test
    void findsACloseThatFailedOnAFileThatIsThere() {
        call(1, 1, 2, new Create(1, "/a", false, true), TRUE);
        call(1, 3, 4, new Close(1), new Failed("LEASE_LOST"));
        assertIllegal();
    }

    @Test
    void unknownOutcomeMayHaveHappenedLaterOrNever() {
        call(1, 1, 2, new Mkdirs("/d"), Outcome.UNKNOWN);
        call(2, 3, 4, new Status("/d"), MISSING);
        assertLegal();
        call(2, 5, 6, new Status("/d"), new Directory());
        assertLegal();
        call(2, 7, 8, new Status("/d"), MISSING);
        assertIllegal();
    }

    @Test
    void findsAnEffectOfACallThatSaidItDidNothing() {
        call(1, 1, 2, new Mkdirs("/d"), Outcome.NOT_NOW);
        call(2, 3, 4, new Status("/d"), new Directory());
        assertIllegal();
    }

    @Test
    void findsADoubleEffectOfARetry() {
        made(1, "/a");
        call(1, 5, 30, new Rename("/a", "/b"), TRUE);
        call(2, 6, 7, new Status("/b"), new FileSeen(1));
        call(2, 8, 9, new RenameTo("/b", "/a", false), TRUE);
        call(2, 10, 11, new Status("/a"), new FileSeen(1));
        call(2, 12, 13, new Status("/a"), MISSING);
        assertIllegal();
    }

    @Test
    void linesSayAll() {
        for (Operation operation : List.of(new Create(3, "/a/b", true, false), new Close(3), new Mkdirs("/a"),
                new Delete("/a", true), new Rename("/a", "/b"), new RenameTo("/a", "/b", true),
                new CloneTree("/a", "/b", false), new Status("/"), new ListEntries("/a"), new Read("/a"))) {
            assertThat(Operation.of(operation.line())).isEqualTo(operation);
        }
        for (Outcome outcome : List.of(TRUE, FALSE, MISSING, new Directory(), new FileSeen(4), new Content(4, -1),
                entries("a", 3, "b", -1), entries(), Outcome.UNKNOWN, Outcome.NOT_NOW)) {
            assertThat(Outcome.of(outcome.line())).isEqualTo(outcome);
        }
    }

    @Test
    void explanationKeepsTheCrimeAndLeavesOutTheRest() {
        for (int tag = 1; tag <= 10; tag++) {
            call(3, 100 * tag, 100 * tag + 1, new Mkdirs("/other" + tag), TRUE);
            call(3, 100 * tag + 2, 100 * tag + 3, new Status("/a"), tag <= 5 ? MISSING : new FileSeen(1));
        }
        call(1, 510, 511, new Create(1, "/a", false, true), TRUE);
        call(1, 512, 513, new Close(1), TRUE);
        call(2, 515, 516, new Status("/a"), MISSING);
        History small = Explanation.shrink(new History(calls));
        assertThat(small.calls()).hasSize(3).allMatch(call -> call.operation() instanceof Close
                || call.operation().paths().equals(List.of("/a")));
        assertThat(Explanation.of(new History(calls))).contains("Status /a -> failed FileNotFoundException");
    }

    /** Small random histories, most of them illegal, against the trial of every order. */
    @Test
    void agreesWithTryingEveryOrder() {
        System.out.println("histories.seed=" + SEED);
        Random random = new Random(SEED);
        int legal = 0;
        int illegal = 0;
        for (int i = 0; i < 4_000; i++) {
            History history = randomHistory(random);
            boolean expected = anyOrder(history.calls(), new ArrayList<>(), FileTree.EMPTY);
            assertThat(LinearizabilityChecker.check(history).legal())
                    .as("seed %d, history %d:%n%s", SEED, i, history).isEqualTo(expected);
            legal += expected ? 1 : 0;
            illegal += expected ? 0 : 1;
        }
        assertThat(Math.min(legal, illegal)).as("of each kind, of 4000").isGreaterThan(100);
    }

    /** Calls as they could have been, each taking effect at a moment within it; then, in half of them, one lie. */
    private static History randomHistory(Random random) {
        FileTree tree = FileTree.EMPTY;
        List<Call> calls = new ArrayList<>();
        Workload workload = new Workload(random.nextLong(), List.of("/a", "/b", "/a/x"));
        for (int i = 0; i < 6; i++) {
            Operation operation = workload.next(i + 1);
            Specification.Step step = Specification.step(tree, operation);
            Outcome outcome = outcomes().stream().filter(step.right()).findFirst().orElse(Outcome.UNKNOWN);
            if (!outcome.equals(Outcome.UNKNOWN) || random.nextBoolean()) {
                tree = step.after();
            }
            calls.add(new Call(i, 100 * i - random.nextInt(200), 100 * i + random.nextInt(200), operation, outcome));
        }
        if (random.nextBoolean()) {
            int liar = random.nextInt(calls.size());
            Call call = calls.get(liar);
            calls.set(liar, new Call(call.client(), call.invoked(), call.returned(), call.operation(),
                    outcomes().get(random.nextInt(outcomes().size()))));
        }
        return new History(calls);
    }

    private static List<Outcome> outcomes() {
        return List.of(TRUE, FALSE, MISSING, EXISTS, new Failed("ParentNotDirectoryException"), new Directory(),
                new FileSeen(1), new Content(1, 1), entries(), entries("x", -1), entries("a", -1));
    }

    private static boolean anyOrder(List<Call> left, List<Call> placed, FileTree tree) {
        if (left.stream().allMatch(call -> call.outcome().equals(Outcome.UNKNOWN))) {
            return true;
        }
        for (Call call : left) {
            boolean mayBeNext = left.stream().allMatch(other -> other == call || call.invoked() <= other.latest());
            Specification.Step step = Specification.step(tree, call.operation());
            boolean right = call.outcome().equals(Outcome.UNKNOWN) || step.right().test(call.outcome());
            List<Call> rest = new ArrayList<>(left);
            rest.remove(call);
            if (mayBeNext && right && anyOrder(rest, placed, step.after())) {
                return true;
            }
        }
        return false;
    }

    private void made(int tag, String path) {
        call(1, 1, 2, new Create(tag, path, false, true), TRUE);
        call(1, 3, 4, new Close(tag), TRUE);
    }

    private void call(int client, long invoked, long returned, Operation operation, Outcome outcome) {
        calls.add(new Call(client, invoked, returned, operation, outcome));
    }

    private static Entries entries(Object... namesAndLengths) {
        Map<String, Integer> entries = new TreeMap<>();
        for (int i = 0; i < namesAndLengths.length; i += 2) {
            entries.put((String) namesAndLengths[i], (Integer) namesAndLengths[i + 1]);
        }
        return new Entries(new TreeMap<>(entries));
    }

    private void assertLegal() {
        History history = new History(calls);
        assertThat(LinearizabilityChecker.check(history).legal()).as("%s", history).isTrue();
    }

    private void assertIllegal() {
        History history = new History(calls);
        assertThat(LinearizabilityChecker.check(history).legal()).as("%s", history).isFalse();
        assertThat(LinearizabilityChecker.check(Explanation.shrink(history)).legal()).isFalse();
    }
}
