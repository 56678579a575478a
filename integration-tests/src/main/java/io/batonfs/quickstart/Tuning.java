package io.batonfs.quickstart;

import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * What is set so that small machines aren't left waiting. None of it touches what is copied or compared. All of it holds
 * for every step alike, those over HDFS and those inside Baton; the quickstart prints it, and the benchmark sets it too.
 */
public enum Tuning {
    // Above Long.MAX_VALUE bytes, which is what the throttle takes a file for that is read in less than a millisecond.
    BANDWIDTH("distcp.map.bandwidth.mb", "1e13",
            "distcp holds each map back to 100 MB/s by default, and 50 ms for each small file"),
    CLOSE_BACKOFF("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "5",
            "an HDFS client waits 400 ms before it asks again whether a file is closed"),
    JOB_POLL("mapreduce.client.progressmonitor.pollinterval", "50",
            "a job's client looks once a second whether the job is done"),
    SUBMIT_POLL("mapreduce.client.completion.pollinterval", "50", "the same, every 5 s, for a job without a monitor");

    private final String key;
    private final String value;
    private final String reason;

    Tuning(String key, String value, String reason) {
        this.key = key;
        this.value = value;
        this.reason = reason;
    }

    /** Sets all of it. */
    public static void applyTo(Configuration conf) {
        for (Tuning tuning : values()) {
            conf.set(tuning.key, tuning.value);
        }
    }

    /** What was set and why, a line each. */
    public static List<String> lines() {
        return List.of(values()).stream().map(t -> t.key + "=" + t.value + "  (" + t.reason + ")").toList();
    }
}
