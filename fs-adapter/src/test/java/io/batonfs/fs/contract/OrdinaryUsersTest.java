package io.batonfs.fs.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Two ordinary users beside each other, embedded and over the network: what is one's own is, and nothing else. */
@Conformance
@Tag(Conformance.OWN_USERS)
class OrdinaryUsersTest {
    private static final UserGroupInformation CAROL =
            UserGroupInformation.createUserForTesting("carol", new String[] {"staff"});
    private static final UserGroupInformation DAVE =
            UserGroupInformation.createUserForTesting("dave", new String[] {"staff"});

    private final Path directory = new Path(TestGroup.pathOf(CAROL, "ordinary"));
    private final Path file = new Path(directory, "f");
    private FileSystem hers;
    private FileSystem his;

    @BeforeEach
    void prepare() throws IOException {
        TestGroup.prepare(CAROL);
        TestGroup.prepare(DAVE);
        hers = TestGroup.fileSystemOf(CAROL);
        his = TestGroup.fileSystemOf(DAVE);
        hers.delete(directory, true);
        hers.mkdirs(directory);
        try (FSDataOutputStream out = hers.create(file)) {
            out.write(new byte[100]);
        }
        hers.setPermission(file, FsPermission.createImmutable((short) 0600));
    }

    private static void denied(Executable call) {
        assertThrows(AccessControlException.class, call);
    }

    @Test
    void whatOneMakesIsOnesOwn() throws IOException {
        FileStatus status = hers.getFileStatus(file);
        assertEquals("carol", status.getOwner());
        assertEquals(0600, status.getPermission().toShort());
        assertTrue(hers.rename(file, new Path(directory, "g")));
        assertTrue(hers.delete(new Path(directory, "g"), false));
        denied(() -> hers.mkdirs(new Path("/carol-was-here")));
        denied(() -> hers.create(new Path(TestGroup.pathOf(DAVE, "f"))).close());
    }

    @Test
    void othersMayLookAndNotTouch() throws IOException {
        denied(() -> his.open(file).close());
        denied(() -> his.append(file).close());
        denied(() -> his.create(file, true).close());
        denied(() -> his.truncate(file, 1));
        denied(() -> his.delete(file, false));
        denied(() -> his.rename(file, new Path(TestGroup.pathOf(DAVE, "f"))));
        denied(() -> his.setPermission(file, FsPermission.createImmutable((short) 0777)));
        denied(() -> his.setTimes(file, 1, 1));
        denied(() -> his.setAcl(file, List.of()));
        denied(() -> his.setXAttr(file, "user.a", new byte[1]));
        denied(() -> his.setOwner(file, "dave", null));
        denied(() -> hers.setOwner(file, "dave", null));
        LocatedFileStatus seen = his.listLocatedStatus(directory).next();
        assertEquals(100, seen.getLen());
        assertEquals(0, seen.getBlockLocations()[0].getHosts().length);
        assertEquals("carol", hers.getFileStatus(file).getOwner());
    }

    @Test
    void anEntryOfAnAclLetsOneIn() throws IOException {
        hers.modifyAclEntries(file, AclEntry.parseAclSpec("user:dave:r--", true));
        try (FSDataInputStream in = his.open(file)) {
            assertEquals(0, in.read());
        }
        denied(() -> his.append(file).close());
        hers.removeAcl(file);
        denied(() -> his.open(file).close());
    }
}
