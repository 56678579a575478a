package io.batonfs.fs.contract;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystemContractBaseTest;
import org.junit.jupiter.api.BeforeEach;

@Conformance
class FileSystemOperationsTest extends FileSystemContractBaseTest {
    @BeforeEach
    void open() throws Exception {
        TestGroup.prepare();
        fs = TestGroup.fileSystem(TestGroup.configuration());
        // It is shared, and one of the tests goes elsewhere.
        fs.setWorkingDirectory(fs.getHomeDirectory());
    }

    @Override
    protected String getDefaultWorkingDirectory() {
        return fs.getHomeDirectory().toUri().getPath();
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
