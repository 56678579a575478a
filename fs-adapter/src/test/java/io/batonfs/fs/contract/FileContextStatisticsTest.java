package io.batonfs.fs.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import org.apache.hadoop.fs.FCStatisticsBaseTest;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem.Statistics;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** Looks at figures of the whole process, so it has one to itself. */
@Tag("own-process")
class FileContextStatisticsTest extends FCStatisticsBaseTest {
    @BeforeEach
    void setUp() throws Exception {
        TestGroup.prepare();
        fc = TestGroup.fileContext();
        Path directory = new Path(TestGroup.path("file-context-statistics"));
        fc.mkdir(directory, FileContext.DEFAULT_PERM, true);
        fc.setWorkingDirectory(directory);
        fc.mkdir(fileContextTestHelper.getTestRootPath(fc, "test"), FileContext.DEFAULT_PERM, true);
    }

    @AfterEach
    void tearDown() throws Exception {
        fc.delete(fileContextTestHelper.getTestRootPath(fc, "test"), true);
    }

    @Override
    protected void verifyReadBytes(Statistics stats) {
        assertEquals(2L * blockSize, stats.getBytesRead());
    }

    @Override
    protected void verifyWrittenBytes(Statistics stats) {
        assertEquals((long) blockSize * numBlocks, stats.getBytesWritten());
    }

    @Override
    protected URI getFsUri() {
        return TestGroup.uri();
    }
}
