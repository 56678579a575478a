package io.batonfs.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** A partitioned Parquet table: written, read with a predicate, appended to, overwritten whole and by partition. */
final class ParquetStep implements SparkProgram.Step {
    private static final int ROWS = 100_000;

    @Override
    public void run(SparkSession spark, String directory) {
        String table = directory + "/table";
        Dataset<Row> first = Rows.between(spark, 0, ROWS);
        first.write().partitionBy("part").parquet(table);
        Rows.same(first, spark.read().parquet(table), "what was written");
        predicates(spark.read().parquet(table));

        Dataset<Row> more = Rows.between(spark, ROWS, ROWS + 1000);
        more.write().mode(SaveMode.Append).partitionBy("part").parquet(table);
        Rows.same(first.union(more), spark.read().parquet(table), "what was appended to");

        Dataset<Row> second = Rows.between(spark, 5, 20_000);
        second.write().mode(SaveMode.Overwrite).partitionBy("part").parquet(table);
        Rows.same(second, spark.read().parquet(table), "what was overwritten");

        // In a session of its own, whose settings are not the others'.
        onePartition(spark.newSession(), table);
        Dataset<Row> ones = Rows.between(spark, 200_000, 210_000).where("part = 1");
        Rows.same(second.where("part <> 1").union(ones), spark.read().parquet(table), "one partition overwritten");
        fromItself(spark, table, directory + "/copy");
    }

    private static void predicates(Dataset<Row> table) {
        Rows.check(table.where("part = 2 and id >= 1000 and id < 1100").count() == 25, "rows of one partition by id");
        Rows.check(table.where("name = 'name-4711'").count() == 1, "one row by name");
        Rows.check(table.where("id < 0").isEmpty(), "rows that are not there");
        Rows.check(table.selectExpr("sum(id)").first().getLong(0) == (long) ROWS * (ROWS - 1) / 2, "the sum");
    }

    /**
     * Overwrites one partition; the others have to stay as they are. Always by Spark's own commit: its binding to
     * Hadoop's newer committers adds to the partition where it should replace it, on every file system (4.1.2, seen on
     * file: too).
     */
    private static void onePartition(SparkSession spark, String table) {
        spark.conf().set("spark.sql.sources.commitProtocolClass",
                "org.apache.spark.sql.execution.datasources.SQLHadoopMapReduceCommitProtocol");
        spark.conf().set("spark.sql.parquet.output.committer.class", "org.apache.parquet.hadoop.ParquetOutputCommitter");
        Rows.between(spark, 200_000, 210_000).where("part = 1").write().mode(SaveMode.Overwrite)
                .option("partitionOverwriteMode", "dynamic").partitionBy("part").parquet(table);
    }

    /** Reads and writes Baton in one job. */
    private static void fromItself(SparkSession spark, String table, String copy) {
        spark.read().parquet(table).repartition(3).write().parquet(copy);
        Rows.same(spark.read().parquet(table), spark.read().parquet(copy), "a table made of another");
    }
}
