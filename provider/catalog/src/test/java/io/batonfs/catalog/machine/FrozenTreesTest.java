package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.TokenUse;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.TableDump;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.model.TokenId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random histories without a model of the rules: what is frozen must stay as it was when it was frozen, a clone must
 * begin as what it was cloned from, housekeeping must change nothing that shows, every command must leave tables that the
 * audit accepts, and the same log must give the same tables. Run one again with {@code -Dbaton.test.seed=N}, more with
 * {@code -Dbaton.test.histories=N}.
 */
class FrozenTreesTest {
    private static final int STEPS = 120;
    private static final List<String> NAMES = List.of("a", "b", "c");

    @Test
    void frozenTreesStayAndReplaysAgree() throws IOException {
        Long one = Long.getLong("baton.test.seed");
        int histories = Integer.getInteger("baton.test.histories", 24);
        long first = one != null ? one : System.nanoTime();
        System.out.println("-Dbaton.test.seed=" + first + " is the first");
        for (long seed = first; seed < first + (one != null ? 1 : histories); seed++) {
            try {
                new History(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("run again with -Dbaton.test.seed=" + seed, e);
            }
        }
    }

    private static final class History {
        private final Random random;
        private final Pace pace;
        private final CatalogFixture c;
        private final Map<String, Map<String, String>> frozen = new TreeMap<>();
        private final Map<TokenId, Map<String, String>> tokens = new HashMap<>();
        private final List<CatalogFixture.Writer> writers = new ArrayList<>();
        private int made;

        History(long seed) {
            this.random = new Random(seed);
            this.pace = seed % 4 == 0 ? Pace.DEFAULT : new Pace(1 + random.nextInt(4), 64, 1 + random.nextInt(3));
            this.c = new CatalogFixture(new MemoryTableStore(), pace);
        }

        void run() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                step();
                c.audit(false);
                frozen.forEach((name, tree) -> assertEquals(tree, tree("/.snapshot/" + name), "snapshot " + name));
            }
            Map<String, String> live = tree("/");
            c.settle();
            assertEquals(live, tree("/"));
            c.ok(new Command.FlattenAll());
            c.settle();
            assertEquals(live, tree("/"));
            for (String name : List.copyOf(frozen.keySet())) {
                assertEquals(frozen.get(name), tree("/.snapshot/" + name));
                c.ok(new Command.DeleteSnapshot("/", name));
            }
            for (TokenId token : tokens.keySet()) {
                c.ok(new Command.RevokeToken(token, Optional.empty()));
            }
            c.settle();
            assertEquals(live, tree("/"));
            for (String name : c.names("/")) {
                c.delete("/" + name);
            }
            c.settle();
            assertEquals(1, c.read(reader -> reader.figures()).nodes());
            assertEquals(0, c.read(reader -> reader.figures()).contents());
            replay();
        }

        private void replay() throws IOException {
            try (MemoryTableStore again = new MemoryTableStore()) {
                CatalogMachine machine = new CatalogMachine(again, pace);
                for (byte[] request : c.log) {
                    if (random.nextInt(20) == 0) {
                        machine = new CatalogMachine(again, pace);
                    }
                    machine.apply(1, machine.appliedIndex() + 1, request);
                }
                assertNull(TableDump.firstDifference(TableDump.of(c.store), TableDump.of(again)));
            }
        }

        private void step() {
            String p = path();
            String q = path();
            switch (random.nextInt(18)) {
                case 0, 1, 2 -> attempt(new Command.Mkdirs(p, 0777, random.nextBoolean()));
                case 3, 4, 5 -> {
                    if (attempt(new Command.Create(p, CatalogFixture.OVERWRITE, CatalogFixture.ON_S1))
                            instanceof Reply.WriteGranted granted) {
                        writers.add(c.new Writer(granted).write("w" + made++));
                    }
                }
                case 6 -> {
                    if (attempt(new Command.Append(p, CatalogFixture.ON_S1)) instanceof Reply.WriteGranted granted) {
                        writers.add(c.new Writer(granted).write("+" + made++));
                    }
                }
                case 7, 8 -> write();
                case 9 -> attempt(new Command.Rename(p, q, true));
                case 10 -> attempt(new Command.Delete(p, true));
                case 11 -> attempt(new Command.SetAttributes(p, AttributeSet.ofMode(0700 + random.nextInt(64))));
                case 12 -> clone(p, q);
                case 13 -> snapshot();
                case 14 -> token(p, q);
                case 15 -> content(p, q);
                default -> housekeep();
            }
        }

        private Reply attempt(Command command) {
            Map<String, String> before = c.tables();
            Reply reply = c.run(CatalogFixture.ROOT, command);
            if (reply instanceof Reply.Refused) {
                assertNull(TableDump.firstDifference(before, c.tables()), command + " was refused and changed a table");
            }
            return reply;
        }

        private void write() {
            if (writers.isEmpty()) {
                return;
            }
            int chosen = random.nextInt(writers.size());
            CatalogFixture.Writer writer = writers.get(chosen);
            if (random.nextBoolean()) {
                writer.write("x");
            } else if (random.nextBoolean()) {
                attempt(writer.closing());
                writers.remove(chosen);
            } else if (attempt(new Command.NextExtent(writer.grant.file(), writer.grant.lease(), writer.written(),
                    CatalogFixture.ON_S1)) instanceof Reply.WriteGranted granted) {
                writers.set(chosen, c.new Writer(granted).write("n"));
            }
        }

        private void clone(String from, String to) {
            if (tree("/").size() > 60) {
                return;
            }
            List<ExtentLength> report = c.report(from);
            if (attempt(new Command.Clone(from, to, random.nextInt(4) == 0, report)) instanceof Reply.Cloned
                    && !from.startsWith(to) && !to.startsWith(from)) {
                assertEquals(tree(from), tree(to), "clone of " + from + " at " + to);
            }
        }

        private void snapshot() {
            if (frozen.size() > 2 || random.nextInt(3) == 0 && !frozen.isEmpty()) {
                String name = List.copyOf(frozen.keySet()).get(random.nextInt(frozen.size()));
                c.ok(new Command.DeleteSnapshot("/", name));
                frozen.remove(name);
            } else {
                String name = "s" + made++;
                c.snapshot("/", name);
                frozen.put(name, tree("/"));
            }
        }

        private void token(String p, String q) {
            if (random.nextInt(3) == 0 && !tokens.isEmpty()) {
                TokenId token = List.copyOf(new TreeMap<>(tokens).keySet()).get(random.nextInt(tokens.size()));
                if (random.nextInt(3) == 0) {
                    c.ok(new Command.RevokeToken(token, Optional.empty()));
                    tokens.remove(token);
                } else if (tree("/").size() < 60) {
                    Reply.TokensUsed used = (Reply.TokensUsed) c.ok(new Command.OffloadWrite(List.of(new TokenUse(token,
                            CatalogFixture.evidence(1), 0, -1, q, CatalogFixture.FILE))));
                    if (used.outcomes().get(0) instanceof Reply.TokenWritten) {
                        Map<String, String> made = tree(q);
                        if (tokens.get(token).size() == 1) {
                            assertEquals(textOf(tokens.get(token)), textOf(made));
                        } else {
                            assertEquals(tokens.get(token), made);
                        }
                    }
                }
                return;
            }
            Reply.TokensMade reply = (Reply.TokensMade) c.ok(new Command.OffloadRead(List.of(new TokenRequest(p,
                    Optional.empty(), 0, -1, CatalogFixture.evidence(1))), 1 << 30, 1 << 30, c.report(p)));
            if (reply.outcomes().get(0) instanceof Reply.TokenMade token) {
                tokens.put(token.token(), tree(p));
            }
        }

        private static String textOf(Map<String, String> tree) {
            return tree.values().iterator().next().replaceAll("^[0-7]+ ", "");
        }

        private void content(String p, String q) {
            if (random.nextBoolean()) {
                attempt(new Command.Truncate(p, random.nextInt(4)));
            } else {
                String before = textAt(p);
                String more = textAt(q);
                Reply reply = attempt(new Command.Concat(p, List.of(q)));
                if (reply instanceof Reply.Done) {
                    assertEquals(before + more, c.text(p));
                } else {
                    assertEquals(false, ((Reply.Refused) reply).code() == ErrorCode.INTERNAL);
                }
            }
        }

        private String textAt(String path) {
            try {
                return c.text(path);
            } catch (AssertionError nothingToRead) {
                return null;
            }
        }

        private void housekeep() {
            Map<String, String> live = tree("/");
            c.ok(new Command.Housekeep(1 + random.nextInt(4)));
            assertEquals(live, tree("/"));
        }

        private String path() {
            StringBuilder path = new StringBuilder();
            int depth = 1 + random.nextInt(3);
            for (int i = 0; i < depth; i++) {
                path.append('/').append(NAMES.get(random.nextInt(NAMES.size())));
            }
            return path.toString();
        }

        /** Relative path to mode and text. */
        private Map<String, String> tree(String top) {
            Map<String, String> tree = new TreeMap<>();
            collect(top, "", tree);
            return tree;
        }

        private void collect(String top, String below, Map<String, String> tree) {
            String path = top.equals("/") && !below.isEmpty() ? below : top + below;
            FileInfo info = c.status(path).orElseThrow();
            String mode = Integer.toOctalString(info.mode()) + " ";
            if (!info.isDirectory()) {
                tree.put(below, mode + c.text(path));
                return;
            }
            tree.put(below, mode + "directory");
            List<String> names = c.names(path);
            assertEquals(info.childCount(), names.size());
            names.forEach(name -> collect(top, below + "/" + name, tree));
        }
    }
}
