package io.batonfs.bench;

import java.util.List;
import org.apache.hadoop.tools.mapred.UniformSizeInputFormat;

/**
 * What HDFS's client takes back of Baton's core-site.xml, which is on the class path of all clients: it works as one
 * does where Baton was never heard of.
 */
enum PlainHdfsClient {
    STRATEGY("distcp.uniformsize.strategy.impl", UniformSizeInputFormat.class.getName(), "Hadoop's own"),
    CHECKSUMS("dfs.checksum.combine.mode", "MD5MD5CRC", "Hadoop's default");

    private final String key;
    private final String value;
    private final String reason;

    PlainHdfsClient(String key, String value, String reason) {
        this.key = key;
        this.value = value;
        this.reason = reason;
    }

    /** As arguments of the client's program. */
    static List<String> settings() {
        return List.of(values()).stream().map(s -> s.key + "=" + s.value).toList();
    }

    /** What was set and why, a line each. */
    static List<String> lines() {
        return List.of(values()).stream().map(s -> s.key + "=" + s.value + "  (HDFS's client only: " + s.reason
                + ", not that of Baton's core-site.xml)").toList();
    }
}
