package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextURIBase;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextUriTest extends FileContextURIBase {
    @BeforeEach
    @Override
    public void setUp() throws Exception {
        TestGroup.prepare();
        fc1 = TestGroup.fileContext();
        fc2 = TestGroup.fileContext();
        super.setUp();
    }
}
