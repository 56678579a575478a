package io.batonfs.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.processes.ChildProcess;
import io.batonfs.processes.ChildSession;
import io.batonfs.processes.ProcessHarness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One directory, several users: within a JVM they share the group, another JVM is kept off and told why. */
class SharedGroupTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/shared/file");

    @TempDir
    Path temporary;

    private GroupOnDisk group;

    @BeforeEach
    void makeGroup() {
        group = new GroupOnDisk(temporary.resolve("group"));
    }

    /** Opens the group given, says "open" or why not, and keeps it open until told to end. */
    static final class OtherJvm {
        public static void main(String[] arguments) throws Exception {
            ChildSession session = ChildSession.begin();
            try (FileSystem fs = new GroupOnDisk(Path.of(arguments[0])).open()) {
                session.say("open, the root has " + fs.listStatus(new org.apache.hadoop.fs.Path("/")).length + " entries");
                session.hear();
            } catch (IOException e) {
                session.say("refused: " + e.getMessage().replace('\n', ' '));
            }
        }
    }

    @Test
    void twoInstancesInOneJvmSeeEachOthersFilesAtOnce() throws IOException {
        try (FileSystem one = group.open(); FileSystem other = group.open()) {
            write(one, "by one");
            assertThat(read(other)).isEqualTo("by one");
            other.rename(FILE, FILE.suffix(".moved"));
            assertThat(one.exists(FILE)).isFalse();
            assertThat(one.exists(FILE.suffix(".moved"))).isTrue();
        }
    }

    @Test
    void groupLivesUntilItsLastUserCloses() throws IOException {
        FileSystem one = group.open();
        try (FileSystem other = group.open()) {
            write(one, "by one");
            one.close();
            assertThat(read(other)).isEqualTo("by one");
        }
        try (FileSystem again = group.open()) {
            assertThat(read(again)).isEqualTo("by one");
        }
    }

    @Test
    void writerOfOneInstanceOutlivesTheOther() throws IOException {
        try (FileSystem one = group.open()) {
            FileSystem other = group.open();
            try (FSDataOutputStream out = one.create(FILE)) {
                out.writeBytes("half ");
                out.hflush();
                other.close();
                out.writeBytes("whole");
            }
            assertThat(read(one)).isEqualTo("half whole");
        }
    }

    @Test
    void otherJvmIsToldWhoHoldsTheGroup() throws Exception {
        try (ProcessHarness harness = new ProcessHarness(temporary)) {
            try (FileSystem fs = group.open()) {
                write(fs, "mine");
                ChildProcess child = harness.start(OtherJvm.class, group.directory().toString());
                assertThat(child.nextLine())
                        .startsWith("refused: ")
                        .contains("process " + ProcessHandle.current().pid())
                        .contains("baton.embedded.dir");
                child.awaitGoodEnd();
                assertThat(read(fs)).isEqualTo("mine");
            }
            ChildProcess child = harness.start(OtherJvm.class, group.directory().toString());
            child.await("open, the root has 1 entries");
            assertThatThrownBy(() -> group.open().close()).hasMessageContaining("is open in process");
            child.kill();
        }
        try (FileSystem fs = group.open()) {
            assertThat(read(fs)).isEqualTo("mine");
        }
    }

    private static void write(FileSystem fs, String text) throws IOException {
        try (FSDataOutputStream out = fs.create(FILE)) {
            out.writeBytes(text);
        }
    }

    private static String read(FileSystem fs) throws IOException {
        try (FSDataInputStream in = fs.open(FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
