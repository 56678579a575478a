package io.batonfs.clientjar;

import java.util.List;

/** The ways in which a Spark job's output gets into place, as an operator chooses them: each a set of Spark's settings. */
enum SparkCommitter {
    /** What Spark does by itself: tasks rename into the job's attempt, the job's commit renames from there. */
    FILE_OUTPUT_1("File Output Committer Algorithm version is 1",
            "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version=1"),
    /** Tasks rename into the destination. */
    FILE_OUTPUT_2("File Output Committer Algorithm version is 2",
            "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version=2"),
    /** Hadoop's newest: tasks write down what the job's commit is to rename. */
    MANIFEST("ManifestCommitter",
            "spark.hadoop.mapreduce.outputcommitter.factory.scheme.baton="
                    + "org.apache.hadoop.mapreduce.lib.output.committer.manifest.ManifestCommitterFactory",
            "spark.sql.sources.commitProtocolClass=org.apache.spark.internal.io.cloud.PathOutputCommitProtocol",
            "spark.sql.parquet.output.committer.class="
                    + "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter");

    private final String saysOfItself;
    private final List<String> settings;

    SparkCommitter(String saysOfItself, String... settings) {
        this.saysOfItself = saysOfItself;
        this.settings = List.of(settings);
    }

    /** What is in the log of a driver that uses it, and of no other. */
    String saysOfItself() {
        return saysOfItself;
    }

    /** Settings of Spark, as {@code key=value}. */
    List<String> settings() {
        return settings;
    }
}
