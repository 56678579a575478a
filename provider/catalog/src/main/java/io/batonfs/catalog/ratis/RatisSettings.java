package io.batonfs.catalog.ratis;

import java.io.File;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis' keys, with the reason for each that is not left as it is. */
final class RatisSettings {
    /** A start after a kill reads at most two of these; 8 MiB hold some 30,000 commands. */
    private static final String SEGMENT_BYTES = "8MB";
    /** Written ahead in zeros; a fresh embedded catalog should not take 4 MB of disk for one command. */
    private static final String PREALLOCATED_BYTES = "1MB";
    /** Nothing asks Ratis' own table of replies, see {@link CommandSubmitter}; the lasting one is in the tables (CAT-9). */
    private static final int RETRY_CACHE_SECONDS = 5;
    /**
     * Of the queue to the disk. Who finds it full waits in the middle of Ratis, and were he interrupted there Ratis would
     * close the peer; commands are taken on callers' threads. Twice what may be under way at once is never full.
     */
    private static final int QUEUE_TIMES = 2;
    /** One peer has nobody to hear of: elect at once. */
    private static final int ALONE_ELECTION_MIN_MS = 1;
    private static final int ALONE_ELECTION_MAX_MS = 5;

    /** A laptop's night: alone, a long pause can have made nobody else the leader, and is no reason to stop. */
    private static final int ALONE_PAUSE_DAYS = 3650;

    private RatisSettings() {
    }

    static RaftProperties of(CatalogLogConfig config) {
        RaftProperties keys = new RaftProperties();
        RaftConfigKeys.Rpc.setType(keys, new InProcessRpcType());
        RaftServerConfigKeys.setStorageDir(keys, List.of(config.raftDirectory().toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(keys, new File(config.raftDirectory().toFile(), "removed"));
        log(keys, config);
        elections(keys, config);
        reads(keys, config);
        return keys;
    }

    private static void log(RaftProperties keys, CatalogLogConfig config) {
        RaftServerConfigKeys.Log.setSegmentSizeMax(keys, SizeInBytes.valueOf(SEGMENT_BYTES));
        RaftServerConfigKeys.Log.setPreallocatedSize(keys, SizeInBytes.valueOf(PREALLOCATED_BYTES));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(keys, 2);
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(keys, true);
        RaftServerConfigKeys.Log.setPurgeGap(keys, 1);
        // An entry after each commit that says how far commits have come, forced too, in front of the next command. A peer
        // that starts needs it to answer before it leads or hears of a leader: here it answers when it is ready to lead
        RaftServerConfigKeys.Log.setLogMetadataEnabled(keys, false);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(keys, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(keys, config.snapshotEvery());
        RaftServerConfigKeys.Snapshot.setCreationGap(keys, 1);
        RaftServerConfigKeys.Log.setQueueElementLimit(keys,
                QUEUE_TIMES * RaftServerConfigKeys.Write.elementLimit(keys));
        RaftServerConfigKeys.Log.setQueueByteLimit(keys, SizeInBytes.valueOf(
                QUEUE_TIMES * RaftServerConfigKeys.Write.byteLimit(keys).getSize()));
        TimeDuration expiry = TimeDuration.valueOf(RETRY_CACHE_SECONDS, TimeUnit.SECONDS);
        RaftServerConfigKeys.RetryCache.setExpiryTime(keys, expiry);
    }

    private static void elections(RaftProperties keys, CatalogLogConfig config) {
        TimeDuration shortest = TimeDuration.valueOf(config.electionTimeout().toMillis(), TimeUnit.MILLISECONDS);
        RaftServerConfigKeys.Rpc.setTimeoutMin(keys, shortest);
        RaftServerConfigKeys.Rpc.setTimeoutMax(keys, shortest.multiply(2));
        if (config.isAlone()) {
            RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(keys,
                    TimeDuration.valueOf(ALONE_ELECTION_MIN_MS, TimeUnit.MILLISECONDS));
            RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(keys,
                    TimeDuration.valueOf(ALONE_ELECTION_MAX_MS, TimeUnit.MILLISECONDS));
        }
        if (config.isAlone()) {
            TimeDuration never = TimeDuration.valueOf(ALONE_PAUSE_DAYS, TimeUnit.DAYS);
            RaftServerConfigKeys.setCloseThreshold(keys, never);
            RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(keys, never);
        }
        // a group of one may be widened to three
        RaftServerConfigKeys.LeaderElection.setMemberMajorityAdd(keys, true);
    }

    private static void reads(RaftProperties keys, CatalogLogConfig config) {
        RaftServerConfigKeys.Read.setOption(keys, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(keys, !config.isAlone());
        RaftServerConfigKeys.Read.setTimeout(keys,
                TimeDuration.valueOf(config.submitTimeout().toMillis(), TimeUnit.MILLISECONDS));
    }
}
