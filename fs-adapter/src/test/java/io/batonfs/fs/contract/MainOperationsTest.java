package io.batonfs.fs.contract;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSMainOperationsBaseTest;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

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

    @Override
    protected Path getDefaultWorkingDirectory() {
        return fSys.getHomeDirectory();
    }
}
