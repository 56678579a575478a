package io.batonfs.server.frontend;

import static io.batonfs.server.frontend.FrontendFixture.ALICE;
import static io.batonfs.server.frontend.FrontendFixture.EVE;
import static io.batonfs.server.frontend.FrontendFixture.NEW;
import static io.batonfs.server.frontend.FrontendFixture.ROOT;
import static io.batonfs.server.frontend.FrontendFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.PlacedExtent;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.model.TokenId;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.WriteGrant;
import io.batonfs.protocol.XattrChange;
import io.batonfs.tokens.TokenClaims;
import io.batonfs.tokens.TokenCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Truncate, concat, extended attributes, storage policies, totals, tracked files and the state of tokens. */
class NamesFrontendTest {
    private static final String F = "/home/alice/f";
    private static final TokenLimits LIMITS = new TokenLimits(60_000, 30_000);

    private FrontendFixture frontend;
    private CatalogService service;

    @BeforeEach
    void open() throws IOException {
        frontend = new FrontendFixture();
        service = frontend.service;
    }

    @AfterEach
    void close() throws IOException {
        frontend.close();
    }

    @Test
    void aFileIsCutOnceHoweverOftenTheCallComes() throws Exception {
        frontend.file(F, 100);
        refused(ErrorCode.INVALID_ARGUMENT, () -> service.truncate(frontend.call(ALICE), F, 101));
        refused(ErrorCode.INVALID_ARGUMENT, () -> service.truncate(frontend.call(ALICE), F, -1));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.truncate(frontend.call(EVE), F, 1));
        refused(ErrorCode.IS_A_DIRECTORY, () -> service.truncate(frontend.call(ALICE), "/home/alice", 0));
        refused(ErrorCode.NOT_FOUND, () -> service.truncate(frontend.call(ALICE), "/home/alice/no", 0));
        CallContext cut = frontend.call(ALICE);
        service.truncate(cut, F, 60);
        WriteGrant more = service.append(frontend.call(ALICE), F);
        assertEquals(60, more.offset());
        service.close(frontend.call(ALICE), more.file(), more.lease(), frontend.written(more, 7));
        service.truncate(cut, F, 60);
        assertEquals(67, status(F).lengthBytes());
    }

    @Test
    void aWriterGivesWayPastItsSoftLimitAndToWhoMayWrite() throws Exception {
        frontend.file("/home/alice/g", 5);
        WriteGrant grant = frontend.create(F);
        frontend.written(grant, 70);
        List<String> f = List.of(F);
        refused(ErrorCode.LEASE_HELD, () -> service.truncate(frontend.call(ALICE), F, 10));
        refused(ErrorCode.LEASE_HELD, () -> service.concat(frontend.call(ALICE), F, List.of("/home/alice/g")));
        refused(ErrorCode.LEASE_HELD, () -> service.concat(frontend.call(ALICE), "/home/alice/g", f));
        frontend.advance(Duration.ofSeconds(61));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.truncate(frontend.call(EVE), F, 10));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.append(frontend.call(EVE), F));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.concat(frontend.call(EVE), "/home/alice/g", f));
        assertTrue(status(F).open(), "who may not write ends no lease");
        service.truncate(frontend.call(ALICE), F, 10);
        assertEquals(10, status(F).lengthBytes());
        refused(ErrorCode.LEASE_LOST, () -> service.renewWrite(frontend.call(ALICE), grant.file(), grant.lease()));

        WriteGrant second = service.append(frontend.call(ALICE), F);
        frontend.written(second, 5);
        frontend.advance(Duration.ofSeconds(61));
        CallContext concat = frontend.call(ALICE);
        service.concat(concat, "/home/alice/g", f);
        service.concat(concat, "/home/alice/g", f);
        assertEquals(20, status("/home/alice/g").lengthBytes());
        assertEquals(Optional.empty(), service.status(frontend.call(ALICE), F));
    }

    @Test
    void extendedAttributesAreThoseThatTheCallerMaySee() throws Exception {
        frontend.file(F, 1);
        byte[] value = {1, 2};
        refused(ErrorCode.NO_SUCH_ATTRIBUTE, () -> set("user.a", XattrChange.REPLACE));
        CallContext create = frontend.call(ALICE);
        service.setXattr(create, F, "user.a", value, XattrChange.CREATE);
        service.setXattr(create, F, "user.a", value, XattrChange.CREATE);
        refused(ErrorCode.ATTRIBUTE_EXISTS, () -> set("user.a", XattrChange.CREATE));
        set("USER.a", XattrChange.REPLACE);
        set("user.b", XattrChange.CREATE_OR_REPLACE);
        refused(ErrorCode.PERMISSION_DENIED, () -> set("trusted.a", XattrChange.CREATE));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.setXattr(frontend.call(EVE), F, "trusted.a", value,
                XattrChange.CREATE));
        service.setXattr(frontend.call(ROOT), F, "trusted.a", value, XattrChange.CREATE);
        assertEquals(Set.of("user.a", "user.b"), service.xattrs(frontend.call(EVE), F).keySet());
        assertEquals(Set.of("user.a", "user.b", "trusted.a"), service.xattrs(frontend.call(ROOT), F).keySet());
        service.removeXattr(frontend.call(ALICE), F, "user.b");
        refused(ErrorCode.NO_SUCH_ATTRIBUTE, () -> service.removeXattr(frontend.call(ALICE), F, "user.b"));
    }

    private void set(String name, XattrChange when) throws IOException {
        service.setXattr(frontend.call(ALICE), F, name, new byte[] {3}, when);
    }

    @Test
    void storagePoliciesAreThePoolsOfTheServers() throws Exception {
        frontend.file(F, 1);
        assertEquals(List.of("CAPACITY", "FAST", "LAZY_PERSIST", "ALL_NVDIMM", "ALL_SSD", "ONE_SSD", "HOT", "WARM",
                "COLD", "PROVIDED"), service.storagePolicies());
        assertEquals("FAST", service.storagePolicy(frontend.call(EVE), F));
        policy("/home", "Capacity");
        assertEquals("CAPACITY", service.storagePolicy(frontend.call(EVE), F));
        BatonException refusal = refused(ErrorCode.INVALID_ARGUMENT, () -> policy("/home", "GLACIAL"));
        assertTrue(refusal.getMessage().contains("[CAPACITY, FAST, LAZY_PERSIST, "), refusal.getMessage());
        WriteGrant grant = frontend.create("/home/alice/g");
        policy("/home", "");
        WriteGrant next = service.nextExtent(frontend.call(ALICE), grant.file(), grant.lease(),
                frontend.written(grant, 10));
        assertEquals("FAST", service.storagePolicy(frontend.call(ALICE), "/home/alice/g"));
        for (WriteGrant extent : List.of(grant, next)) {
            assertEquals(Optional.of("CAPACITY"), frontend.catalog.read(reader -> reader.extent(extent.extent().id()))
                    .map(PlacedExtent::storagePolicy));
        }
    }

    private void policy(String path, String name) throws IOException {
        service.setAttributes(frontend.call(ROOT), path, AttributeChange.NONE.withStoragePolicy(name));
    }

    /** Job submission asks for 10 on its staging files, and has to be told 10 afterwards. */
    @Test
    void replicationIsStoredAndCountedAndNothingMore() throws Exception {
        frontend.file(F, 4);
        for (int replication : List.of(1, 10, 512)) {
            service.setAttributes(frontend.call(ALICE), F, AttributeChange.NONE.withReplication(replication));
            assertEquals(replication, status(F).replication());
            assertEquals(new TreeTotals(1, 0, 4, 4L * replication), service.totals(frontend.call(ALICE), F));
        }
        for (int replication : List.of(0, -1, 513, 65536 + 1)) {
            refused(ErrorCode.INVALID_ARGUMENT, () -> service.setAttributes(frontend.call(ALICE), F,
                    AttributeChange.NONE.withReplication(replication)));
        }
        WriteGrant grant = service.create(frontend.call(ALICE), "/home/alice/staging",
                new CreateOptions(false, false, 0600, 64 << 20, 10));
        service.close(frontend.call(ALICE), grant.file(), grant.lease(), frontend.written(grant, 1));
        assertEquals(10, status("/home/alice/staging").replication());
        assertEquals(64 << 20, status("/home/alice/staging").blockBytes());
        assertEquals(new TreeTotals(2, 2, 5, 4 * 512 + 10), service.totals(frontend.call(ALICE), "/home"));
        service.setAttributes(frontend.call(ROOT), "/home/alice", AttributeChange.NONE.withMode(0711));
        refused(ErrorCode.PERMISSION_DENIED, () -> service.totals(frontend.call(EVE), "/home"));
    }

    @Test
    void aTrackedFileIsFoundByWhoMayGoThere() throws Exception {
        frontend.file(F, 4);
        CallContext track = frontend.call(ALICE);
        FileInfo file = service.track(track, F);
        assertFalse(file.open());
        service.mkdirs(frontend.call(ALICE), "/home/alice/private", 0700, 0, false);
        service.rename(frontend.call(ALICE), F, "/home/alice/private/g", false);
        assertEquals(file, service.track(track, F));
        assertEquals(Optional.of("/home/alice/private/g"), service.pathOf(frontend.call(ALICE), file.fileId()));
        assertEquals(Optional.of("/home/alice/private/g"), service.pathOf(frontend.call(ROOT), file.fileId()));
        assertEquals(Optional.empty(), service.pathOf(frontend.call(EVE), file.fileId()));
        service.delete(frontend.call(ALICE), "/home/alice/private", true);
        assertEquals(Optional.empty(), service.pathOf(frontend.call(ALICE), file.fileId()));
    }

    @Test
    void theStateOfATokenIsToldToWhoHasItsKey() throws Exception {
        frontend.file(F, 100);
        byte[] token = token(F);
        TokenState made = service.tokenState(frontend.call(EVE), token);
        assertEquals(List.of(false, 100L, "alice", Optional.empty()),
                List.of(made.tree(), made.lengthBytes(), made.creator(), made.dead()));
        assertEquals(made.createdMs() + 60_000, made.expiresMs());
        assertEquals(made.createdMs() + 30_000, made.idleUntilMs());
        frontend.advance(Duration.ofSeconds(20));
        service.offloadWrite(frontend.call(ALICE), List.of(new OffloadWrite(token, 0, -1, "/home/alice/copy", NEW)));
        assertEquals(made.createdMs() + 50_000, service.tokenState(frontend.call(EVE), token).idleUntilMs());
        frontend.advance(Duration.ofSeconds(30));
        assertEquals(Optional.of(ErrorCode.TOKEN_EXPIRED), service.tokenState(frontend.call(EVE), token).dead());
        byte[] tree = token("/home/alice");
        service.revokeToken(frontend.call(ALICE), tree);
        TokenState revoked = service.tokenState(frontend.call(ALICE), tree);
        assertTrue(revoked.tree());
        assertEquals(Optional.of(ErrorCode.TOKEN_REVOKED), revoked.dead());
    }

    /** Neither the code nor the message tells a wrong key from a token that nobody has made. */
    @Test
    void aWrongKeyLearnsNothingOfAToken() throws Exception {
        frontend.file(F, 100);
        byte[] token = token(F);
        byte[] other = token(F);
        byte[] wrongKey = TokenCodec.encode(TokenCodec.decode(token).claims(),
                TokenCodec.decode(other).key());
        TokenClaims claims = TokenCodec.decode(token).claims();
        byte[] noToken = TokenCodec.encode(new TokenClaims(claims.type(),
                claims.group(), new TokenId(claims.id().value() + 1000), claims.representedBytes(),
                claims.blockBytes()), TokenCodec.decode(token).key());
        BatonException wrong = refused(ErrorCode.TOKEN_UNKNOWN,
                () -> service.tokenState(frontend.call(ROOT), wrongKey));
        BatonException none = refused(ErrorCode.TOKEN_UNKNOWN,
                () -> service.tokenState(frontend.call(ROOT), noToken));
        assertEquals(none.getMessage(), wrong.getMessage());
        BatonException revoke = refused(ErrorCode.TOKEN_UNKNOWN,
                () -> service.revokeToken(frontend.call(ROOT), wrongKey));
        assertEquals(revoke.getMessage(), wrong.getMessage());
        token[token.length - 1] ^= 1;
        refused(ErrorCode.TOKEN_CORRUPT, () -> service.tokenState(frontend.call(ALICE), token));
    }

    private byte[] token(String path) throws IOException {
        return assertInstanceOf(OffloadReadResult.Granted.class, service.offloadRead(frontend.call(ALICE),
                List.of(new OffloadRead(path, Optional.empty(), 0, -1)), LIMITS).get(0)).token();
    }

    private FileInfo status(String path) throws IOException {
        return service.status(frontend.call(ALICE), path).orElseThrow();
    }
}
