package io.batonfs.fs.contract;

import java.security.PrivilegedExceptionAction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSMainOperationsBaseTest;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;

/** As an ordinary user: a superuser can list what is unreadable. */
class MainOperationsTest extends FSMainOperationsBaseTest {
    private static final UserGroupInformation ALICE =
            UserGroupInformation.createUserForTesting("alice", new String[] {"staff"});

    MainOperationsTest() {
        super("/main-operations");
    }

    @Override
    protected FileSystem createFileSystem() throws Exception {
        BatonContract contract = new BatonContract(new Configuration());
        contract.init();
        for (String hers : new String[] {"/main-operations", "/user/alice"}) {
            contract.getTestFileSystem().mkdirs(new Path(hers));
            contract.getTestFileSystem().setOwner(new Path(hers), "alice", "staff");
        }
        return ALICE.doAs((PrivilegedExceptionAction<FileSystem>) () ->
                FileSystem.get(contract.getTestFileSystem().getUri(), contract.getConf()));
    }

    @Override
    protected Path getDefaultWorkingDirectory() {
        return fSys.getHomeDirectory();
    }
}
