package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextMainOperationsBaseTest;
import org.apache.hadoop.fs.FileContextTestHelper;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextMainOperationsTest extends FileContextMainOperationsBaseTest {
    @BeforeEach
    @Override
    public void setUp() throws Exception {
        TestGroup.prepare();
        fc = TestGroup.fileContext();
        super.setUp();
    }

    @Override
    protected FileContextTestHelper createFileContextHelper() {
        return new FileContextTestHelper(TestGroup.path("file-context-main"));
    }

    @Override
    protected boolean listCorruptedBlocksSupported() {
        return false;
    }
}
