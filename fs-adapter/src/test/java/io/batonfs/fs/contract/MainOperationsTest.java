package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FSMainOperationsBaseTest;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.Tag;

/** As an ordinary user in every form: a superuser can list what is unreadable. */
@Conformance
@Tag(Conformance.OWN_USERS)
class MainOperationsTest extends FSMainOperationsBaseTest {
    private static final UserGroupInformation ALICE =
            UserGroupInformation.createUserForTesting("alice", new String[] {"staff"});

    MainOperationsTest() {
        super(TestGroup.pathOf(ALICE, "main-operations"));
    }

    @Override
    protected FileSystem createFileSystem() throws Exception {
        TestGroup.prepare(ALICE);
        return TestGroup.fileSystemOf(ALICE);
    }

    @Override
    protected Path getDefaultWorkingDirectory() {
        return fSys.getHomeDirectory();
    }
}
