package io.batonfs.catalog.ratis;

import io.batonfs.catalog.store.RocksBudget;
import io.batonfs.model.GroupId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What one peer of the catalog's log is told at its start.
 *
 * @param directory          where log, snapshots and tables live; made if absent; of this peer alone
 * @param group              the group of servers whose catalog this is
 * @param self               this peer's id, one of {@code peers}
 * @param peers              all peers, this one among them
 * @param snapshotEvery      commands between snapshots, at least 1
 * @param electionTimeout    the shortest silence of a leader after which another is elected; the longest is twice that.
 *                           For one peer, which has no one to wait for, it plays no part
 * @param submitTimeout      how long a command is tried again before its caller is told that its outcome is unknown
 * @param tables             memory for the tables
 */
public record CatalogLogConfig(Path directory, GroupId group, String self, List<PeerAddress> peers, long snapshotEvery,
        Duration electionTimeout, Duration submitTimeout, RocksBudget tables) {
    /** Replaying 20,000 commands at some 15,000 a second keeps a start after a kill under two seconds. */
    public static final long DEFAULT_SNAPSHOT_EVERY = 20_000;
    /** Ratis' own default in a LAN: three lost heartbeats of 50 ms. */
    public static final Duration DEFAULT_ELECTION_TIMEOUT = Duration.ofMillis(150);
    /** Longer than an election with a few lost votes, shorter than a Hadoop RPC client waits (60 s). */
    public static final Duration DEFAULT_SUBMIT_TIMEOUT = Duration.ofSeconds(30);

    /** Checks ranges. */
    public CatalogLogConfig {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(tables, "tables");
        peers = List.copyOf(peers);
        if (peers.stream().map(PeerAddress::id).distinct().count() != peers.size()) {
            throw new IllegalArgumentException("a peer's id occurs twice in " + peers);
        }
        if (peers.stream().noneMatch(p -> p.id().equals(self))) {
            throw new IllegalArgumentException("this peer, " + self + ", is not among the peers " + peers);
        }
        if (snapshotEvery < 1 || electionTimeout.toMillis() < 1 || submitTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("snapshotEvery, electionTimeout and submitTimeout must be positive");
        }
    }

    /** A catalog of one peer with the defaults. */
    public static CatalogLogConfig onePeer(Path directory, GroupId group) {
        return new CatalogLogConfig(directory, group, "n0", List.of(new PeerAddress("n0", "in-process")),
                DEFAULT_SNAPSHOT_EVERY, DEFAULT_ELECTION_TIMEOUT, DEFAULT_SUBMIT_TIMEOUT, RocksBudget.SMALL);
    }

    /** Whether there is no one to agree with. */
    boolean isAlone() {
        return peers.size() == 1;
    }

    Path raftDirectory() {
        return directory.toAbsolutePath().resolve("raft");
    }

    Path groupDirectory() {
        return raftDirectory().resolve(group.value().toString());
    }

    Path tablesDirectory() {
        return directory.toAbsolutePath().resolve("tables");
    }
}
