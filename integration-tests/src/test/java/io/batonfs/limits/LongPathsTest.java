package io.batonfs.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.Test;

/** Paths of 8000 characters and of 512 names work; one more is refused, and nothing is left of the attempt. */
class LongPathsTest extends OnOneGroup {
    private static final int MAX_CHARACTERS = 8000;
    private static final int MAX_NAMES = 512;
    private static final int NAME_CHARACTERS = 199;

    @Test
    void pathOf8000CharactersWorksAndOfOneMoreNot() throws Exception {
        String longest = ("/" + "n".repeat(NAME_CHARACTERS)).repeat(MAX_CHARACTERS / (NAME_CHARACTERS + 1));
        assertThat(longest).hasSize(MAX_CHARACTERS);
        works(longest, longest + "n", "characters");
    }

    @Test
    void pathOf512NamesWorksAndOfOneMoreNot() throws Exception {
        String deepest = "/d".repeat(MAX_NAMES);
        works(deepest, deepest + "/d", "deeper");
    }

    private void works(String last, String beyond, String why) throws Exception {
        refuse(beyond, why);
        assertThat(fs.listStatus(new Path("/"))).as("nothing is left of what was refused").isEmpty();
        refuseToMoveThere(beyond, why);

        Limits.write(fs, new Path(last), "content");
        assertThat(Limits.read(fs, new Path(last))).isEqualTo("content");
        assertThat(onlyFile()).isEqualTo(last);
        refuse(beyond, why);
        restart();
        assertThat(onlyFile()).as("after a restart").isEqualTo(last);
        assertThat(fs.getContentSummary(new Path("/")).getFileCount()).isEqualTo(1);

        deeperByCloneAndRename(last, why);
        assertThat(fs.delete(new Path(top(last)), true)).isTrue();
        assertThat(fs.listStatus(new Path("/"))).isEmpty();
    }

    private void refuse(String path, String why) {
        assertThatThrownBy(() -> fs.create(new Path(path)).close()).satisfies(e -> says(e, why));
        assertThatThrownBy(() -> fs.mkdirs(new Path(path))).satisfies(e -> says(e, why));
    }

    private void refuseToMoveThere(String beyond, String why) throws IOException {
        Path source = new Path("/s");
        Limits.write(fs, source, "source");
        Path there = new Path(beyond);
        fs.mkdirs(there.getParent());
        assertThatThrownBy(() -> fs.rename(source, there)).satisfies(e -> says(e, why));
        assertThatThrownBy(() -> fs.cloneTree(source, there)).satisfies(e -> says(e, why));
        assertThat(fs.listStatus(there.getParent())).isEmpty();
        fs.delete(source, false);
        fs.delete(new Path(top(beyond)), true);
    }

    /** A tree may be moved so that paths in it grow beyond the limit: they can be used and left, nothing made there. */
    private void deeperByCloneAndRename(String last, String why) throws IOException {
        String over = "/over/" + "o".repeat(NAME_CHARACTERS);
        fs.mkdirs(new Path("/over/short"));
        fs.cloneTree(new Path(top(last)), new Path("/over/short/above"));
        assertThat(fs.rename(new Path("/over/short"), new Path(over))).isTrue();
        String beyond = over + "/above" + last.substring(top(last).length());
        assertThat(Limits.read(fs, new Path(beyond))).isEqualTo("content");
        assertThat(fs.getFileStatus(new Path(beyond)).getLen()).isEqualTo("content".length());
        refuse(new Path(beyond).getParent() + "/" + "x".repeat(NAME_CHARACTERS + 1), why);
        assertThat(fs.rename(new Path(beyond), new Path("/back"))).isTrue();
        assertThat(Limits.read(fs, new Path("/back"))).isEqualTo("content");
        assertThat(fs.delete(new Path("/over"), true)).isTrue();
        assertThat(fs.delete(new Path("/back"), true)).isTrue();
    }

    private static String top(String path) {
        return path.substring(0, path.indexOf('/', 1));
    }

    /** The message may be the exception's own or, where Hadoop's names only the path, that of its cause. */
    private static void says(Throwable e, String why) {
        assertThat(e + " / " + e.getCause()).contains(why);
    }

    private String onlyFile() throws IOException {
        RemoteIterator<LocatedFileStatus> files = fs.listFiles(new Path("/"), true);
        String path = files.next().getPath().toUri().getPath();
        assertThat(files.hasNext()).isFalse();
        return path;
    }
}
