package io.batonfs.distcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.architecture.Checkout;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.tools.DistCpOptionSwitch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** conf/distcp.md is complete; that it is right is shown by {@link DistCpOptionsTest}, which reads its verdicts. */
class DistCpPageTest {
    private final Map<String, DistCpPage.Row> rows = new DistCpPage(Checkout.read("conf/distcp.md")).rows();

    @Test
    void eachOptionOfTheStockToolHasARowAndNoOther() {
        assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(Stream.concat(Stream.of(DistCpPage.NONE),
                Arrays.stream(DistCpOptionSwitch.values()).map(DistCpOptionSwitch::getSwitch)).toList());
    }

    @Test
    void eachRowIsShownByTests() {
        List<String> tests = Arrays.stream(DistCpOptionsTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(ParameterizedTest.class))
                .map(Method::getName).toList();
        assertThat(rows).allSatisfy((option, row) -> {
            assertThat(row.reason()).as("what is said of -%s", option).isNotBlank();
            assertThat(row.tests()).as("tests of -%s", option).isNotEmpty().isSubsetOf(tests);
        });
    }

    @Test
    void aTableOfAnotherFormIsNoTable() {
        String row = "| `-x` | offloaded | streamed | refused | why | `test` |\n";
        assertThat(new DistCpPage(row).verdict("x", Direction.TO_HDFS)).isEqualTo(Verdict.REFUSED);
        assertThatThrownBy(() -> new DistCpPage(row + row)).hasMessageContaining("-x is there twice");
        assertThatThrownBy(() -> new DistCpPage(row.replace("refused", "perhaps"))).hasMessageContaining("PERHAPS");
        assertThatThrownBy(() -> new DistCpPage("| `-x` | offloaded |")).hasMessageContaining("not 6 columns");
        assertThatThrownBy(() -> new DistCpPage(row).verdict("y", Direction.TO_HDFS)).hasMessageContaining("no row for -y");
    }
}
