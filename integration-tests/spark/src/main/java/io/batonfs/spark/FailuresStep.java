package io.batonfs.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Tasks that throw or take their executor with them in the middle of a file are tried again, and leave no trace. */
final class FailuresStep implements SparkProgram.Step {
    private static final int ROWS = 50_000;
    private static final int ATTEMPTS = 4;

    @Override
    public void run(SparkSession spark, String directory) throws InterruptedException {
        TaskFailures failures = new TaskFailures();
        spark.sparkContext().addSparkListener(failures);
        Dataset<Row> rows = Rows.between(spark, 0, ROWS);

        failing(rows, new FailingTask(FailingTask.How.THROWS, 1)).write().partitionBy("part").parquet(directory + "/thrown");
        failures.awaitTasks(1);
        Rows.same(rows, spark.read().parquet(directory + "/thrown"), "after a task that threw");

        failing(rows, new FailingTask(FailingTask.How.HALTS, 1)).write().json(directory + "/halted");
        failures.awaitExecutors(1);
        Rows.same(rows, spark.read().schema(rows.schema()).json(directory + "/halted"), "after an executor that halted");

        givesUp(failing(rows, new FailingTask(FailingTask.How.THROWS, ATTEMPTS)), directory + "/given-up");
        spark.sparkContext().removeSparkListener(failures);
    }

    private static Dataset<Row> failing(Dataset<Row> rows, FailingTask task) {
        return rows.mapPartitions(task, Encoders.row(rows.schema()));
    }

    private static void givesUp(Dataset<Row> rows, String table) {
        try {
            rows.write().parquet(table);
        } catch (Exception e) {
            // Spark declares no exception here and throws a checked one.
            Rows.check(String.valueOf(e.getMessage()).contains(FailingTask.REASON), "the reason of a job that fails: " + e);
            return;
        }
        throw new AssertionError("a job whose task fails at every attempt has not failed");
    }
}
