package io.batonfs.fs.contract;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.server.namenode.FSAclBaseTest;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mockito.MockedConstruction;

/** As several users, the superuser among them. */
@Conformance
@Tag(Conformance.OWN_USERS)
class AclTest extends FSAclBaseTest {
    private static MockedConstruction<MiniDFSCluster.Builder> clusters;

    @BeforeAll
    static void begin() throws Exception {
        conf = TestGroup.configuration();
        cluster = StandInCluster.start(conf);
        clusters = StandInCluster.inThePlaceOfOthers(cluster);
        clearRoot();
    }

    @AfterAll
    static void end() {
        clusters.close();
    }

    /** The suites of ACLs and extended attributes both work right below the root, with names that they share. */
    static void clearRoot() throws Exception {
        FileSystem fs = TestGroup.fileSystemOf(TestGroup.superuser());
        for (FileStatus entry : fs.listStatus(new Path("/"))) {
            if (entry.getPath().getName().matches("p[0-9]+(-rename)?|foo|testEffectiveAccess")) {
                fs.delete(entry.getPath(), true);
            }
        }
    }

    @Override
    protected FileSystem createFileSystem() throws Exception {
        return TestGroup.fileSystemOf(TestGroup.superuser());
    }

    @Override
    protected FileSystem createFileSystem(UserGroupInformation user) throws Exception {
        return TestGroup.fileSystemOf(user);
    }

    @Test
    @Override
    @Disabled("turns HDFS's old rule off and on, by which the umask was applied in spite of a default ACL")
    public void testUMaskDefaultAclNewFile() {
    }

    @Test
    @Override
    @Disabled("turns HDFS's old rule off and on, by which the umask was applied in spite of a default ACL")
    public void testUMaskDefaultAclNewDir() {
    }

    @Test
    @Override
    @Disabled("makes a symbolic link: Baton has none, and HDFS has them off")
    public void testDefaultAclNewSymlinkIntermediate() {
    }

    @Test
    @Override
    @Disabled("turns permission checks off, which Baton doesn't")
    public void testSkipAclEnforcementPermsDisabled() {
    }

    @Test
    @Override
    @Disabled("counts how the NameNode shares lists in its memory")
    public void testDeDuplication() throws IOException {
    }
}
