package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileContextPermissionBase;
import org.apache.hadoop.fs.FileContextTestHelper;

@Conformance
class FileContextPermissionTest extends FileContextPermissionBase {
    private static final String ROOT = "/file-context-permission";

    @Override
    protected FileContext getFileContext() throws Exception {
        TestGroup.directory(ROOT);
        return TestGroup.fileContext();
    }

    @Override
    protected FileContextTestHelper getFileContextHelper() {
        return new FileContextTestHelper(ROOT);
    }
}
