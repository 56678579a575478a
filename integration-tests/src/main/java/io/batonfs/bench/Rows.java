package io.batonfs.bench;

import java.util.ArrayList;
import java.util.List;

/** All rows, in the order in which they are run. */
final class Rows {

    private Rows() {
    }

    /** The rows at given sizes; those of a group stand together. */
    static List<Row> all(Sizes sizes) {
        List<Row> rows = new ArrayList<>();
        rows.addAll(DataRows.at(sizes));
        rows.addAll(MetadataRows.at(sizes));
        rows.addAll(CopyRows.at(sizes));
        rows.addAll(TransportRows.at(sizes));
        rows.addAll(PoolRows.at(sizes));
        return List.copyOf(rows);
    }

    /** The row of a name. */
    static Row named(String name, Sizes sizes) {
        return all(sizes).stream().filter(row -> row.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row is named " + name));
    }
}
