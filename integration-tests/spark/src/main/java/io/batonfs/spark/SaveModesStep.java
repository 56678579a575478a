package io.batonfs.spark;

import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** What each save mode does to a directory that is there. */
final class SaveModesStep implements SparkProgram.Step {
    private static final int ROWS = 100;

    @Override
    public void run(SparkSession spark, String directory) throws AnalysisException {
        String table = directory + "/table";
        Dataset<Row> first = Rows.between(spark, 0, ROWS);
        Dataset<Row> second = Rows.between(spark, ROWS, 2 * ROWS);
        first.write().mode(SaveMode.ErrorIfExists).parquet(table);
        refused(second, table);
        Rows.same(first, spark.read().parquet(table), "after a refusal");
        second.write().mode(SaveMode.Ignore).parquet(table);
        Rows.same(first, spark.read().parquet(table), "after Ignore");
        second.write().mode(SaveMode.Append).parquet(table);
        Rows.same(first.union(second), spark.read().parquet(table), "after Append");
        second.write().mode(SaveMode.Overwrite).parquet(table);
        Rows.same(second, spark.read().parquet(table), "after Overwrite");
    }

    private static void refused(Dataset<Row> rows, String table) {
        try {
            rows.write().mode(SaveMode.ErrorIfExists).parquet(table);
        } catch (Exception e) {
            // Spark declares no exception here and throws a checked one.
            Rows.check(e instanceof AnalysisException && e.getMessage().contains("already exists"), "the refusal: " + e);
            return;
        }
        throw new AssertionError("a second write with ErrorIfExists was not refused");
    }
}
