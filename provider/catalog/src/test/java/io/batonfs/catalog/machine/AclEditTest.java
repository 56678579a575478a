package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.AclText;
import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.model.AclEntry;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes of access control lists: the whole list before, the change, the whole list after. */
class AclEditTest {
    private static final String PLAIN = "user::rwx,group::r-x,other::r--";

    /** A node with a whole list. */
    static NodeAttributes node(String list, boolean directory) {
        NodeAttributes fresh = NodeAttributes.of("alice", "staff", 0, 1, directory ? 0 : 1, directory ? 0 : 1);
        return AclEdit.with(fresh, AclText.parse(list).stream().sorted(Acl.ORDER).toList());
    }

    private static NodeAttributes change(NodeAttributes has, AclOperation operation, String entries)
            throws BatonException {
        return AclEdit.change(has, operation, AclText.parse(entries), "/d");
    }

    private static String invalid(NodeAttributes has, AclOperation operation, List<AclEntry> entries) {
        BatonException refused = assertThrows(BatonException.class,
                () -> AclEdit.change(has, operation, entries, "/d"));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().contains("Path: /d"), refused.getMessage());
        return refused.getMessage();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # a mask comes with the first named entry: what the owning group and the named ones have together
            user::rwx,group::r--,other::---        | user:u:-w-                 | user::rwx,user:u:-w-,group::r--,\
                mask::rw-,other::---
            user::rwx,group::r--,other::---        | group:g:--x,user:u:---     | user::rwx,user:u:---,group::r--,\
                group:g:--x,mask::r-x,other::---
            # one that is given stays as given, also beside named entries that have more
            user::rwx,group::r--,other::---        | user:u:rwx,mask::r--       | user::rwx,user:u:rwx,group::r--,\
                mask::r--,other::---
            user::rwx,group::r--,other::---        | mask::-w-                  | user::rwx,group::r--,mask::-w-,\
                other::---
            # one that was there is computed again when anything beside it changes
            user::rwx,user:u:rwx,group::r--,mask::---,other::--- | user::r-x    | user::r-x,user:u:rwx,group::r--,\
                mask::rwx,other::---
            user::rwx,user:u:rwx,group::r--,mask::r--,other::--- | user:u:--x   | user::rwx,user:u:--x,group::r--,\
                mask::r-x,other::---
            # in the other scope it stays as it was
            user::rwx,user:u:rwx,group::r--,mask::---,other::--- | default:user::r-- | user::rwx,user:u:rwx,\
                group::r--,mask::---,other::---,default:user::r--,default:group::r--,default:other::---
            # missing default entries are copied, of the owning group its entry and not the mask
            user::rwx,user:u:-w-,group::r-x,mask::rwx,other::--- | default:user:v:r-- | user::rwx,user:u:-w-,\
                group::r-x,mask::rwx,other::---,default:user::rwx,default:user:v:r--,default:group::r-x,\
                default:mask::r-x,default:other::---
            # a default mask without any default entry says nothing
            user::rwx,group::r-x,other::---        | default:mask::r--          | user::rwx,group::r-x,other::---
            user::rwx,group::r-x,other::---        | user::---,other::rwx       | user::---,group::r-x,other::rwx
            user::rwx,group::r-x,other::---        |                            | user::rwx,group::r-x,other::---
            """)
    void modify(String before, String entries, String after) throws BatonException {
        assertChange(AclOperation.MODIFY, before, entries, after);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            user::rwx,user:u:rw-,user:v:--x,group::r--,mask::rwx,other::--- | user:u:     | user::rwx,user:v:--x,\
                group::r--,mask::r-x,other::---
            # the mask stays with the last named entry gone, unless it is taken away too
            user::rwx,user:u:rw-,group::r--,mask::rw-,other::---            | user:u:     | user::rwx,group::r--,\
                mask::r--,other::---
            user::rwx,user:u:rw-,group::r--,mask::rw-,other::---            | user:u:,mask:: | user::rwx,\
                group::r--,other::---
            # what is not there does not matter, nor do permissions, nor whether it is named twice
            user::rwx,user:u:rw-,group::r--,mask::r--,other::---            | group:u:,mask:x:,other:y: | \
                user::rwx,user:u:rw-,group::r--,mask::r--,other::---
            user::rwx,user:u:rw-,group::r--,mask::rw-,other::---            | user:u:r--,user:u:,mask:: | \
                user::rwx,group::r--,other::---
            # default entries that are needed come back from the access entries
            user::rwx,group::r-x,other::r--,default:user::---,default:user:u:rwx,default:group::---,\
                default:mask::rwx,default:other::--- | default:user:: | user::rwx,group::r-x,other::r--,\
                default:user::rwx,default:user:u:rwx,default:group::---,default:mask::rwx,default:other::---
            user::rwx,group::r-x,other::r--,default:user::---,default:group::---,default:other::--- | \
                default:user::,default:group::,default:other:: | user::rwx,group::r-x,other::r--
            """)
    void removeEntries(String before, String entries, String after) throws BatonException {
        assertChange(AclOperation.REMOVE_ENTRIES, before, entries, after);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            user::rwx,group::r-x,other::r--                      | user::r--,group::---,other::---             | \
                user::r--,group::---,other::---
            user::rwx,user:u:rw-,group::r--,mask::rw-,other::--- | user::rwx,group::r-x,group:g:-w-,other::--- | \
                user::rwx,group::r-x,group:g:-w-,mask::rwx,other::---
            # only the scope that is given is replaced
            user::rwx,user:u:rw-,group::r--,mask::r--,other::--- | default:user:v:rwx                          | \
                user::rwx,user:u:rw-,group::r--,mask::r--,other::---,default:user::rwx,default:user:v:rwx,\
                default:group::r--,default:mask::rwx,default:other::---
            user::rwx,group::r-x,other::r--,default:user::rwx,default:group::---,default:other::---  | user::---,\
                group::---,other::--- | user::---,group::---,other::---,default:user::rwx,default:group::---,\
                default:other::---
            # nothing given takes all away, and the owning group has its own bits again
            user::rwx,user:u:rw-,group::r--,mask::rw-,other::--x,default:user::rwx,default:group::---,\
                default:other::--- | | user::rwx,group::r--,other::--x
            """)
    void set(String before, String entries, String after) throws BatonException {
        assertChange(AclOperation.SET, before, entries, after);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            user::rwx,user:u:rw-,group::r--,mask::-wx,other::--x,default:user::rwx,default:group::---,\
                default:other::--- | user::rwx,user:u:rw-,group::r--,mask::-wx,other::--x | user::rwx,group::r--,\
                other::--x
            user::rwx,group::-wx,other::--x,default:user::rwx,default:user:u:r--,default:group::---,\
                default:mask::r--,default:other::--- | user::rwx,group::-wx,other::--x | user::rwx,group::-wx,\
                other::--x
            user::rwx,group::r--,other::--x | user::rwx,group::r--,other::--x | user::rwx,group::r--,other::--x
            """)
    void removeDefaultAndRemove(String before, String withoutDefault, String bare) throws BatonException {
        assertChange(AclOperation.REMOVE_DEFAULT, before, "", withoutDefault);
        assertChange(AclOperation.REMOVE, before, "", bare);
    }

    /** Without the blanks that a row of a table has where it was broken. */
    static String oneLine(String list) {
        return list.replace(" ", "");
    }

    private static void assertChange(AclOperation operation, String before, String entries, String after)
            throws BatonException {
        NodeAttributes has = node(before, true);
        assertEquals(oneLine(before), AclText.format(AclEdit.whole(has)), "the list before");
        NodeAttributes sticky = has.withPermissions(has.mode() | 01000, has.acl());

        NodeAttributes changed = change(sticky, operation, entries == null ? "" : entries);

        assertEquals(oneLine(after), AclText.format(AclEdit.whole(changed)));
        assertEquals(01000, changed.mode() & 01000, "a change of the list leaves the sticky bit");
        assertEquals(after.contains("mask") || after.contains("default"), changed.acl().length > 0,
                "only what the mode cannot say is stored");
        assertEquals(has.modifiedMs(), changed.modifiedMs());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MODIFY         | user:u:r--,user:u:rw-                     | multiple entries with same scope
            MODIFY         | mask::r--,mask::rw-                       | multiple entries with same scope
            SET            | user::r--,user::r--,group::r--,other::r-- | multiple entries with same scope
            MODIFY         | other:u:r--                               | must not have a name
            MODIFY         | default:mask:u:r--                        | must not have a name
            SET            | user::r--,group::r--                      | user, group and other entries are required
            SET            | user:u:r--,mask::r--                      | user, group and other entries are required
            SET            | mask::r--                                 | user, group and other entries are required
            REMOVE_ENTRIES | user::                                    | user, group and other entries are required
            REMOVE_ENTRIES | mask::                                    | mask is required and cannot be deleted
            REMOVE         | user:u:                                   | takes no entries
            REMOVE_DEFAULT | default:user:u:                           | takes no entries
            """)
    void whatIsNoListIsRefused(AclOperation operation, String entries, String why) {
        NodeAttributes has = node("user::rwx,user:x:rw-,group::r--,mask::rw-,other::---", true);
        String message = invalid(has, operation, AclText.parse(entries));
        assertTrue(message.startsWith("Invalid ACL: ") && message.contains(why), message);
    }

    @Test
    void onlyDirectoriesHaveDefaultEntries() throws BatonException {
        NodeAttributes file = node(PLAIN, false);
        for (AclOperation operation : List.of(AclOperation.MODIFY, AclOperation.SET)) {
            String message = invalid(file, operation, AclText.parse("default:user:u:rwx"));
            assertTrue(message.contains("only directories may have a default ACL"), message);
        }
        assertFalse(Acl.of(change(file, AclOperation.MODIFY, "user:u:rwx").acl()).isEmpty());
        assertEquals(PLAIN, AclText.format(AclEdit.whole(change(file, AclOperation.REMOVE_DEFAULT, ""))));
    }

    @Test
    void aScopeHasAtMostThirtyTwoEntries() throws BatonException {
        NodeAttributes bare = node(PLAIN, true);
        // owner, owning group, mask and others are counted
        List<AclEntry> most = named("", 28);
        NodeAttributes full = AclEdit.change(bare, AclOperation.MODIFY, most, "/d");
        assertEquals(Acl.MAX_ENTRIES, AclEdit.whole(full).size());
        String message = invalid(full, AclOperation.MODIFY, AclText.parse("user:one-more:r--"));
        assertTrue(message.contains("33 access entries, which exceeds maximum of 32"), message);

        NodeAttributes both = AclEdit.change(full, AclOperation.MODIFY, named("default:", 28), "/d");
        assertEquals(2 * Acl.MAX_ENTRIES, AclEdit.whole(both).size());
        message = invalid(both, AclOperation.MODIFY, AclText.parse("default:user:one-more:r--"));
        assertTrue(message.contains("33 default entries"), message);

        // as in HDFS, also what a change names is counted, even if it takes away
        invalid(bare, AclOperation.REMOVE_ENTRIES, named("", 33));
        assertEquals(PLAIN, AclText.format(AclEdit.whole(
                AclEdit.change(bare, AclOperation.REMOVE_ENTRIES, named("", 32), "/d"))));
    }

    private static List<AclEntry> named(String scope, int count) {
        List<AclEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.addAll(AclText.parse(scope + "user:u" + i + ":r--"));
        }
        return entries;
    }

    @Test
    void namesHaveABound() {
        invalid(node(PLAIN, true), AclOperation.MODIFY, AclText.parse("user:" + "u".repeat(256) + ":r--"));
    }
}
