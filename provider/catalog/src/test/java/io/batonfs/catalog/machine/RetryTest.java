package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static io.batonfs.catalog.machine.CatalogFixture.evidence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.RequestFormat;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.TableDump;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import io.batonfs.model.TokenId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One effect for a repeated call, and the same tables from the same log (CAT-9). */
class RetryTest {
    private static final UUID CLIENT = new UUID(5, 5);

    private static CatalogRequest request(CatalogFixture c, long callId, Command command) {
        return new CatalogRequest(new Invocation(CLIENT, callId), ROOT, ++c.now, command);
    }

    @Test
    void aRepeatedCallGetsTheFirstReplyAndChangesNothing() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogRequest create = request(c, 1, new Command.Create("/f", FILE, ON_S1));
            Reply first = c.run(create);
            c.run(request(c, 2, new Command.Delete("/f", false)));
            Map<String, String> before = c.tables();
            assertEquals(first, c.run(new CatalogRequest(create.invocation(), ROOT, c.now, create.command())));
            assertNull(TableDump.firstDifference(before, c.tables()));
        }
    }

    @Test
    void whoNamesAnotherUsersCallDoesNotGetItsReplyNorItsTokens() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "secret");
            Command read = new Command.OffloadRead(List.of(new TokenRequest("/f", Optional.empty(), 0, -1, evidence(1))),
                    60_000, 60_000, List.of());
            Command thief = new Command.OffloadRead(List.of(new TokenRequest("/f", Optional.empty(), 0, -1, evidence(2))),
                    60_000, 60_000, List.of());
            Reply first = c.run(request(c, 1, read));
            Map<String, String> before = c.tables();
            Reply stolen = c.run(new CatalogRequest(new Invocation(CLIENT, 1), EVE, c.now, thief));
            assertEquals(ErrorCode.PERMISSION_DENIED, ((Reply.Refused) stolen).code());
            assertNull(TableDump.firstDifference(before, c.tables()), "the token has got the thief's key");
            assertEquals(first, c.run(request(c, 1, read)), "the first reply is lost to its caller");
        }
    }

    @Test
    void aRefusalIsRepeatedToo() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogRequest create = request(c, 1, new Command.Create("/d/f", FILE, ON_S1));
            Reply first = c.run(create);
            assertEquals(ErrorCode.NOT_FOUND, ((Reply.Refused) first).code());
            c.mkdir("/d");
            assertEquals(first, c.run(create));
        }
    }

    @Test
    void aCallThatWasAskedToComeAgainRunsWhenItDoes() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.create("/a/f").write("x");
            Reply again = c.run(request(c, 1, new Command.Clone("/a", "/b", false, List.of())));
            assertEquals(ErrorCode.AGAIN, ((Reply.Refused) again).code());
            assertInstanceOf(Reply.Cloned.class, c.run(request(c, 1, new Command.Clone("/a", "/b", false,
                    c.report("/a")))));
        }
    }

    @Test
    void aCallThatIsForgottenIsNotRunAgain() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogRequest early = request(c, 3, new Command.Mkdirs("/a", 0755, false));
            c.run(early);
            c.now += GroupSettings.DEFAULT.retryMs() + 10;
            c.settle();
            c.delete("/a");
            Reply.Refused late = (Reply.Refused) c.run(early);
            assertEquals(ErrorCode.OUTCOME_UNKNOWN, late.code());
            assertEquals(ErrorCode.OUTCOME_UNKNOWN,
                    ((Reply.Refused) c.run(request(c, 2, new Command.Mkdirs("/b", 0755, false)))).code());
            assertEquals(List.of(), c.names("/"));
            assertInstanceOf(Reply.Changed.class, c.run(request(c, 4, new Command.Mkdirs("/c", 0755, false))));
            c.now += 8 * 86_400_000L;
            c.settle();
            assertEquals(0, TableDump.of(c.store).keySet().stream().filter(key -> key.startsWith("RETRY")
                    && key.contains("00000000000000050000000000000005")).count());
        }
    }

    @Test
    void aRepeatedOffloadReadGivesTheSameTokensTheirNewKeys() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "text");
            Reply first = c.run(request(c, 1, read(1)));
            TokenId token = ((Reply.TokenMade) ((Reply.TokensMade) first).outcomes().get(0)).token();
            assertEquals(first, c.run(request(c, 1, read(2))));
            assertInstanceOf(Reply.ItemRefused.class, c.use(token, 1, "/g"));
            assertInstanceOf(Reply.TokenWritten.class, c.use(token, 2, "/g"));
            assertEquals(1, c.read(reader -> reader.figures()).tokens());
        }
    }

    @Test
    void timeDoesNotRunBackwards() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            long modified = c.status("/a").orElseThrow().modifiedMs();
            c.now -= 1000;
            c.mkdir("/b");
            assertEquals(modified, c.status("/b").orElseThrow().modifiedMs());
        }
    }

    @Test
    void theLogReplayedFromAnyCheckpointGivesTheSameBytes(@TempDir Path dir) throws IOException {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a/b");
            c.file("/a/b/f", "f");
            c.snapshot("/", "s");
            c.cloneTree("/a", "/c");
            CatalogFixture.Writer writer = c.append("/c/b/f").write("g");
            TokenId token = c.token("/c", 3);
            writer.close();
            c.use(token, 3, "/d");
            c.refused(ErrorCode.NOT_FOUND, new Command.Truncate("/no", 0));
            c.ok(new Command.Housekeep(3));
            c.delete("/a");
            c.ok(new Command.Housekeep(100));
            MemoryTableStore store = new MemoryTableStore();
            CatalogMachine machine = new CatalogMachine(store);
            for (int i = 0; i < c.log.size(); i++) {
                machine.apply(1, i, c.log.get(i));
                Path checkpoint = dir.resolve("at" + i);
                store.checkpoint(checkpoint);
                store.close();
                store = MemoryTableStore.open(checkpoint);
                machine = new CatalogMachine(store);
                assertEquals(i, machine.appliedIndex());
                assertEquals(1, machine.appliedTerm());
            }
            assertNull(TableDump.firstDifference(TableDump.of(c.store), TableDump.of(store)));
            store.close();
        }
    }

    @Test
    void anEntryThatWasAppliedOrCannotBeReadStopsTheMachine() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogMachine machine = new CatalogMachine(c.store);
            byte[] entry = RequestFormat.encode(request(c, 1, new Command.Mkdirs("/a", 0755, false)));
            assertThrows(IOException.class, () -> machine.apply(1, machine.appliedIndex(), entry));
            entry[20] ^= 1;
            assertThrows(IOException.class, () -> machine.apply(1, machine.appliedIndex() + 1, entry));
            assertEquals(List.of(), c.names("/"));
        }
    }

    private static Command read(int key) {
        return new Command.OffloadRead(List.of(new TokenRequest("/f", Optional.empty(), 0, -1, evidence(key))), 60_000,
                60_000, List.of());
    }
}
