package io.batonfs.limits;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.system.GroupOnDisk;
import io.batonfs.system.GroupUnderTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of limits stand on: each test on a group of its own, in the form that was asked for. */
abstract class OnOneGroup {
    /** The file system of the group as it runs now. */
    BatonFileSystem fs;
    GroupUnderTest group;

    @TempDir
    private java.nio.file.Path directory;

    GroupUnderTest.Form form() {
        return GroupUnderTest.Form.asked();
    }

    /** Size of each of the group's devices, which are sparse files. */
    long deviceBytes() {
        return GroupOnDisk.DEVICE_BYTES;
    }

    @BeforeEach
    void startGroup() throws Exception {
        group = GroupUnderTest.start(form(), directory, deviceBytes());
        fs = group.open();
    }

    @AfterEach
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
