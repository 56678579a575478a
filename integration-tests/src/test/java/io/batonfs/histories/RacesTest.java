package io.batonfs.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.system.GroupUnderTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of one group race on create, rename, delete, mkdirs and clone, each through a FileSystem of its own: whatever
 * they see must have an order that explains it. {@code -Dhistories.seed=N -Dhistories.count=N} run it again (the seed
 * fixes what each does, not when), {@code -Dhistories.minutes=N} for so long.
 */
@Tag("soak")
class RacesTest {
    private static final int COUNT = Integer.getInteger("histories.count", 200);
    private static final int CLIENTS = 5;
    private static final int CALLS = 12;

    @TempDir
    Path directory;

    private GroupUnderTest group;
    private final List<HadoopClient> clients = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        group = GroupUnderTest.start(GroupUnderTest.Form.asked(), directory);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new HadoopClient(group.open()));
        }
    }

    @AfterEach
    void close() throws Exception {
        for (HadoopClient client : clients) {
            client.close();
        }
        group.close();
    }

    @Test
    void everyHistoryHasALegalOrder() throws Exception {
        try (BatonFileSystem fs = group.open()) {
            Tally tally = new Histories(fs, "races").run(COUNT, (seed, root) ->
                    new RaceRun(seed, root, clients, CALLS, RaceRun.Disturbance.NONE));
            assertThat(tally.notNow()).as("calls put off, when nothing is wrong with the group: %s", tally).isZero();
            assertThat(tally.unknown()).as("calls without a known outcome, likewise: %s", tally).isZero();
            assertThat(tally.overlapping()).as("calls that ran beside another: %s", tally)
                    .isGreaterThan(tally.calls() / 4);
        }
    }
}
