package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.BOB;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.OVERWRITE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static io.batonfs.catalog.machine.CatalogFixture.evidence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.TokenInfo;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.TokenUse;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.TokenId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The token store (TOK-1, TOK-2, TOK-4, TOK-5, TOK-13). */
class TokenTest {

    @Test
    void aTokenKeepsWhatItRepresentsWhateverHappensToTheSource() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "then");
            TokenId token = c.token("/f", 1);
            c.append("/f").write(" now").close();
            c.ok(new Command.Truncate("/f", 2));
            c.rename("/f", "/g");
            c.delete("/g");
            c.settle();
            Reply.TokenWritten written = assertInstanceOf(Reply.TokenWritten.class, c.use(token, 1, "/copy"));
            assertEquals(4, written.writtenBytes());
            assertEquals("then", c.text("/copy"));
            assertInstanceOf(Reply.TokenWritten.class, c.use(token, 1, "/again"));
            c.append("/again").write("!").close();
            assertEquals("then", c.text("/copy"));
        }
    }

    @Test
    void aTokenOfAnOpenFileStandsForTheReportedLength() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f").write("flushed");
            c.refused(ErrorCode.AGAIN, read("/f", 0, -1, List.of()));
            TokenId token = c.token("/f", 1);
            writer.write(" more").close();
            c.use(token, 1, "/copy");
            assertEquals("flushed", c.text("/copy"));
            assertEquals("flushed more", c.text("/f"));
        }
    }

    @Test
    void rangesAreCutOnBothSides() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.create("/f").write("0123").next().write("4567").next().write("89").close();
            TokenId token = ((Reply.TokenMade) one(c, read("/f", 2, 6, List.of()))).token();
            Reply.UseOutcome whole = c.use(token, 1, "/whole");
            assertEquals(6, ((Reply.TokenWritten) whole).writtenBytes());
            assertEquals("234567", c.text("/whole"));
            use(c, token, 1, 3, "/part", FILE);
            assertEquals("345", c.text("/part").substring(0, 3));
            assertEquals(3, c.status("/part").orElseThrow().lengthBytes());
            Reply.TokenMade tail = (Reply.TokenMade) one(c, read("/f", 9, 100, List.of()));
            assertEquals(1, tail.representedBytes());
            assertEquals(ErrorCode.INVALID_ARGUMENT, refusal(one(c, read("/f", 11, 1, List.of()))));
            assertEquals(ErrorCode.TOKEN_BAD_LENGTH, refusal(use(c, token, 4, 3, "/no", FILE)));
            Reply.TokenMade nothing = (Reply.TokenMade) one(c, read("/f", 10, -1, List.of()));
            use(c, nothing.token(), 0, -1, "/nothing", FILE);
            assertEquals("", c.text("/nothing"));
        }
    }

    @Test
    void anItemThatIsRefusedLeavesTheOthersAlone() {
        try (CatalogFixture c = new CatalogFixture()) {
            FileId f = c.file("/f", "f").fileId();
            c.mkdir("/d");
            Reply.TokensMade made = (Reply.TokensMade) c.ok(new Command.OffloadRead(List.of(
                    new TokenRequest("/f", Optional.of(f), 0, -1, evidence(1)),
                    new TokenRequest("/nothing", Optional.empty(), 0, -1, evidence(1)),
                    new TokenRequest("/f", Optional.of(FileId.of(0, 99)), 0, -1, evidence(1)),
                    new TokenRequest("/d", Optional.empty(), 0, 5, evidence(1)),
                    new TokenRequest("/f", Optional.empty(), 0, -1, new byte[0])), 1000, 1000, List.of()));
            assertEquals(List.of(ErrorCode.NOT_FOUND, ErrorCode.FILE_CHANGED, ErrorCode.INVALID_ARGUMENT,
                    ErrorCode.INVALID_ARGUMENT), made.outcomes().stream().skip(1).map(TokenTest::refusal).toList());
            TokenId token = ((Reply.TokenMade) made.outcomes().get(0)).token();
            Reply.TokensUsed used = (Reply.TokensUsed) c.ok(new Command.OffloadWrite(List.of(
                    new TokenUse(token, evidence(1), 0, -1, "/g", FILE),
                    new TokenUse(token, evidence(1), 0, -1, "/g", FILE),
                    new TokenUse(token, evidence(1), 0, -1, "/no/g", FILE),
                    new TokenUse(token, evidence(1), 0, -1, "/new/g", new FileOptions(false, true, 0600, 1, 1)),
                    new TokenUse(token, evidence(1), 0, -1, "/d", OVERWRITE))));
            assertEquals(List.of(ErrorCode.ALREADY_EXISTS, ErrorCode.NOT_FOUND, ErrorCode.IS_A_DIRECTORY),
                    used.outcomes().stream().filter(Reply.ItemRefused.class::isInstance).map(TokenTest::refusal).toList());
            assertEquals(List.of("d", "f", "g", "new"), c.names("/"));
        }
    }

    @Test
    void aWrongKeyAndAWrongIdLookAlike() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            TokenId token = c.token("/f", 1);
            Reply.ItemRefused wrongKey = (Reply.ItemRefused) c.use(token, 2, "/g");
            Reply.ItemRefused wrongId = (Reply.ItemRefused) c.use(TokenId.of(0, 77), 1, "/g");
            assertEquals(ErrorCode.TOKEN_UNKNOWN, wrongKey.code());
            assertEquals(wrongId, wrongKey);
            assertFalse(c.exists("/g"));
        }
    }

    @Test
    void tokensExpireByAgeAndByDisuseAndTheCauseIsRemembered() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            TokenId used = token(c, "/f", 10_000, 1_000);
            TokenId unused = token(c, "/f", 10_000, 1_000);
            c.delete("/f");
            for (int i = 0; i < 9; i++) {
                c.now += 900;
                assertInstanceOf(Reply.TokenWritten.class, c.use(used, 1, "/g" + i));
            }
            assertEquals(ErrorCode.TOKEN_EXPIRED, refusal(c.use(unused, 1, "/h")));
            c.settle();
            assertEquals(1, c.read(reader -> reader.figures()).tokens());
            c.now += 900;
            c.use(used, 1, "/g9");
            c.now += 990;
            assertEquals(ErrorCode.TOKEN_EXPIRED, refusal(c.use(used, 1, "/h")));
            c.settle();
            TokenInfo info = c.read(reader -> reader.token(used, c.now)).orElseThrow();
            assertEquals(Optional.of(ErrorCode.TOKEN_EXPIRED), info.dead());
            assertTrue(info.content().isEmpty());
            c.now += 2 * 10_000 + 10;
            c.settle();
            assertEquals(ErrorCode.TOKEN_UNKNOWN, refusal(c.use(used, 1, "/h")));
            assertEquals(0, c.read(reader -> reader.figures()).tokens());
        }
    }

    @Test
    void whatOnlyATokenHeldIsFreedWithIt() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "f");
            TokenId tree = c.token("/d", 1);
            c.file("/g", "g");
            TokenId file = c.token("/g", 1);
            c.delete("/d");
            c.delete("/g");
            c.settle();
            assertEquals(2, c.read(reader -> reader.figures()).contents());
            c.ok(new Command.RevokeToken(tree, Optional.empty()));
            c.as(EVE, new Command.RevokeToken(file, Optional.of(evidence(1))));
            c.settle();
            assertEquals(0, c.read(reader -> reader.figures()).contents());
            assertEquals(ErrorCode.TOKEN_REVOKED, refusal(c.use(tree, 1, "/x")));
            c.refused(ErrorCode.TOKEN_REVOKED, new Command.RevokeToken(tree, Optional.empty()));
        }
    }

    @Test
    void revokingTakesTheKeyOrBeingTheCreator() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.new Writer((Reply.WriteGranted) c.as(ALICE, new Command.Create("/f", FILE, ON_S1))).close();
            TokenId token = ((Reply.TokenMade) ((Reply.TokensMade) c.as(ALICE,
                    read("/f", 0, -1, c.report("/f")))).outcomes().get(0)).token();
            c.refused(ErrorCode.PERMISSION_DENIED, BOB, new Command.RevokeToken(token, Optional.empty()));
            c.refused(ErrorCode.TOKEN_UNKNOWN, BOB, new Command.RevokeToken(token, Optional.of(evidence(9))));
            c.refused(ErrorCode.TOKEN_UNKNOWN, BOB, new Command.RevokeToken(TokenId.of(0, 99), Optional.empty()));
            c.as(ALICE, new Command.RevokeToken(token, Optional.empty()));
        }
    }

    @Test
    void aTokenTakesReadPermissionAndItsUseWritePermission() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/secret", "s");
            c.own("/secret", "alice", "staff", 0640);
            assertEquals(ErrorCode.PERMISSION_DENIED, refusal(one(c, EVE, read("/secret", 0, -1, List.of()))));
            TokenId token = ((Reply.TokenMade) one(c, BOB, read("/secret", 0, -1, List.of()))).token();
            c.mkdir("/home");
            c.own("/home", "alice", "staff", 0755);
            Reply.TokensUsed used = (Reply.TokensUsed) c.as(EVE, new Command.OffloadWrite(List.of(
                    new TokenUse(token, evidence(1), 0, -1, "/home/x", FILE),
                    new TokenUse(token, evidence(1), 0, -1, "/x", FILE))));
            assertEquals(ErrorCode.PERMISSION_DENIED, refusal(used.outcomes().get(0)));
            assertEquals("eve", ((Reply.TokenWritten) used.outcomes().get(1)).info().owner());
        }
    }

    @Test
    void aTreeTokenMakesAWritableTreeWithAllAttributes() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d/e");
            c.file("/d/e/f", "f");
            c.own("/d/e/f", "alice", "staff", 0604);
            c.setXattr("/d/e/f", "user.x", new byte[] {1, 2});
            TokenId token = c.token("/d", 1);
            c.file("/d/later", "later");
            assertInstanceOf(Reply.TokenWritten.class, c.use(token, 1, "/t"));
            assertEquals(List.of("e"), c.names("/t"));
            assertEquals(0604, c.status("/t/e/f").orElseThrow().mode());
            assertEquals("alice", c.status("/t/e/f").orElseThrow().owner());
            assertEquals(2, c.read(reader -> reader.xattrs(ROOT, "/t/e/f")).get("user.x").length);
            c.append("/t/e/f").write("!").close();
            assertEquals("f", c.text("/d/e/f"));
            assertEquals(ErrorCode.ALREADY_EXISTS, refusal(c.use(token, 1, "/t")));
            assertInstanceOf(Reply.TokenWritten.class, use(c, token, 0, -1, "/t", OVERWRITE));
            assertEquals("f", c.text("/t/e/f"));
        }
    }

    @Test
    void limitsAreCutToTheGroups() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            Reply.TokenMade made = (Reply.TokenMade) one(c, new Command.OffloadRead(List.of(
                    new TokenRequest("/f", Optional.empty(), 0, -1, evidence(1))), Long.MAX_VALUE, Long.MAX_VALUE,
                    List.of()));
            assertEquals(c.now + 7 * 86_400_000L, made.expiresMs());
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.OffloadRead(List.of(), 0, 1, List.of()));
        }
    }

    private static TokenId token(CatalogFixture c, String path, long timeToLiveMs, long inactivityMs) {
        return ((Reply.TokenMade) one(c, new Command.OffloadRead(List.of(new TokenRequest(path, Optional.empty(), 0, -1,
                evidence(1))), timeToLiveMs, inactivityMs, List.of()))).token();
    }

    private static Command.OffloadRead read(String path, long offset, long length,
            List<ExtentLength> report) {
        return new Command.OffloadRead(List.of(new TokenRequest(path, Optional.empty(), offset, length, evidence(1))),
                60_000, 60_000, report);
    }

    private static Reply.TokenOutcome one(CatalogFixture c, Command command) {
        return one(c, ROOT, command);
    }

    private static Reply.TokenOutcome one(CatalogFixture c, Caller caller, Command command) {
        return ((Reply.TokensMade) c.as(caller, command)).outcomes().get(0);
    }

    private static Reply.UseOutcome use(CatalogFixture c, TokenId token, long offset, long length, String path,
            FileOptions options) {
        return ((Reply.TokensUsed) c.ok(new Command.OffloadWrite(List.of(
                new TokenUse(token, evidence(1), offset, length, path, options))))).outcomes().get(0);
    }

    private static ErrorCode refusal(Object outcome) {
        return assertInstanceOf(Reply.ItemRefused.class, outcome).code();
    }
}
