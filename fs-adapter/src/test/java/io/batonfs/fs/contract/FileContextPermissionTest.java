package io.batonfs.fs.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileContextPermissionBase;
import org.apache.hadoop.fs.FileContextTestHelper;
import org.junit.jupiter.api.Test;

@Conformance
class FileContextPermissionTest extends FileContextPermissionBase {
    @Override
    protected FileContext getFileContext() throws Exception {
        TestGroup.prepare();
        return TestGroup.fileContext();
    }

    @Override
    protected FileContextTestHelper getFileContextHelper() {
        return new FileContextTestHelper(TestGroup.path("file-context-permission"));
    }

    /** It asks the operating system for the groups of the process, which are not those of a user of the tests. */
    @Test
    @Override
    public void testSetOwner() throws IOException {
        assumeTrue(TestGroup.runsAsSuperuser());
        super.testSetOwner();
    }
}
