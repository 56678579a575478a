package io.batonfs.system;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** A group in this JVM; a file system that is kept open keeps it going while tests come and go. */
final class EmbeddedUnderTest implements GroupUnderTest {
    private final GroupOnDisk group;
    private BatonFileSystem keeper;

    EmbeddedUnderTest(GroupOnDisk group) throws IOException {
        this.group = group;
        this.keeper = group.open();
    }

    @Override
    public URI root() {
        return GroupOnDisk.ROOT;
    }

    @Override
    public Map<String, String> settings() throws IOException {
        return group.settings();
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
