package io.batonfs.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The table and the progress line. */
class ConsoleTest {

    @Test
    void progressSaysHowFar() {
        assertThat(ProgressLine.text("copy", 1_500_000, 3_000_000, 2)).isEqualTo("  copy ... 50 %, 1.5 of 3.0 MB, 2 s");
        assertThat(ProgressLine.text("copy", 9, 3, 2)).contains("100 %");
        assertThat(ProgressLine.text("wait", 0, 0, 2)).isEqualTo("  wait ... 2 s");
    }

    @Test
    void tableIsAligned() {
        List<String> lines = new TextTable("row", "n").row("a", "12345").row("longer", "1").lines();
        assertThat(lines).containsExactly("row         n", "-------------", "a       12345", "longer      1");
    }

    @Test
    void tableMayHaveAColumnWithoutText() {
        assertThat(new TextTable("row", "").row("a", "").lines()).containsExactly("row   ", "------", "a     ");
    }

    @Test
    void tableRefusesRowsThatDoNotFit() {
        assertThatThrownBy(() -> new TextTable("row", "n").row("alone"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[alone]");
    }
}
