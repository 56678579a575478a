package io.batonfs.catalog.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AclText;
import io.batonfs.model.AclEntry;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Stored access control lists: whole, and hostile. */
class AclTest {

    @Test
    void nothingIsNoBytes() {
        assertEquals(0, Acl.NONE.toBytes().length);
        assertEquals(Acl.NONE, Acl.of(new byte[0]));
    }

    @Test
    void whatNoWriterWritesIsRefused() {
        for (String entries : List.of("user:b:rwx,user:a:rwx", "user:a:rwx,user:a:r--", "default:user::rwx,group::rwx",
                "user::rwx,group::rwx", "group::rwx,mask::rwx", "group::rwx,other::rwx")) {
            byte[] bytes = new Acl(AclText.parse(entries)).toBytes();
            assertThrows(MalformedBytesException.class, () -> Acl.of(bytes), entries);
        }
    }

    @Test
    void damagedBytesAreRefusedOrAreAnotherList() {
        List<AclEntry> entries = AclText.parse(
                "user:a:rwx,group::r--,group:b:-w-,default:user::rwx,default:group::---,default:other::--x");
        byte[] good = new Acl(entries).toBytes();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            try {
                Acl read = Acl.of(bad);
                assertEquals(read, Acl.of(read.toBytes()), "seed " + seed);
            } catch (MalformedBytesException noticed) {
                refused++;
            }
        }
        assertTrue(refused > 1000, refused + " refused, seed " + seed);
    }
}
