package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the list of rows has to be so that it can be run and reported. */
class RowsTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void namesAreUniqueAndCanBeSentAsOneWord(boolean quick) {
        assertThat(Rows.all(Sizes.of(quick))).extracting(Row::name).doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[A-Za-z0-9-]+"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rowsOfAGroupStandTogether(boolean quick) {
        Set<String> ended = new HashSet<>();
        String current = "";
        for (Row row : Rows.all(Sizes.of(quick))) {
            if (!row.group().equals(current)) {
                ended.add(current);
                current = row.group();
            }
            assertThat(ended).as("groups that have ended before %s", row.name()).doesNotContain(current);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyRowComparesAndSaysWhatIsAcknowledged(boolean quick) {
        assertThat(Rows.all(Sizes.of(quick))).allSatisfy(row -> {
            assertThat(row.comparisons()).as(row.name()).isNotEmpty();
            assertThat(row.acknowledged()).as(row.name()).isNotBlank();
        });
    }
}
