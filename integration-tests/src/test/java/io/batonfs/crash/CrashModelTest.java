package io.batonfs.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The model that judges what a crash left: it must find every loss, and allow what was under way both outcomes. */
class CrashModelTest {
    private final CrashModel model = new CrashModel();

    @Test
    void acknowledgedBytesMustBeThere() {
        say("done CREATE a - 1 0", "done FLUSH a - 1 100", "done WRITE a - 1 150", "begin FLUSH a - 1 180");
        model.crash();
        assertThat(found("a", 99, 99)).hasSize(1);
        assertThat(found("a", 100, 100)).isEmpty();
        assertThat(found("a", 180, 180)).isEmpty();
        assertThat(found("a", 181, 181)).hasSize(1);
        assertThat(found("a", 150, 120)).as("a wrong byte behind what was acknowledged").hasSize(1);
        assertThat(model.problems(Map.of())).hasSize(1);
    }

    @Test
    void closedFilesHaveTheirLength() {
        say("done CREATE a - 1 0", "done FLUSH a - 1 100", "done CLOSE a - 1 150");
        model.crash();
        assertThat(found("a", 149, 149)).hasSize(1);
        assertThat(found("a", 151, 150)).hasSize(2);
        assertThat(found("a", 150, 150)).isEmpty();
    }

    @Test
    void createUnderWayMayHaveHappened() {
        say("begin CREATE a - 1 0");
        model.crash();
        assertThat(model.problems(Map.of())).isEmpty();
        assertThat(found("a", 0, 0)).isEmpty();
        assertThat(found("a", 1, 0)).hasSize(2);
    }

    @Test
    void renameUnderWayShowsOneOfTheNames() {
        say("done CREATE a - 1 0", "done CLOSE a - 1 7", "begin RENAME a b 1 7");
        model.crash();
        assertThat(found("a", 7, 7)).isEmpty();
        assertThat(found("b", 7, 7)).isEmpty();
        assertThat(model.problems(Map.of())).as("neither").hasSize(1);
        assertThat(model.problems(Map.of("a", new CrashModel.Found(1, 7, 7), "b", new CrashModel.Found(1, 7, 7))))
                .as("both").hasSize(1);
    }

    @Test
    void whatIsDoneStaysDone() {
        say("done CREATE a - 1 0", "done CLOSE a - 1 7", "done RENAME a b 1 7", "done COPY b c 1 7", "done DELETE b - 1 7");
        model.crash();
        assertThat(found("c", 7, 7)).isEmpty();
        assertThat(model.problems(Map.of("c", new CrashModel.Found(1, 7, 7), "a", new CrashModel.Found(1, 7, 7))))
                .hasSize(1);
        assertThat(model.problems(Map.of("c", new CrashModel.Found(1, 7, 7), "b", new CrashModel.Found(1, 7, 7))))
                .hasSize(1);
    }

    @Test
    void settledFilesMustNotChange() {
        say("begin CREATE a - 1 0");
        model.crash();
        model.settle(Map.of());
        assertThat(found("a", 0, 0)).as("appears in a later round").hasSize(1);
        model.settle(Map.of("a", new CrashModel.Found(1, 0, 0)));
        assertThat(model.problems(Map.of())).as("gone in a later round").hasSize(1);
    }

    @Test
    void patternTellsPositionsAndContentsApart() {
        Pattern pattern = new Pattern(5);
        byte[] bytes = pattern.bytes(1000, 100);
        assertThat(pattern.rightBytes(1000, bytes, 100)).isEqualTo(100);
        assertThat(pattern.rightBytes(1008, bytes, 100)).isLessThan(4);
        assertThat(new Pattern(6).rightBytes(1000, bytes, 100)).isLessThan(4);
        assertThat(pattern.rightBytes(1000, new byte[100], 100)).isLessThan(4);
        bytes[50]++;
        assertThat(pattern.rightBytes(1000, bytes, 100)).isEqualTo(50);
    }

    private void say(String... lines) {
        for (String line : lines) {
            model.add(Event.of(line));
        }
    }

    private List<String> found(String name, long length, long right) {
        return model.problems(Map.of(name, new CrashModel.Found(1, length, right)));
    }
}
