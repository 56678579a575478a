package io.batonfs.bench;

import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** What is set so that HDFS does the same as Baton, and is not held back by a default that nobody would keep. */
enum HdfsTuning {
    REPLICATION("dfs.replication", "2",
            "each block on two DataNodes, as each page is on two devices of Baton's mirrored pool"),
    HANDLERS("dfs.namenode.handler.count", "16", "as many as Baton's control port has; 10 by default"),
    ACCESS_TIMES("dfs.namenode.accesstime.precision", "0", "Baton keeps no access times: no reader pays for them"),
    AUDIT("dfs.namenode.audit.log.debug.cmdlist", "getfileinfo,listStatus",
            "both audit logs are on, and Baton's leaves these out");

    private final String key;
    private final String value;
    private final String reason;

    HdfsTuning(String key, String value, String reason) {
        this.key = key;
        this.value = value;
        this.reason = reason;
    }

    /** Sets all of it. */
    static void applyTo(Configuration conf) {
        for (HdfsTuning tuning : values()) {
            conf.set(tuning.key, tuning.value);
        }
    }

    /** What was set and why, a line each. */
    static List<String> lines() {
        return List.of(values()).stream().map(t -> t.key + "=" + t.value + "  (" + t.reason + ")").toList();
    }
}
