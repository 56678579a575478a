package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.catalog.AclText;
import io.batonfs.catalog.tables.NodeAttributes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made in a directory: by its default entries, the mode asked for, and the umask. */
class AclInheritanceTest {
    private static final String BASE = "user::rwx,group::rwx,other::rwx";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # defaults of the directory | mode | umask | whole list of a file | and what a directory has beside it
                                                                          | 666  | 022   | user::rw-,group::r--,\
                other::r-- |
                                                                          | 1777 | 077   | user::rwx,group::---,\
                other::--- |
            # the umask does not count, the mode is a filter; the owning group is filtered only without a mask
            default:user::rwx,default:group::rwx,default:other::r-x       | 666  | 022   | user::rw-,group::rw-,\
                other::r-- | default:user::rwx,default:group::rwx,default:other::r-x
            default:user::rwx,default:group::r-x,default:other::---       | 777  | 077   | user::rwx,group::r-x,\
                other::--- | default:user::rwx,default:group::r-x,default:other::---
            default:user::rwx,default:user:u:rwx,default:group::r-x,default:mask::rwx,default:other::--- | 640 | \
                022 | user::rw-,user:u:rwx,group::r-x,mask::r--,other::--- | default:user::rwx,default:user:u:rwx,\
                default:group::r-x,default:mask::rwx,default:other::---
            default:user::---,default:group:g:rwx,default:group::---,default:mask::-w-,default:other::rwx | 770 | \
                0 | user::---,group::---,group:g:rwx,mask::-w-,other::--- | default:user::---,default:group::---,\
                default:group:g:rwx,default:mask::-w-,default:other::rwx
            """)
    void inherit(String defaults, String mode, String umask, String file, String besides) {
        NodeAttributes parent = AclEditTest.node(BASE + (defaults == null ? "" : "," + defaults), true);

        assertEquals(AclEditTest.oneLine(file), made(parent, false, mode, umask));
        assertEquals(AclEditTest.oneLine(besides == null ? file : file + "," + besides),
                made(parent, true, mode, umask));
    }

    private static String made(NodeAttributes parent, boolean directory, String mode, String umask) {
        NewMode wanted = NewMode.of(Integer.parseInt(mode, 8), Integer.parseInt(umask, 8));
        NodeAttributes fresh = NodeAttributes.of("alice", "staff", wanted.masked(), 1, directory ? 0 : 1,
                directory ? 0 : 1);
        NodeAttributes child = AclInheritance.inherit(parent, fresh, wanted.asked());
        assertEquals(wanted.asked() & 01000, child.mode() & 01000, "the sticky bit is as asked for");
        return AclText.format(AclEdit.whole(child));
    }
}
