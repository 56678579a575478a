package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileContextPermissionBase;
import org.apache.hadoop.fs.FileContextTestHelper;

class FileContextPermissionTest extends FileContextPermissionBase {
    @Override
    protected FileContext getFileContext() throws Exception {
        return BatonContract.fileContext();
    }

    @Override
    protected FileContextTestHelper getFileContextHelper() {
        return new FileContextTestHelper("/file-context-permission");
    }
}
