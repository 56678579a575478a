package io.batonfs.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The formats of lines, plain and compressed. */
final class TextsStep implements SparkProgram.Step {
    private static final int ROWS = 10_000;

    @Override
    public void run(SparkSession spark, String directory) {
        Dataset<Row> rows = Rows.between(spark, 0, ROWS);
        rows.write().option("header", true).csv(directory + "/csv");
        Rows.same(rows, spark.read().schema(rows.schema()).option("header", true).csv(directory + "/csv"), "CSV");
        rows.write().json(directory + "/json");
        Rows.same(rows, spark.read().schema(rows.schema()).json(directory + "/json"), "JSON");
        rows.write().option("compression", "gzip").json(directory + "/json-gz");
        Rows.same(rows, spark.read().schema(rows.schema()).json(directory + "/json-gz"), "JSON with gzip");
        rows.select("name").write().text(directory + "/text");
        Dataset<Row> lines = spark.read().text(directory + "/text");
        Rows.check(lines.count() == ROWS, "lines");
        Rows.check(rows.select("name").exceptAll(lines).isEmpty(), "lines that were written");
        // By Hadoop's older interface, whose commit is the one of MapReduce.
        rows.select("name").javaRDD().map(row -> row.getString(0)).saveAsTextFile(directory + "/rdd");
        Rows.check(spark.read().textFile(directory + "/rdd").distinct().count() == ROWS, "lines of an RDD");
    }
}
