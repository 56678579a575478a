package io.batonfs.spark;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** Tables by SQL: at a place of their own and in the warehouse, which the test has put on Baton too. */
final class SqlStep implements SparkProgram.Step {
    @Override
    public void run(SparkSession spark, String directory) throws IOException {
        Rows.between(spark, 0, 1000).createOrReplaceTempView("rows");
        spark.sql("CREATE TABLE sales (id BIGINT, name STRING, part INT) USING parquet PARTITIONED BY (part) LOCATION '"
                + directory + "/sales'");
        spark.sql("INSERT INTO sales SELECT id, name, part FROM rows");
        spark.sql("INSERT OVERWRITE TABLE sales PARTITION (part = 3) SELECT id, name FROM rows WHERE id < 10");
        counts(spark, "sales", 750 + 10);
        counts(spark, "sales WHERE part = 3", 10);
        spark.sql("ALTER TABLE sales DROP PARTITION (part = 0)");
        counts(spark, "sales", 500 + 10);

        spark.sql("CREATE TABLE kept USING json AS SELECT * FROM rows WHERE id < 7");
        spark.sql("CREATE TABLE dropped USING parquet AS SELECT * FROM rows");
        counts(spark, "kept JOIN dropped USING (id)", 7);
        Path warehouse = new Path(spark.conf().get("spark.sql.warehouse.dir"));
        FileSystem fs = warehouse.getFileSystem(spark.sparkContext().hadoopConfiguration());
        Rows.check(fs.exists(new Path(warehouse, "dropped")), "a table in the warehouse");
        spark.sql("DROP TABLE dropped");
        Rows.check(!fs.exists(new Path(warehouse, "dropped")), "no files of a dropped table");
    }

    private static void counts(SparkSession spark, String from, long expected) {
        long rows = spark.sql("SELECT count(*) FROM " + from).first().getLong(0);
        Rows.check(rows == expected, "rows of " + from + ": " + rows + " instead of " + expected);
    }
}
