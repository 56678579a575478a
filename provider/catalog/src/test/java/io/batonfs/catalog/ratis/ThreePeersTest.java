package io.batonfs.catalog.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.store.DurableFiles;
import io.batonfs.catalog.store.RocksBudget;
import io.batonfs.catalog.store.TableDump;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three peers in one JVM: the same binding as for one. */
@Timeout(300)
class ThreePeersTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x4000, 7));
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final List<PeerAddress> PEERS = List.of(new PeerAddress("a", "here"), new PeerAddress("b", "here"),
            new PeerAddress("c", "here"));
    private static final int SNAPSHOT_EVERY = 60;
    /** Beyond what anybody waits for a silent peer, several times, and what Ratis' retry cache remembers. */
    private static final int STALL_SECONDS = 7;

    @TempDir
    Path directory;
    private final Set<String> cutOff = ConcurrentHashMap.newKeySet();
    private final InProcessDirectory network =
            new InProcessDirectory((from, to) -> !cutOff.contains(from) && !cutOff.contains(to));
    private final Map<String, RatisCatalogLog> open = new TreeMap<>();
    private final ExecutorService replies = Executors.newFixedThreadPool(2);
    private long calls;

    @BeforeEach
    void openAll() throws IOException {
        for (PeerAddress peer : PEERS) {
            open(peer.id());
        }
    }

    @AfterEach
    void closeAll() throws IOException {
        closeAllLogs();
        replies.shutdown();
    }

    private void closeAllLogs() throws IOException {
        for (RatisCatalogLog log : open.values()) {
            log.close();
        }
        open.clear();
    }

    private void open(String id) throws IOException {
        open(id, JournalMachine::new);
    }

    private void open(String id, MachineFactory machines) throws IOException {
        CatalogLogConfig config = new CatalogLogConfig(directory.resolve(id), GROUP, id, PEERS, SNAPSHOT_EVERY,
                Duration.ofMillis(300), Duration.ofSeconds(60), RocksBudget.SMALL);
        open.put(id, RatisCatalogLog.open(config, machines, network, replies));
    }

    private void close(String id) throws IOException {
        open.remove(id).close();
    }

    private String leader() throws InterruptedException {
        await(() -> reachable().anyMatch(e -> e.getValue().isLeader()), "a leader");
        return reachable().filter(e -> e.getValue().isLeader()).findFirst().orElseThrow().getKey();
    }

    private Stream<Map.Entry<String, RatisCatalogLog>> reachable() {
        return open.entrySet().stream().filter(e -> !cutOff.contains(e.getKey()));
    }

    private String follower() throws InterruptedException {
        String leader = leader();
        return reachable().map(Map.Entry::getKey).filter(id -> !id.equals(leader)).findFirst().orElseThrow();
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        assertTrue(new Leadership().await(condition, SOON), what + " did not come in time");
    }

    private static CompletableFuture<byte[]> begin(RatisCatalogLog log, byte[] command) {
        return Callers.begin(() -> log.call(command));
    }

    private void write(String via, int count, String text) throws Exception {
        List<CompletableFuture<byte[]>> sent = new ArrayList<>();
        long first = calls;
        for (int i = 0; i < count; i++) {
            Invocation invocation = JournalMachine.invocation(1, calls++);
            sent.add(begin(open.get(via), JournalMachine.command(invocation, text)));
        }
        for (int i = 0; i < count; i++) {
            long number = JournalMachine.number(sent.get(i).get());
            assertTrue(number >= first && number < first + count, "number " + number);
        }
    }

    /** The tables of a peer; none while it changes them over to a snapshot that it received. */
    private Map<String, String> dump(String id) {
        try (TableView view = open.get(id).localView()) {
            return TableDump.of(view);
        } catch (IllegalStateException e) {
            return Map.of();
        }
    }

    private void assertAllEqual() throws Exception {
        String leader = leader();
        try (TableView view = open.get(leader).view()) {
            assertEquals(calls, JournalMachine.count(view));
        }
        for (String id : open.keySet()) {
            await(() -> dump(id).equals(dump(leader)), "equal tables at " + id);
            assertNull(TableDump.firstDifference(dump(leader), dump(id)));
        }
    }

    @Test
    void commandsThatAreWaitedForGoToTheLeader() throws Exception {
        leader();
        for (int round = 0; round < 4; round++) {
            for (RatisCatalogLog log : open.values()) {
                byte[] command = JournalMachine.command(JournalMachine.invocation(1, calls), "text");
                assertEquals(calls, JournalMachine.number(log.call(command)));
                calls++;
            }
        }
        assertAllEqual();
    }

    @Test
    void commandsThroughAnyPeerReachAll() throws Exception {
        for (PeerAddress peer : PEERS) {
            write(peer.id(), 20, "by " + peer.id());
        }
        assertAllEqual();
        String follower = follower();
        BatonException e = assertThrows(BatonException.class, () -> open.get(follower).view());
        assertEquals(ErrorCode.NOT_LEADER, e.code());
    }

    @Test
    void fallenLeaderIsReplacedAndCatchesUpByTheLog() throws Exception {
        write("a", 20, "before");
        String fallen = leader();
        String via = follower();
        close(fallen);
        write(via, 20, "without the first leader");
        open(fallen);
        write(fallen, 20, "after");
        assertAllEqual();
    }

    @Test
    void commandsUnderWayWhenTheLeaderFallsRunOnce() throws Exception {
        write("a", 5, "before");
        String fallen = leader();
        String via = follower();
        List<CompletableFuture<byte[]>> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Invocation invocation = JournalMachine.invocation(1, calls++);
            sent.add(begin(open.get(via), JournalMachine.command(invocation, "under way")));
            if (i == 100) {
                close(fallen);
            }
        }
        Set<Long> numbers = ConcurrentHashMap.newKeySet();
        for (CompletableFuture<byte[]> reply : sent) {
            assertTrue(numbers.add(JournalMachine.number(reply.get())));
        }
        open(fallen);
        assertAllEqual();
    }

    /** The others say who leads; asked again there, a command that is only slow would come into the log again and again. */
    @Test
    void slowCommandAndThoseBehindItReachTheLogOnce() throws Exception {
        Map<String, StallingMachine.Gate> gates = new TreeMap<>();
        closeAllLogs();
        for (PeerAddress peer : PEERS) {
            StallingMachine.Gate gate = new StallingMachine.Gate();
            gates.put(peer.id(), gate);
            open(peer.id(), store -> new StallingMachine(store, gate));
        }
        RatisCatalogLog via = open.get(follower());
        CompletableFuture<byte[]> slow = begin(via,
                JournalMachine.command(JournalMachine.invocation(1, calls++), StallingMachine.STALL));
        assertTrue(gates.get(leader()).stalled.await(SOON.toMillis(), TimeUnit.MILLISECONDS));
        CompletableFuture<byte[]> behind = begin(via,
                JournalMachine.command(JournalMachine.invocation(1, calls++), "behind"));
        assertThrows(TimeoutException.class, () -> behind.get(STALL_SECONDS, TimeUnit.SECONDS));
        gates.values().forEach(gate -> gate.goOn.countDown());
        assertEquals(0, JournalMachine.number(slow.get()));
        assertEquals(1, JournalMachine.number(behind.get()));
        write(leader(), 1, "after");
        assertAllEqual();
        for (StallingMachine.Gate gate : gates.values()) {
            assertEquals(List.of(StallingMachine.STALL, "behind", "after"), List.copyOf(gate.applied));
        }
    }

    @Test
    void leaderCutOffIsReplacedAndAnswersNoReads() throws Exception {
        write("a", 20, "before");
        String old = leader();
        cutOff.add(old);
        String via = follower();
        write(via, 20, "while the old one is cut off");
        assertThrows(BatonException.class, () -> open.get(old).view().close());
        cutOff.clear();
        write(old, 20, "together again");
        assertAllEqual();
    }

    /** The others' logs no longer hold what it missed: the tables are sent whole. */
    @Test
    void peerFarBehindCatchesUpBySnapshot() throws Exception {
        write("a", 5, "before");
        String behind = follower();
        close(behind);
        String leader = leader();
        String bulk = "x".repeat(100_000);
        for (int i = 0; i < 15; i++) {
            write(leader, 10, bulk);
        }
        open(behind);
        write(leader, 5, "after");
        assertAllEqual();
        Path snapshots = directory.resolve(behind).resolve("raft").resolve(GROUP.value().toString()).resolve("sm");
        try (Stream<Path> received = Files.walk(snapshots)) {
            assertTrue(received.anyMatch(f -> f.toString().endsWith(".md5")), "no snapshot was received");
        }
        close(behind);
        open(behind);
        write(leader, 5, "after its restart");
        assertAllEqual();
    }

    /** A peer that is new, or was emptied after damage, is filled by the others. */
    @Test
    void emptiedPeerIsFilled() throws Exception {
        write("a", 20, "before");
        String emptied = follower();
        close(emptied);
        DurableFiles.deleteTree(directory.resolve(emptied));
        write(leader(), 20, "meanwhile");
        open(emptied);
        assertAllEqual();
    }
}
