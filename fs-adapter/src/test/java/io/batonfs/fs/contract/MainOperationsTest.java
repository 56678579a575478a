package io.batonfs.fs.contract;

import java.security.PrivilegedExceptionAction;
import org.apache.hadoop.fs.FSMainOperationsBaseTest;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;

/** As an ordinary user in every form: a superuser can list what is unreadable. */
@Conformance
class MainOperationsTest extends FSMainOperationsBaseTest {
    private static final String ROOT = "/main-operations";
    private static final UserGroupInformation ALICE =
            UserGroupInformation.createUserForTesting("alice", new String[] {"staff"});

    MainOperationsTest() {
        super(ROOT);
    }

    @Override
    protected FileSystem createFileSystem() throws Exception {
        TestGroup.directoryOf(ALICE, ROOT);
        return ALICE.doAs((PrivilegedExceptionAction<FileSystem>) () ->
                TestGroup.fileSystem(TestGroup.configuration()));
    }

    @Override
    protected Path getDefaultWorkingDirectory() {
        return fSys.getHomeDirectory();
    }
}
