package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileContextUtilBase;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextUtilTest extends FileContextUtilBase {
    @BeforeEach
    @Override
    public void setUp() throws Exception {
        fc = TestGroup.fileContext();
        TestGroup.prepare();
        Path directory = new Path(TestGroup.path("file-context-util"));
        fc.mkdir(directory, FileContext.DEFAULT_PERM, true);
        fc.setWorkingDirectory(directory);
        super.setUp();
    }
}
