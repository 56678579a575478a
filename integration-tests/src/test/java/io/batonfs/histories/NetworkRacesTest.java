package io.batonfs.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ProcessHarness;
import io.batonfs.system.DaemonUnderTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Races of clients in several JVMs on a daemon, also while it is killed and started again: an acknowledged call has
 * happened once, whatever the client had to do to get its answer. Run again as {@link RacesTest}.
 */
@Tag("soak")
class NetworkRacesTest {
    private static final int COUNT = Integer.getInteger("histories.network.count", 20);
    private static final int KILLED_COUNT = Integer.getInteger("histories.killed.count", 2);
    private static final int CALLS = 12;
    private static final long DEVICE_BYTES = 512L << 20;

    @TempDir
    Path directory;

    private DaemonUnderTest daemon;
    private ProcessHarness harness;
    private final List<Client> clients = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        daemon = new DaemonUnderTest(directory.resolve("daemon"), DEVICE_BYTES);
        harness = new ProcessHarness(directory);
        for (int i = 0; i < 2; i++) {
            clients.add(new HadoopClient(daemon.open()));
            clients.add(new RemoteClient(harness.start(ClientProcess.class, daemon.root().toString())));
        }
    }

    @AfterEach
    void close() throws Exception {
        for (Client client : clients) {
            client.close();
        }
        harness.close();
        daemon.close();
    }

    @Test
    void everyHistoryHasALegalOrder() throws Exception {
        try (BatonFileSystem fs = daemon.open()) {
            Tally tally = new Histories(fs, "network").run(COUNT, (seed, root) ->
                    new RaceRun(seed, root, clients, CALLS, RaceRun.Disturbance.NONE));
            assertThat(tally.notNow()).as("calls put off, when nothing is wrong with the group: %s", tally).isZero();
            assertThat(tally.unknown()).as("calls without a known outcome, likewise: %s", tally).isZero();
        }
    }

    @Test
    void historyHasALegalOrderAlsoWhenTheDaemonIsKilledInIt() throws Exception {
        try (BatonFileSystem fs = daemon.open()) {
            Tally tally = new Histories(fs, "killed").run(KILLED_COUNT, (seed, root) ->
                    new RaceRun(seed, root, clients, CALLS, daemon::killAndStart));
            assertThat(tally.unknown() + tally.notNow()).as("calls that did not end well, of %s", tally)
                    .isLessThan(tally.calls() / 10);
        }
    }
}
