package io.batonfs.spark;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Runs every step in a directory of its own below the one given, and says "done NAME" after each, "well done" at the end. */
public final class SparkProgram {
    private SparkProgram() {
    }

    /** A step: works in a directory, and fails if anything is not as it should be. */
    @FunctionalInterface
    interface Step {
        /** Works in a directory, which need not be there. */
        void run(SparkSession spark, String directory) throws Exception;
    }

    /**
     * Runs the steps.
     *
     * @param arguments the directory, with the URI of its file system
     */
    public static void main(String[] arguments) throws Exception {
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put("parquet", new ParquetStep());
        steps.put("texts", new TextsStep());
        steps.put("modes", new SaveModesStep());
        steps.put("sql", new SqlStep());
        steps.put("failures", new FailuresStep());
        steps.put("stream", new StreamStep());
        try (SparkSession spark = SparkSession.builder().appName("Baton's Spark application").getOrCreate()) {
            for (Map.Entry<String, Step> step : steps.entrySet()) {
                step.getValue().run(spark, arguments[0] + "/" + step.getKey());
                System.out.println("done " + step.getKey());
            }
        }
        System.out.println("well done");
    }
}
