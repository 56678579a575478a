package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextUtilBase;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextUtilTest extends FileContextUtilBase {
    @BeforeEach
    @Override
    public void setUp() throws Exception {
        fc = TestGroup.fileContext();
        fc.setWorkingDirectory(new Path(TestGroup.directory("/file-context-util")));
        super.setUp();
    }
}
