package io.batonfs.catalog.tree;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AclText;
import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is let in, and what the others are told. What is looked at belongs to alice and the group staff. */
class AccessTest {
    private static NodeAttributes node(String mode, String stored, boolean directory) {
        byte[] acl = new Acl(AclText.parse(stored == null ? "" : stored)).toBytes();
        return NodeAttributes.of("alice", "staff", 0, 1, directory ? 0 : 1, directory ? 0 : 1)
                .withPermissions(Integer.parseInt(mode, 8), acl);
    }

    private static Access of(String user, String groups) {
        return new Access(new Caller(user, groups == null ? List.of() : Arrays.asList(groups.split(",")), false),
                Optional.of("admins"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # mode, stored entries                         | user  | groups      | what is granted, bit by bit
            640  |                                         | alice | x           | 6
            640  |                                         | bob   | x,staff     | 4
            640  |                                         | bob   |             | 0
            # the first class decides, even if a later one has more
            077  |                                         | alice | staff       | 0
            707  |                                         | bob   | staff       | 0
            # a default list alone changes nothing
            750  | default:user::rwx,default:user:bob:rwx,default:group::rwx,default:mask::rwx,default:other::rwx \
                                                           | bob   | staff       | 5
            # the mask bounds all but owner and others
            760  | user:bob:rwx,group::rwx                 | alice | x           | 7
            767  | user:bob:rwx,group::rwx                 | bob   | staff       | 6
            747  | user:bob:rwx,group::rwx                 | carol | staff       | 4
            707  | user:bob:rwx,group::rwx                 | carol | staff       | 0
            767  | user:bob:rwx,group::rwx                 | carol | x           | 7
            # a named user is not looked for in groups
            777  | user:bob:---,group::rwx                 | bob   | staff       | 0
            # of groups, any one that grants all that is wanted
            777  | group::r--,group:lab:-w-                | bob   | staff,lab   | 4 2
            777  | group::r--,group:lab:rw-                | bob   | staff,lab   | 6
            # a member whom no group grants it is not others
            777  | group::---,group:lab:---                | bob   | lab         | 0
            777  | group::---                              | bob   | staff       | 0
            777  | group::---,group:lab:---                | bob   | x           | 7
            # superusers
            000  | user:bob:---,group::---                 | bob   | admins      | 7
            """)
    void decisions(String mode, String stored, String user, String groups, String granted) {
        Access access = of(user, groups);
        NodeAttributes node = node(mode, stored, true);
        for (int wanted = 0; wanted <= 7; wanted++) {
            boolean expected = wanted == 0;
            for (String together : granted.split(" ")) {
                expected |= (Integer.parseInt(together) & wanted) == wanted;
            }
            assertEquals(expected, access.allowed(node, wanted), "access " + wanted);
        }
    }

    private static String denied(Check check) {
        BatonException denied = assertThrows(BatonException.class, check::run);
        assertEquals(ErrorCode.PERMISSION_DENIED, denied.code());
        return denied.getMessage();
    }

    private interface Check {
        void run() throws BatonException;
    }

    @Test
    void messagesSayWhatPeopleGrepFor() {
        Access bob = of("bob", "x");
        assertStarts("Permission denied: user=bob, access=WRITE, inode=\"/home/alice\":alice:staff:drwxr-xr-x; ask",
                denied(() -> bob.check(node("755", null, true), Access.WRITE, "/home/alice")));
        assertStarts("Permission denied: user=bob, access=READ_EXECUTE, inode=\"/f\":alice:staff:-rwx---r--+;",
                denied(() -> bob.check(node("704", "group::rwx", false), Access.READ | Access.EXECUTE, "/f")));
        assertStarts("Permission denied: user=bob, access=ALL, inode=\"/t\":alice:staff:d--------T;",
                denied(() -> bob.check(node("1000", "default:user::rwx,default:group::rwx,default:other::rwx", true), 7,
                        "/t")));
        assertStarts("Permission denied. user=bob is not the owner of inode=/f;",
                denied(() -> bob.checkOwner(node("777", null, false), "/f")));
        assertTrue(denied(() -> bob.checkSuperuser("give /f away")).contains("Superuser privilege is required"));
    }

    @Test
    void aStickyDirectoryIsNamedWithItsEntry() {
        NodeAttributes directory = node("1777", null, true);
        NodeAttributes file = node("644", null, false);
        assertStarts("Permission denied by sticky bit: user=bob, path=\"/tmp/f\":alice:staff:-rw-r--r--, "
                + "parent=\"/tmp\":alice:staff:drwxrwxrwt;",
                denied(() -> of("bob", "x").checkRemove(directory, "/tmp", file, "/tmp/f")));
        assertDoesNotThrow(() -> of("alice", "x").checkRemove(directory, "/tmp", file, "/tmp/f"));
        assertDoesNotThrow(() -> of("bob", "admins").checkRemove(directory, "/tmp", file, "/tmp/f"));
        assertTrue(denied(() -> of("bob", "x").checkRemove(node("1755", null, true), "/tmp", file, "/tmp/f"))
                .contains("access=WRITE, inode=\"/tmp\""));
    }

    private static void assertStarts(String start, String message) {
        assertTrue(message.startsWith(start), message);
    }
}
