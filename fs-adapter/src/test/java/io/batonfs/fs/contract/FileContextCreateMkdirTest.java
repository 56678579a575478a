package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextCreateMkdirBaseTest;
import org.apache.hadoop.fs.FileContextTestHelper;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextCreateMkdirTest extends FileContextCreateMkdirBaseTest {
    @BeforeEach
    @Override
    public void setUp() throws Exception {
        TestGroup.prepare();
        fc = TestGroup.fileContext();
        super.setUp();
    }

    @Override
    protected FileContextTestHelper createFileContextHelper() {
        return new FileContextTestHelper(TestGroup.path("file-context-create"));
    }
}
