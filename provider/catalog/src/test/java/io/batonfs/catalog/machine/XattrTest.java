package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.BOB;
import static io.batonfs.catalog.machine.CatalogFixture.EVE;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Extended attributes: whose, under which names, and what must be there before; as HDFS has it. */
class XattrTest {

    @Test
    void conditionsAreChecked() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.refused(ErrorCode.NO_SUCH_ATTRIBUTE, set("/f", "user.a", 1, XattrCondition.PRESENT));
            c.ok(set("/f", "user.a", 1, XattrCondition.ABSENT));
            c.refused(ErrorCode.ATTRIBUTE_EXISTS, set("/f", "user.a", 2, XattrCondition.ABSENT));
            assertEquals(1, value(c, "/f", "user.a"));
            c.ok(set("/f", "user.a", 2, XattrCondition.PRESENT));
            c.ok(set("/f", "user.a", 3, XattrCondition.ANY));
            assertEquals(3, value(c, "/f", "user.a"));
            c.ok(new Command.RemoveXattr("/f", "user.a"));
            c.refused(ErrorCode.NO_SUCH_ATTRIBUTE, new Command.RemoveXattr("/f", "user.a"));
            c.refused(ErrorCode.NOT_FOUND, set("/no", "user.a", 1, XattrCondition.ANY));
            c.ok(new Command.SetXattr("/f", "user.empty", new byte[0], XattrCondition.ANY));
            assertArrayEquals(new byte[0], c.read(reader -> reader.xattrs(ROOT, "/f")).get("user.empty"));
        }
    }

    /** Two clients create the same attribute; one does, whatever their order, and its repetition is told so again. */
    @Test
    void ofTwoCreationsOneWins() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            Invocation first = new Invocation(new UUID(8, 1), 1);
            Command one = set("/f", "user.owner", 1, XattrCondition.ABSENT);
            Command two = set("/f", "user.owner", 2, XattrCondition.ABSENT);
            assertEquals(new Reply.Done(), c.run(new CatalogRequest(first, ROOT, c.now, one)));
            assertEquals(ErrorCode.ATTRIBUTE_EXISTS, ((Reply.Refused) c.run(
                    new CatalogRequest(new Invocation(new UUID(8, 2), 1), ROOT, c.now, two))).code());
            assertEquals(new Reply.Done(), c.run(new CatalogRequest(first, ROOT, c.now, one)));
            assertEquals(1, value(c, "/f", "user.owner"));
        }
    }

    @Test
    void caseMattersInTheNameAndNotInTheNamespace() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.ok(set("/f", "USER.a", 1, XattrCondition.ANY));
            c.ok(set("/f", "User.A", 2, XattrCondition.ANY));
            c.ok(set("/f", "user.a", 3, XattrCondition.PRESENT));
            assertEquals(Set.of("user.a", "user.A"), c.read(reader -> reader.xattrs(ROOT, "/f")).keySet());
            assertEquals(3, value(c, "/f", "user.a"));
            c.ok(new Command.RemoveXattr("/f", "usEr.A"));
            for (String illegal : new String[] {"", "a", ".a", "user.", "user", "wacky.a", "\u0131user.a"}) {
                c.refused(ErrorCode.INVALID_ARGUMENT, set("/f", illegal, 1, XattrCondition.ANY));
                c.refused(ErrorCode.INVALID_ARGUMENT, new Command.RemoveXattr("/f", illegal));
            }
            c.ok(set("/f", "user..a.b ", 4, XattrCondition.ANY));
            assertEquals(4, value(c, "/f", "user..a.b "));
        }
    }

    @Test
    void namespacesBelongToThoseWhoMay() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.own("/f", "alice", "staff", 0640);
            Caller operator = new Caller("olga", List.of("admins"), false);
            for (String nobodys : new String[] {"security.a", "system.a", "raw.a"}) {
                c.refused(ErrorCode.PERMISSION_DENIED, ROOT, set("/f", nobodys, 1, XattrCondition.ANY));
                c.refused(ErrorCode.PERMISSION_DENIED, ROOT, new Command.RemoveXattr("/f", nobodys));
            }
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, set("/f", "trusted.a", 1, XattrCondition.ANY));
            c.as(operator, set("/f", "trusted.a", 1, XattrCondition.ANY));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.RemoveXattr("/f", "trusted.a"));
            c.as(ALICE, set("/f", "user.a", 2, XattrCondition.ANY));
            assertEquals(Set.of("user.a"), c.read(reader -> reader.xattrs(ALICE, "/f")).keySet());
            assertEquals(Set.of("user.a"), c.read(reader -> reader.xattrs(BOB, "/f")).keySet());
            assertEquals(Set.of("user.a", "trusted.a"), c.read(reader -> reader.xattrs(operator, "/f")).keySet());
        }
    }

    @Test
    void modesDecideOverTheUsersNamespace() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "f");
            c.own("/d/f", "alice", "staff", 0640);
            c.refused(ErrorCode.PERMISSION_DENIED, BOB, set("/d/f", "user.a", 1, XattrCondition.ANY));
            c.own("/d/f", "alice", "staff", 0620);
            c.as(BOB, set("/d/f", "user.a", 1, XattrCondition.ANY));
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.xattrs(BOB, "/d/f")));
            c.own("/d", "root", "wheel", 0700);
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, set("/d/f", "user.a", 1, XattrCondition.ANY));
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.RemoveXattr("/d/f", "user.a"));
            assertThrows(BatonException.class, () -> c.catalog.read(reader -> reader.xattrs(ALICE, "/d/f")));
        }
    }

    @Test
    void ofAStickyDirectoryOnlyTheOwnerSetsThem() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/tmp");
            c.own("/tmp", "alice", "staff", 01777);
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, set("/tmp", "user.a", 1, XattrCondition.ANY));
            c.as(ALICE, set("/tmp", "user.a", 1, XattrCondition.ANY));
            c.refused(ErrorCode.PERMISSION_DENIED, EVE, new Command.RemoveXattr("/tmp", "user.a"));
            c.own("/tmp", "alice", "staff", 0777);
            c.as(EVE, new Command.RemoveXattr("/tmp", "user.a"));
            c.file("/tmp/f", "f");
            c.own("/tmp/f", "alice", "staff", 01666);
            c.as(EVE, set("/tmp/f", "user.a", 1, XattrCondition.ANY));
        }
    }

    @Test
    void aCloneAndASnapshotKeepTheirOwn() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/d/f", "f");
            c.setXattr("/d/f", "user.a", new byte[] {1});
            c.cloneTree("/d", "/e");
            c.snapshot("/d", "s");
            c.setXattr("/d/f", "user.a", new byte[] {2});
            c.setXattr("/e/f", "user.a", new byte[] {3});
            c.ok(new Command.RemoveXattr("/d/f", "user.a"));
            assertEquals(Map.of(), c.read(reader -> reader.xattrs(ROOT, "/d/f")));
            assertEquals(3, value(c, "/e/f", "user.a"));
            assertEquals(1, value(c, "/d/.snapshot/s/f", "user.a"));
            c.refused(ErrorCode.READ_ONLY, set("/d/.snapshot/s/f", "user.a", 4, XattrCondition.ANY));
        }
    }

    private static Command set(String path, String name, int value, XattrCondition when) {
        return new Command.SetXattr(path, name, new byte[] {(byte) value}, when);
    }

    private static int value(CatalogFixture c, String path, String name) {
        return c.read(reader -> reader.xattrs(ROOT, path)).get(name)[0];
    }
}
