package io.batonfs.fs.contract;

import org.apache.hadoop.fs.FileContextURIBase;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileContextUriTest extends FileContextURIBase {
    @BeforeEach
    @Override
    public void setUp() throws Exception {
        TestGroup.directory("/user/" + UserGroupInformation.getCurrentUser().getShortUserName());
        fc1 = TestGroup.fileContext();
        fc2 = TestGroup.fileContext();
        super.setUp();
    }
}
