package io.batonfs.fs.contract;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSMainOperationsBaseTest;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class MainOperationsTest extends FSMainOperationsBaseTest {
    MainOperationsTest() {
        super("/main-operations");
    }

    @Override
    protected FileSystem createFileSystem() throws Exception {
        BatonContract contract = new BatonContract(new Configuration());
        contract.init();
        return contract.getTestFileSystem();
    }

    /** The double knows no permissions. */
    @Override
    @Disabled("needs a group that checks permissions, and a user that isn't its superuser")
    @Test
    public void testListStatusThrowsExceptionForUnreadableDir() {
        throw new AssertionError("disabled");
    }

    /** The double knows no permissions. */
    @Override
    @Disabled("needs a group that checks permissions, and a user that isn't its superuser")
    @Test
    public void testGlobStatusThrowsExceptionForUnreadableDir() {
        throw new AssertionError("disabled");
    }

    @Override
    protected Path getDefaultWorkingDirectory() {
        return fSys.getHomeDirectory();
    }
}
