package io.batonfs.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of cells as lines of equal length: the first column to the left, the others to the right. For one thread. */
public final class TextTable {
    private final List<String[]> rows = new ArrayList<>();

    /** A table with a head. */
    public TextTable(String... head) {
        rows.add(head);
    }

    /** Adds a row, which has as many cells as the head. */
    public TextTable row(String... cells) {
        if (cells.length != rows.get(0).length) {
            throw new IllegalArgumentException("a row of " + cells.length + " cells under a head of "
                    + rows.get(0).length + ": " + Arrays.toString(cells));
        }
        rows.add(cells);
        return this;
    }

    /** The head, a rule, the rows. */
    public List<String> lines() {
        int[] widths = new int[rows.get(0).length];
        // Of a column without any text, too: a format can't have the width 0.
        Arrays.fill(widths, 1);
        for (String[] row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            lines.add(joined(row, widths));
        }
        lines.add(1, "-".repeat(lines.get(0).length()));
        return lines;
    }

    private static String joined(String[] row, int[] widths) {
        StringBuilder text = new StringBuilder(String.format("%-" + widths[0] + "s", row[0]));
        for (int i = 1; i < row.length; i++) {
            text.append("  ").append(String.format("%" + widths[i] + "s", row[i]));
        }
        return text.toString();
    }
}
