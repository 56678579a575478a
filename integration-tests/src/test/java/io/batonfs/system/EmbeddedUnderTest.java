package io.batonfs.system;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;

/** A group in this JVM; a file system that is kept open keeps it going while tests come and go. */
final class EmbeddedUnderTest implements GroupUnderTest {
    private final GroupOnDisk group;
    private BatonFileSystem keeper;

    EmbeddedUnderTest(GroupOnDisk group) throws IOException {
        this.group = group;
        this.keeper = group.open();
    }

    @Override
    public BatonFileSystem open() throws IOException {
        return group.open();
    }

    @Override
    public void restart() throws IOException {
        keeper.close();
        keeper = group.open();
    }

    @Override
    public void close() throws IOException {
        keeper.close();
    }
}
