package io.batonfs.fs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * What the adapter itself is told by configuration, read once when a file system is opened. What the
 * client reads is handed on to it, see {@link #clientSettings}.
 *
 * @param blockBytes         stored block size of new files, at least 1
 * @param replication        stored replication factor of new files, 1 to 512
 * @param compositeChecksums whether {@code getFileChecksum} answers
 */
public record AdapterConfig(long blockBytes, int replication, boolean compositeChecksums) {

    /** Block size that new files are given when their creator names none. */
    public static final String BLOCK_SIZE = "fs.baton.block.size";

    /**
     * 128 MiB, as in HDFS, so that jobs over copied data get the splits that they had; four pages of the default size
     * (4 x 32 MiB).
     */
    public static final long BLOCK_SIZE_DEFAULT = 4L * 32 * 1024 * 1024;

    /** Replication factor that new files are given when their creator names none. */
    public static final String REPLICATION = "fs.baton.replication";

    /** 1: redundancy is the pool's (RAID level, mirrors); the factor is an attribute that is stored and reported. */
    public static final int REPLICATION_DEFAULT = 1;

    /** Whether distcp between two places of one group copies by token. */
    public static final String DISTCP_OFFLOAD = "fs.baton.distcp.offload";

    /** On: it is what Baton is for. Off makes distcp stream, to compare or to rule the hook out. */
    public static final boolean DISTCP_OFFLOAD_DEFAULT = true;

    /** Whether distcp takes a source that was appended to while it was copied for one that has not changed. */
    public static final String DISTCP_ACCEPT_APPENDED = "fs.baton.distcp.accept.appended";

    /** Off: a copy is of the whole file or there is none. On is for logs that never rest. */
    public static final boolean DISTCP_ACCEPT_APPENDED_DEFAULT = false;

    /** Every Baton key that the adapter itself reads, as conf/core-site.xml gives it. */
    public static final Map<String, String> KEYS = Map.of(
            BLOCK_SIZE, Long.toString(BLOCK_SIZE_DEFAULT),
            REPLICATION, Integer.toString(REPLICATION_DEFAULT),
            DISTCP_OFFLOAD, Boolean.toString(DISTCP_OFFLOAD_DEFAULT),
            DISTCP_ACCEPT_APPENDED, Boolean.toString(DISTCP_ACCEPT_APPENDED_DEFAULT));

    /** Hadoop's own key for how block checksums become a file's; Baton has the file's CRC32C or none. */
    public static final String COMBINE_MODE = "dfs.checksum.combine.mode";

    private static final List<String> CLIENT_PREFIXES = List.of("fs.baton.", "baton.", "hadoop.", "ipc.");

    /** The only combine mode in which two file systems can agree. */
    public static final String COMPOSITE_CRC = "COMPOSITE_CRC";

    /** Checks ranges. */
    public AdapterConfig {
        if (blockBytes < 1) {
            throw new IllegalArgumentException(BLOCK_SIZE + " is " + blockBytes + "; it must be at least 1");
        }
        if (replication < 1 || replication > 512) {
            throw new IllegalArgumentException(REPLICATION + " is " + replication + "; it must be 1 to 512");
        }
    }

    /** Reads the adapter's keys. */
    static AdapterConfig from(Configuration conf) {
        return new AdapterConfig(
                conf.getLongBytes(BLOCK_SIZE, BLOCK_SIZE_DEFAULT),
                conf.getInt(REPLICATION, REPLICATION_DEFAULT),
                COMPOSITE_CRC.equalsIgnoreCase(conf.getTrimmed(COMBINE_MODE, "")));
    }

    /**
     * What the client is told: every configured key of Baton's own, and those of Hadoop's that its RPC reads (security,
     * {@code ipc.*}), with their values, variables expanded.
     */
    static Map<String, String> clientSettings(Configuration conf) {
        Map<String, String> settings = new HashMap<>();
        for (Map.Entry<String, String> entry : conf) {
            String key = entry.getKey();
            if (CLIENT_PREFIXES.stream().anyMatch(key::startsWith)) {
                settings.put(key, conf.get(key));
            }
        }
        return Map.copyOf(settings);
    }
}
