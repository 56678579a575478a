package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user asks for, and what a client answers. */
class OptionsAndRepliesTest {

    private static BenchOptions options(String... keysAndValues) {
        Properties properties = new Properties();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.setProperty("bench." + keysAndValues[i], keysAndValues[i + 1]);
        }
        return BenchOptions.of(properties);
    }

    @Test
    void nothingAskedForIsEverything() {
        BenchOptions options = options("rows", "", "samples", "");
        assertThat(options.samples()).isEqualTo(5);
        assertThat(options.quick()).isFalse();
        assertThat(options.chooses(Samples.row("g", "stat-1", Unit.SECONDS))).isTrue();
        assertThat(options.reports()).isEqualTo(Path.of("target/bench").toAbsolutePath());
    }

    @Test
    void rowsAreChosenByPartsOfTheirNames() {
        BenchOptions options = options("rows", "^stat|write", "samples", "1", "quick", "");
        assertThat(options.quick()).isTrue();
        assertThat(options.chooses(Samples.row("g", "stat-1", Unit.SECONDS))).isTrue();
        assertThat(options.chooses(Samples.row("g", "first-write", Unit.SECONDS))).isTrue();
        assertThat(options.chooses(Samples.row("g", "restat", Unit.SECONDS))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"rows,(", "samples,0", "samples,1001", "samples,many", "quick,perhaps"})
    void whatCanNotBeIsRefusedByNameAndValue(String key, String value) {
        assertThatThrownBy(() -> options(key, value)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bench." + key).hasMessageContaining(value);
    }

    @Test
    void repliesComeBackAsTheyWereSaid() throws Exception {
        Figure figure = new Figure(1234.5678, Map.of("p99Us", 0.25, "operations", 3.0));
        assertThat(ClientReply.read("HDFS", ClientReply.figure(figure))).contains(figure);
        assertThat(ClientReply.read("HDFS", ClientReply.done())).isEmpty();
    }

    @Test
    void failuresAreOneLineThatNamesWhoAndWhy() {
        String line = ClientReply.failed(new IOException("first\n\tsecond", new IllegalStateException("cause")));
        assertThat(line).doesNotContain("\n");
        assertThatThrownBy(() -> ClientReply.read("daemon", line)).isInstanceOf(IOException.class)
                .hasMessageStartingWith("daemon: ").hasMessageContaining("first | second")
                .hasMessageContaining("cause");
        assertThatThrownBy(() -> ClientReply.read("daemon", "figure {}")).isInstanceOf(IOException.class);
    }
}
