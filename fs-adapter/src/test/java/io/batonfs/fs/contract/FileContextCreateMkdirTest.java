package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextCreateMkdirBaseTest;
import org.apache.hadoop.fs.FileContextTestHelper;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextCreateMkdirTest extends FileContextCreateMkdirBaseTest {
    private static final String ROOT = "/file-context-create";

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
}
