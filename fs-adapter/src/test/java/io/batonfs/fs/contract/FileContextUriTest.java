package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextURIBase;
import org.junit.jupiter.api.BeforeEach;

class FileContextUriTest extends FileContextURIBase {
    @BeforeEach
    @Override
    public void setUp() throws Exception {
        fc1 = BatonContract.fileContext();
        fc2 = BatonContract.fileContext();
        super.setUp();
    }
}
