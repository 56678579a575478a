package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.BOB;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static io.batonfs.catalog.machine.CatalogFixture.evidence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.AclText;
import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.NodeAcl;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.TokenUse;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.TokenId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Access control lists in the tree: who may change them, what inherits them, what shares them. */
class AclCommandsTest {
    private static final String DEFAULTS =
            "default:user::rwx,default:user:bob:rwx,default:group::r-x,default:mask::rwx,default:other::---";
    private static final String INHERITED = "user:bob:rwx,group::r-x";

    private static Command change(AclOperation operation, String path, String entries) {
        return new Command.ChangeAcl(path, operation, AclText.parse(entries));
    }

    private static Command modify(String path, String entries) {
        return change(AclOperation.MODIFY, path, entries);
    }

    private static NodeAcl acl(CatalogFixture c, String path) {
        return c.read(reader -> reader.acl(ROOT, path));
    }

    private static void assertAcl(CatalogFixture c, String path, int mode, String entries) {
        assertEquals(Integer.toOctalString(mode), Integer.toOctalString(acl(c, path).mode()), path);
        assertEquals(entries, AclText.format(acl(c, path).entries()), path);
        assertEquals(!entries.isEmpty(), c.status(path).orElseThrow().hasAcl(), path);
    }

    private static BatonException denied(CatalogFixture c, Caller caller, String path, int wanted) {
        return assertThrows(BatonException.class, () -> c.catalog.read(reader -> {
            reader.checkAccess(caller, path, wanted);
            return true;
        }));
    }

    private static void granted(CatalogFixture c, Caller caller, String path, int wanted) {
        Catalog.Query<Boolean> allowed = reader -> {
            reader.checkAccess(caller, path, wanted);
            return true;
        };
        assertEquals(true, c.read(allowed), path);
    }

    @Test
    void ownersAndSuperusersChangeLists() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.own("/d", "alice", "staff", 0750);
            long modified = c.status("/d").orElseThrow().modifiedMs();
            c.as(ALICE, modify("/d", "user:eve:r-x"));
            assertAcl(c, "/d", 0750, "user:eve:r-x,group::r-x");
            c.ok(change(AclOperation.REMOVE_ENTRIES, "/d", "user:eve:,mask::"));
            assertAcl(c, "/d", 0750, "");
            assertEquals(modified, c.status("/d").orElseThrow().modifiedMs());
            Reply.Refused refused = c.refused(ErrorCode.PERMISSION_DENIED, BOB, modify("/d", "user:bob:rwx"));
            assertTrue(refused.message().contains("not the owner of inode=/d"), refused.message());
            for (AclOperation operation : AclOperation.values()) {
                c.refused(ErrorCode.PERMISSION_DENIED, BOB, change(operation, "/d", ""));
            }
            c.refused(ErrorCode.NOT_FOUND, modify("/no", "user:bob:rwx"));
            c.refused(ErrorCode.INVALID_ARGUMENT, modify("/d", "mask:m:rwx"));
            c.ok(modify("/", "user:eve:---"));
            assertAcl(c, "/", 0777, "user:eve:---,group::rwx");
        }
    }

    @Test
    void listsDecideOnTheWayAndAtItsEnd() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d/e");
            c.file("/d/e/f", "text");
            c.own("/d", "alice", "staff", 0700);
            c.own("/d/e/f", "alice", "staff", 0600);
            BatonException above = denied(c, EVE, "/d/e/f", 4);
            assertTrue(above.getMessage().startsWith("Permission denied: user=eve, access=EXECUTE, "
                    + "inode=\"/d\":alice:staff:drwx------"), above.getMessage());
            c.as(ALICE, modify("/d", "group:guests:--x"));
            BatonException file = denied(c, EVE, "/d/e/f", 4);
            assertTrue(file.getMessage().contains("access=READ, inode=\"/d/e/f\""), file.getMessage());
            granted(c, EVE, "/d/e/f", 0);
            c.as(ALICE, modify("/d/e/f", "user:eve:rw-"));
            granted(c, EVE, "/d/e/f", 6);
            assertEquals(ErrorCode.PERMISSION_DENIED, denied(c, EVE, "/d/e/f", 1).code());
            assertEquals("text", c.text("/d/e/f"));
            // chmod sets the mask
            c.as(ALICE, new Command.SetAttributes("/d/e/f", AttributeSet.ofMode(0640)));
            assertAcl(c, "/d/e/f", 0640, "user:eve:rw-,group::---");
            granted(c, EVE, "/d/e/f", 4);
            assertEquals(ErrorCode.PERMISSION_DENIED, denied(c, EVE, "/d/e/f", 2).code());
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.Append("/d/e/f", ON_S1));
            assertEquals(ErrorCode.INVALID_ARGUMENT, denied(c, EVE, "/d", 8).code());
            assertEquals(ErrorCode.NOT_FOUND, denied(c, ROOT, "/d/no", 0).code());
            assertEquals(ErrorCode.NOT_A_DIRECTORY, denied(c, ROOT, "/d/e/f/g", 0).code());
        }
    }

    @Test
    void listingNeedsReadAndExecuteAsInHdfs() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d/e");
            c.own("/d", "alice", "staff", 0704);
            BatonException denied = assertThrows(BatonException.class,
                    () -> c.catalog.read(reader -> reader.list(EVE, "/d", "", 9)));
            assertTrue(denied.getMessage().contains("access=READ_EXECUTE, inode=\"/d\""), denied.getMessage());
            c.ok(modify("/d", "user:eve:r-x"));
            assertEquals(1, c.read(reader -> reader.list(EVE, "/d", "", 9)).entries().size());
        }
    }

    @Test
    void whatIsMadeInheritsAndTheUmaskIsPassedOver() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.ok(new Command.Mkdirs("/d/before", 0777, 027, false));
            assertAcl(c, "/d/before", 0750, "");
            c.ok(modify("/d", DEFAULTS));
            assertAcl(c, "/d", 0777, DEFAULTS);
            c.ok(new Command.Mkdirs("/d/e", 0777, 077, false));
            assertAcl(c, "/d/e", 0770, INHERITED + "," + DEFAULTS);
            c.ok(new Command.Create("/d/e/f", new FileOptions(false, false, 0666, 077, 1, 1), ON_S1));
            assertAcl(c, "/d/e/f", 0660, INHERITED);
            c.ok(new Command.Create("/d/before/f", new FileOptions(false, false, 0666, 027, 1, 1), ON_S1));
            assertAcl(c, "/d/before/f", 0640, "");
            assertAcl(c, "/d/before", 0750, "");
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Mkdirs("/d/x", 0777, 01000, false));
            c.refused(ErrorCode.INVALID_ARGUMENT,
                    new Command.Create("/d/x", new FileOptions(false, false, 0666, -1, 1, 1), ON_S1));
        }
    }

    @Test
    void directoriesMadeOnTheWayInheritToo() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.ok(modify("/d", DEFAULTS));
            c.ok(new Command.Mkdirs("/d/1/2/3", 0770, 077, true));
            for (String path : List.of("/d/1", "/d/1/2", "/d/1/2/3")) {
                assertAcl(c, path, 0770, INHERITED + "," + DEFAULTS);
            }
            c.ok(new Command.Create("/d/4/5/f", new FileOptions(false, true, 0600, 077, 1, 1), ON_S1));
            assertAcl(c, "/d/4", 0770, INHERITED + "," + DEFAULTS);
            assertAcl(c, "/d/4/5", 0770, INHERITED + "," + DEFAULTS);
            assertAcl(c, "/d/4/5/f", 0600, INHERITED);
            // without default entries: by the umask for a directory, else as the directory that is there
            c.ok(new Command.Mkdirs("/p/q", 01077, 022, true));
            assertAcl(c, "/p", 0355, "");
            assertAcl(c, "/p/q", 01055, "");
            c.chmod("/p", 01070);
            c.ok(new Command.Create("/p/r/s/f", new FileOptions(false, true, 0666, 077, 1, 1), ON_S1));
            assertAcl(c, "/p/r", 0370, "");
            assertAcl(c, "/p/r/s", 0370, "");
            assertAcl(c, "/p/r/s/f", 0600, "");
        }
    }

    @Test
    void whoInheritsLessThanHeNeedsStillGetsTheWholePath() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.ok(modify("/d", "default:user::r--,default:group::---,default:other::---"));
            c.as(ALICE, new Command.Mkdirs("/d/1/2", 0777, 0, true));
            assertEquals(0400, c.status("/d/1/2").orElseThrow().mode());
            c.as(ALICE, new Command.Create("/d/3/f", new FileOptions(false, true, 0666, 0, 1, 1), ON_S1));
            assertEquals(0400, c.status("/d/3/f").orElseThrow().mode());
            c.file("/from", "text");
            TokenId token = c.token("/from", 1);
            Reply.TokensUsed used = (Reply.TokensUsed) c.as(ALICE, new Command.OffloadWrite(List.of(new TokenUse(token,
                    evidence(1), 0, -1, "/d/4/f", new FileOptions(false, true, 0666, 0, 1, 1)))));
            assertInstanceOf(Reply.TokenWritten.class, used.outcomes().get(0));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.Mkdirs("/d/1/3", 0777, 0, true));
        }
    }

    @Test
    void aFileFromATokenInheritsAndATreeIsAsItWas() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.ok(modify("/d", DEFAULTS));
            c.mkdir("/tree");
            c.file("/tree/f", "text");
            c.ok(modify("/tree/f", "user:eve:r--"));
            c.ok(modify("/tree", "group:lab:r-x,default:user::rwx"));
            NodeAcl tree = acl(c, "/tree");

            TokenId file = c.token("/tree/f", 1);
            FileOptions options = new FileOptions(false, false, 0666, 022, 1, 1);
            Reply.TokensUsed used = (Reply.TokensUsed) c.ok(new Command.OffloadWrite(List.of(
                    new TokenUse(file, evidence(1), 0, -1, "/d/copy", options),
                    new TokenUse(file, evidence(1), 0, 2, "/d/part", options),
                    new TokenUse(file, evidence(1), 0, -1, "/plain", options))));
            used.outcomes().forEach(outcome -> assertInstanceOf(Reply.TokenWritten.class, outcome));
            assertAcl(c, "/d/copy", 0660, INHERITED);
            assertAcl(c, "/d/part", 0660, INHERITED);
            assertAcl(c, "/plain", 0644, "");

            TokenId whole = c.token("/tree", 2);
            assertInstanceOf(Reply.TokenWritten.class, c.use(whole, 2, "/d/tree"));
            c.cloneTree("/tree", "/d/clone");
            for (String copy : List.of("/d/tree", "/d/clone")) {
                assertEquals(tree, acl(c, copy));
                assertEquals(acl(c, "/tree/f"), acl(c, copy + "/f"));
            }
        }
    }

    @Test
    void copiesGoTheirOwnWaysAndSnapshotsStay() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/a");
            c.file("/a/f", "text");
            c.ok(modify("/a/f", "user:eve:r--"));
            NodeAcl before = acl(c, "/a/f");
            c.snapshot("/a", "s");
            c.cloneTree("/a", "/b");
            c.ok(modify("/b/f", "user:eve:---"));
            assertEquals(before, acl(c, "/a/f"));
            c.ok(change(AclOperation.REMOVE, "/a/f", ""));
            assertAcl(c, "/a/f", 0644, "");
            assertEquals(before, acl(c, "/a/.snapshot/s/f"));
            assertAcl(c, "/b/f", 0644, "user:eve:---,group::r--");
            c.refused(ErrorCode.READ_ONLY, modify("/a/.snapshot/s/f", "user:eve:rwx"));
            c.rename("/b/f", "/a/g");
            assertAcl(c, "/a/g", 0644, "user:eve:---,group::r--");
            assertFalse(c.status("/a").orElseThrow().hasAcl());
        }
    }
}
