package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextMainOperationsBaseTest;
import org.apache.hadoop.fs.FileContextTestHelper;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextMainOperationsTest extends FileContextMainOperationsBaseTest {
    private static final String ROOT = "/file-context-main";

    @BeforeEach
    @Override
    public void setUp() throws Exception {
        TestGroup.directory(ROOT);
        fc = TestGroup.fileContext();
        super.setUp();
    }

    @Override
    protected FileContextTestHelper createFileContextHelper() {
        return new FileContextTestHelper(ROOT);
    }

    @Override
    protected boolean listCorruptedBlocksSupported() {
        return false;
    }
}
