package io.batonfs.distcp;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of options in conf/distcp.md: a row for each, a verdict for each direction, the test that shows it. */
final class DistCpPage {
    /** The row of a run without options. */
    static final String NONE = "none";

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final int COLUMNS = 6;

    private final Map<String, Row> rows = new LinkedHashMap<>();

    /**
     * Reads the table: the rows whose first column begins with an option.
     *
     * @throws IllegalArgumentException if a row is not of the table's form, or there twice
     */
    DistCpPage(String page) {
        for (String line : page.lines().filter(l -> l.matches("\\| (`-|" + NONE + ").*")).toList()) {
            String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|");
            if (cells.length != COLUMNS) {
                throw new IllegalArgumentException("not " + COLUMNS + " columns: " + line);
            }
            String option = cells[0].strip().equals(NONE) ? NONE : code(cells[0]).get(0).substring(1);
            Map<Direction, Verdict> verdicts = new EnumMap<>(Direction.class);
            for (Direction direction : Direction.values()) {
                verdicts.put(direction, Verdict.valueOf(cells[1 + direction.ordinal()].strip().toUpperCase(Locale.ROOT)));
            }
            if (rows.put(option, new Row(verdicts, cells[4].strip(), code(cells[5]))) != null) {
                throw new IllegalArgumentException("-" + option + " is there twice");
            }
        }
    }

    private static List<String> code(String cell) {
        Matcher code = CODE.matcher(cell);
        return code.results().map(found -> found.group(1)).toList();
    }

    /** The rows by option, without the hyphen, in their order. */
    Map<String, Row> rows() {
        return rows;
    }

    /** What is said of an option. */
    Verdict verdict(String option, Direction direction) {
        return Optional.ofNullable(rows.get(option))
                .orElseThrow(() -> new IllegalArgumentException("conf/distcp.md has no row for -" + option))
                .verdicts().get(direction);
    }

    /**
     * A row.
     *
     * @param reason why it is so, what differs
     * @param tests  methods of {@link DistCpOptionsTest} that show it
     */
    record Row(Map<Direction, Verdict> verdicts, String reason, List<String> tests) {
    }
}
