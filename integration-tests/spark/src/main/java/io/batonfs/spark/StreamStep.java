package io.batonfs.spark;

import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;

/** Structured streaming with source, sink and checkpoint in one file system; begun a second time where it stopped. */
final class StreamStep implements SparkProgram.Step {
    private static final int ROWS = 1000;

    @Override
    public void run(SparkSession spark, String directory) throws Exception {
        Dataset<Row> first = Rows.between(spark, 0, ROWS);
        first.write().parquet(directory + "/in");
        carry(spark, directory);
        Rows.same(first, spark.read().parquet(directory + "/out"), "what was streamed");

        Dataset<Row> more = Rows.between(spark, ROWS, 2 * ROWS);
        more.write().mode(SaveMode.Append).parquet(directory + "/in");
        carry(spark, directory);
        Rows.same(first.union(more), spark.read().parquet(directory + "/out"), "what was streamed in two runs");
    }

    private static void carry(SparkSession spark, String directory)
            throws StreamingQueryException, TimeoutException {
        spark.readStream().schema(Rows.between(spark, 0, 1).schema()).parquet(directory + "/in")
                .writeStream().format("parquet").option("path", directory + "/out")
                .option("checkpointLocation", directory + "/checkpoint")
                .trigger(Trigger.AvailableNow()).start().awaitTermination();
    }
}
