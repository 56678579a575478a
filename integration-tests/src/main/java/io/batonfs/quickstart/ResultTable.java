package io.batonfs.quickstart;

import io.batonfs.console.TextTable;
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
        TextTable table = new TextTable(HEAD);
        for (StepRow row : rows) {
            table.row(row.step(), grouped(row.files()), grouped(row.bytes()), decimals(row.seconds(), 3),
                    decimals(row.megabytesPerSecond(), 1), grouped(row.clientBytes()), grouped(row.offloaded()),
                    grouped(row.fallbacks()), row.verified() ? "yes" : "NO");
        }
        return table.lines();
    }

    /** A number with its thousands set apart. */
    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String decimals(double number, int places) {
        return String.format(Locale.ROOT, "%,." + places + "f", number);
    }
}
