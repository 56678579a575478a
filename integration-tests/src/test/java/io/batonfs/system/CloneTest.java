package io.batonfs.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clones of trees: writable on both sides, and neither side sees the other's changes. */
class CloneTest {
    private static final Path TREE = new Path("/tree");
    private static final Path CLONE = new Path("/clone");

    @TempDir
    java.nio.file.Path temporary;

    private BatonFileSystem fs;

    @BeforeEach
    void makeTree() throws IOException {
        fs = new GroupOnDisk(temporary.resolve("group")).open();
        write("/tree/a", "a");
        write("/tree/sub/b", "b");
        write("/tree/sub/deep/c", "c");
        fs.mkdirs(new Path("/tree/empty"));
    }

    @AfterEach
    void close() throws IOException {
        fs.close();
    }

    @Test
    void cloneHasTheSameFilesAndAttributes() throws IOException {
        fs.setPermission(new Path("/tree/sub/b"), new FsPermission((short) 0640));
        fs.setTimes(new Path("/tree/a"), 123_000, -1);
        fs.cloneTree(TREE, CLONE);
        assertThat(contents(CLONE)).isEqualTo(contents(TREE)).hasSize(3);
        assertThat(fs.getFileStatus(new Path("/clone/empty")).isDirectory()).isTrue();
        assertThat(fs.getFileStatus(new Path("/clone/sub/b")).getPermission().toShort()).isEqualTo((short) 0640);
        assertThat(fs.getFileStatus(new Path("/clone/a")).getModificationTime()).isEqualTo(123_000);
    }

    @Test
    void changesOnBothSidesStayOnTheirs() throws IOException {
        fs.cloneTree(TREE, CLONE);
        append("/tree/a", "+tree");
        append("/clone/a", "+clone");
        write("/tree/sub/b", "new in tree");
        fs.delete(new Path("/clone/sub/deep"), true);
        fs.rename(new Path("/tree/sub/deep/c"), new Path("/tree/sub/moved"));
        write("/clone/sub/only", "only in clone");
        assertThat(contents(TREE)).isEqualTo(Map.of(
                "/a", "a+tree", "/sub/b", "new in tree", "/sub/moved", "c"));
        assertThat(contents(CLONE)).isEqualTo(Map.of(
                "/a", "a+clone", "/sub/b", "b", "/sub/only", "only in clone"));
    }

    @Test
    void cloneOutlivesItsSource() throws IOException {
        Map<String, String> before = contents(TREE);
        fs.cloneTree(TREE, CLONE);
        fs.delete(TREE, true);
        assertThat(contents(CLONE)).isEqualTo(before);
        fs.cloneTree(CLONE, new Path("/clone2"));
        fs.delete(CLONE, true);
        assertThat(contents(new Path("/clone2"))).isEqualTo(before);
    }

    @Test
    void cloneShowsAnOpenFileClosedAndTheWriterGoesOn() throws IOException {
        try (FSDataOutputStream out = fs.create(new Path("/tree/open"))) {
            out.writeBytes("before");
            out.hflush();
            fs.cloneTree(TREE, CLONE);
            out.writeBytes(" and after");
            out.hflush();
            assertThat(fs.isFileClosed(new Path("/clone/open"))).isTrue();
            assertThat(read("/clone/open")).isEqualTo("before");
        }
        assertThat(read("/tree/open")).isEqualTo("before and after");
        append("/clone/open", ", elsewhere");
        assertThat(read("/clone/open")).isEqualTo("before, elsewhere");
        assertThat(read("/tree/open")).isEqualTo("before and after");
    }

    @Test
    void cloneInsideItsSourceHoldsWhatWasThereBefore() throws IOException {
        Map<String, String> before = contents(TREE);
        fs.cloneTree(TREE, new Path("/tree/sub/clone"));
        assertThat(contents(new Path("/tree/sub/clone"))).isEqualTo(before);
        assertThat(contents(TREE)).hasSize(2 * before.size());
    }

    @Test
    void cloneOntoSomethingIsRefusedUnlessAskedFor() throws IOException {
        write("/clone/old", "old");
        assertThatThrownBy(() -> fs.cloneTree(TREE, CLONE))
                .isInstanceOf(FileAlreadyExistsException.class).hasMessageContaining("/clone");
        assertThat(contents(CLONE)).isEqualTo(Map.of("/old", "old"));
        fs.cloneTree(TREE, CLONE, true);
        assertThat(contents(CLONE)).isEqualTo(contents(TREE));
    }

    @Test
    void clonesSurviveARestart() throws IOException {
        fs.cloneTree(TREE, CLONE);
        append("/clone/a", "+clone");
        fs.close();
        fs = new GroupOnDisk(temporary.resolve("group")).open();
        assertThat(contents(TREE)).isEqualTo(Map.of("/a", "a", "/sub/b", "b", "/sub/deep/c", "c"));
        assertThat(contents(CLONE)).isEqualTo(Map.of("/a", "a+clone", "/sub/b", "b", "/sub/deep/c", "c"));
    }

    private void write(String file, String text) throws IOException {
        try (FSDataOutputStream out = fs.create(new Path(file))) {
            out.writeBytes(text);
        }
    }

    private void append(String file, String text) throws IOException {
        try (FSDataOutputStream out = fs.append(new Path(file))) {
            out.writeBytes(text);
        }
    }

    private String read(String file) throws IOException {
        try (FSDataInputStream in = fs.open(new Path(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Texts of all files below a directory, by path below it. */
    private Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        RemoteIterator<LocatedFileStatus> files = fs.listFiles(root, true);
        while (files.hasNext()) {
            String path = files.next().getPath().toUri().getPath();
            contents.put(path.substring(root.toUri().getPath().length()), read(path));
        }
        return contents;
    }
}
