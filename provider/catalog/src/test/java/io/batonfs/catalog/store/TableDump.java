package io.batonfs.catalog.store;

import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** All rows of all tables as text, to compare two stores byte by byte. */
public final class TableDump {
    private static final int MAX_SHOWN = 400;

    private TableDump() {
    }

    /** "TABLE hexkey" to hex value. */
    public static Map<String, String> of(TableStore store) {
        try (TableView view = store.view()) {
            return of(view);
        }
    }

    /** The first row in which two dumps differ, or null if they are equal: short enough for a test's message. */
    public static String firstDifference(Map<String, String> expected, Map<String, String> actual) {
        TreeSet<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        return keys.stream().filter(k -> !Objects.equals(expected.get(k), actual.get(k))).findFirst()
                .map(k -> k + ": " + cut(expected.get(k)) + " <> " + cut(actual.get(k))).orElse(null);
    }

    private static String cut(String value) {
        return value == null || value.length() <= MAX_SHOWN ? value : value.substring(0, MAX_SHOWN) + "...";
    }

    /** "TABLE hexkey" to hex value. */
    public static Map<String, String> of(TableView view) {
        Map<String, String> rows = new TreeMap<>();
        HexFormat hex = HexFormat.of();
        for (Table table : Table.values()) {
            view.scan(table, new byte[0], null, (key, value) -> {
                rows.put(table + " " + hex.formatHex(key), hex.formatHex(value));
                return true;
            });
        }
        return rows;
    }
}
