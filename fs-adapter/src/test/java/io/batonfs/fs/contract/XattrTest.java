package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.server.namenode.FSXAttrBaseTest;
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
class XattrTest extends FSXAttrBaseTest {
    private static MockedConstruction<MiniDFSCluster.Builder> clusters;

    /** Hides the suite's own, which starts a cluster. */
    @BeforeAll
    public static void init() throws Exception {
        conf = TestGroup.configuration();
        dfsCluster = StandInCluster.start(conf);
        clusters = StandInCluster.inThePlaceOfOthers(dfsCluster);
        AclTest.clearRoot();
    }

    @AfterAll
    static void end() {
        clusters.close();
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
    @Disabled("sets limits of the NameNode; Baton's are fixed and larger")
    public void testSetXAttr() {
    }

    @Test
    @Override
    @Disabled("needs /.reserved/raw, HDFS's way around encryption, which Baton doesn't have")
    public void testRawXAttrs() {
    }

    @Test
    @Override
    @Disabled("needs /.reserved/raw and the attribute that hides a file from superusers, both parts of HDFS's encryption")
    public void testCreateXAttr() {
    }

    @Test
    @Override
    @Disabled("needs the attribute that hides a file from superusers, a part of HDFS's encryption")
    public void testUnreadableBySuperuserXAttr() {
    }
}
