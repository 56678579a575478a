package io.batonfs.fs.contract;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystemContractBaseTest;
import org.junit.jupiter.api.BeforeEach;

class FileSystemOperationsTest extends FileSystemContractBaseTest {
    @BeforeEach
    void open() throws Exception {
        BatonContract contract = new BatonContract(new Configuration());
        contract.init();
        fs = contract.getTestFileSystem();
    }
}
