package io.batonfs.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows as a table for people. */
final class ResultTable {
    private static final String[] HEAD = {
        "step", "files", "bytes", "seconds", "MB/s", "bytes through client", "offloaded", "fallen back", "verified"};

    private ResultTable() {
    }

    /** Lines of the table, columns aligned: the first to the left, the others to the right. */
    static List<String> lines(List<StepRow> rows) {
        List<String[]> cells = new ArrayList<>();
        cells.add(HEAD);
        for (StepRow row : rows) {
            cells.add(new String[] {
                row.step(), grouped(row.files()), grouped(row.bytes()), decimals(row.seconds(), 3),
                decimals(row.megabytesPerSecond(), 1), grouped(row.clientBytes()), grouped(row.offloaded()),
                grouped(row.fallbacks()), row.verified() ? "yes" : "NO"});
        }
        int[] widths = new int[HEAD.length];
        for (String[] line : cells) {
            for (int i = 0; i < line.length; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (String[] line : cells) {
            lines.add(joined(line, widths));
        }
        lines.add(1, "-".repeat(lines.get(0).length()));
        return lines;
    }

    private static String joined(String[] line, int[] widths) {
        StringBuilder text = new StringBuilder(String.format("%-" + widths[0] + "s", line[0]));
        for (int i = 1; i < line.length; i++) {
            text.append("  ").append(String.format("%" + widths[i] + "s", line[i]));
        }
        return text.toString();
    }

    /** A number with its thousands set apart. */
    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String decimals(double number, int places) {
        return String.format(Locale.ROOT, "%,." + places + "f", number);
    }
}
