package io.batonfs.fs.contract;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystemContractBaseTest;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileSystemOperationsTest extends FileSystemContractBaseTest {
    @BeforeEach
    void open() throws Exception {
        TestGroup.directory("/user/" + UserGroupInformation.getCurrentUser().getShortUserName());
        fs = TestGroup.fileSystem(TestGroup.configuration());
    }

    /** The root is the superuser's. */
    @Override
    protected boolean rootDirTestEnabled() {
        try {
            return TestGroup.runsAsSuperuser();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
