package io.batonfs.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The rows that the steps write, and comparing them with what is read. */
final class Rows {
    /** Partitions by value, and so directories of a partitioned table. */
    static final int PARTS = 4;
    private static final int TASKS = 4;

    private Rows() {
    }

    /** Rows with ids in [first, end), made by four tasks: id, name, value, part (id modulo 4). */
    static Dataset<Row> between(SparkSession spark, long first, long end) {
        return spark.range(first, end, 1, TASKS).selectExpr("id", "concat('name-', id) as name",
                "cast(id as double) / 3 as value", "cast(id % " + PARTS + " as int) as part");
    }

    /** Both have the same rows, each as often; the order does not matter. */
    static void same(Dataset<Row> expected, Dataset<Row> actual, String what) {
        Dataset<Row> alike = actual.select("id", "name", "value", "part");
        check(alike.count() == expected.count(), what + ": " + alike.count() + " rows instead of " + expected.count());
        check(expected.exceptAll(alike).isEmpty(), what + ": other rows than were written");
    }

    /** Fails unless something holds. */
    static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
