package io.batonfs.limits;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.system.GroupOnDisk;
import io.batonfs.system.GroupUnderTest;
import java.io.IOException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the tests of limits stand on: a group for all tests of a class, in the form that was asked for. Each test finds
 * it empty.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnOneGroup {
    /** The file system of the group as it runs now. */
    BatonFileSystem fs;
    GroupUnderTest group;

    GroupUnderTest.Form form() {
        return GroupUnderTest.Form.asked();
    }

    /** Size of each of the group's devices, which are sparse files. */
    long deviceBytes() {
        return GroupOnDisk.DEVICE_BYTES;
    }

    @BeforeAll
    void startGroup(@TempDir java.nio.file.Path directory) throws Exception {
        group = GroupUnderTest.start(form(), directory, deviceBytes());
        fs = group.open();
    }

    @AfterEach
    void emptyGroup() throws IOException {
        for (FileStatus left : fs.listStatus(new Path("/"))) {
            fs.delete(left.getPath(), true);
        }
    }

    @AfterAll
    void endGroup() throws Exception {
        fs.close();
        group.close();
    }

    /** Ends the group in good order and starts it again, with a new {@link #fs}. */
    void restart() throws Exception {
        fs.close();
        group.restart();
        fs = group.open();
    }
}
