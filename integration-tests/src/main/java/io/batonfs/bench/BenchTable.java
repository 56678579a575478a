package io.batonfs.bench;

import io.batonfs.console.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The results as a table for people; those that miss their goals are marked. */
final class BenchTable {
    private static final String NOTHING = "-";
    /** From here on a decimal says nothing. */
    private static final double WHOLE_FROM = 100;

    private BenchTable() {
    }

    /** Lines of the table. */
    static List<String> lines(List<Result> results) {
        TextTable table = new TextTable("row", "unit", "median", "min..max", "peer", "its median", "its min..max",
                "ratio", "goal", "");
        for (Result result : results) {
            Spread figures = result.series().figures();
            table.row(result.name(), result.row().unit().symbol(), number(figures.median()), range(figures),
                    result.peer().name(), number(result.peer().median()),
                    result.peer().figures().map(BenchTable::range).orElse(NOTHING),
                    number(result.ratio()), number(result.comparison().goal()), result.missed() ? "MISSED" : "");
        }
        return table.lines();
    }

    private static String range(Spread figures) {
        return number(figures.min()) + ".." + number(figures.max());
    }

    private static String number(OptionalDouble number) {
        return number.isPresent() ? number(number.getAsDouble()) : NOTHING;
    }

    static String number(double number) {
        return String.format(Locale.ROOT, Math.abs(number) >= WHOLE_FROM ? "%,.0f" : "%.2f", number);
    }
}
