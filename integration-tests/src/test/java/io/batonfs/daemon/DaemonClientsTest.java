package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildProcess;
import io.batonfs.processes.ProcessHarness;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several client JVMs at one daemon: what one writes the others read, copy and check; at the end everything is looked at. */
class DaemonClientsTest {
    private static final int CLIENTS = 4;
    private static final int ROUNDS = 4;

    @TempDir
    private java.nio.file.Path scratch;

    private final List<ChildProcess> clients = new ArrayList<>();

    private void all(String step) throws Exception {
        for (ChildProcess client : clients) {
            client.send(step);
        }
        for (ChildProcess client : clients) {
            client.await("done " + step);
        }
    }

    @Test
    void whatOneWritesAllOthersCanUse() throws Exception {
        try (ServerProcess server = new ServerProcess(scratch.resolve("logs"), scratch.resolve("group")).start();
                ProcessHarness harness = new ProcessHarness(Files.createDirectories(scratch.resolve("clients")));
                BatonFileSystem fs = server.open()) {
            fs.mkdirs(new Path("/done"));
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(harness.start(ClientProgram.class, server.root().toString(), Integer.toString(i),
                        Integer.toString(CLIENTS)));
            }
            for (ChildProcess client : clients) {
                client.await("ready");
            }
            for (int round = 0; round < ROUNDS; round++) {
                all("write " + round);
                all("share " + round);
                all("rename " + round);
            }
            for (ChildProcess client : clients) {
                client.send("end");
                client.awaitGoodEnd();
            }
            everythingIsThere(fs);
            server.restart();
            everythingIsThere(fs);
        }
    }

    private static void everythingIsThere(BatonFileSystem fs) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            for (int client = 0; client < CLIENTS; client++) {
                for (Path file : List.of(ClientProgram.renamed(client, round), ClientProgram.copy(client, round))) {
                    ClientProgram.check(fs, file, ClientProgram.content(client, round),
                            ClientProgram.length(client, round));
                    assertThat(fs.isFileClosed(file)).as("the lease of %s is gone", file).isTrue();
                }
                assertThat(fs.exists(ClientProgram.original(client, round))).isFalse();
            }
        }
        assertThat(fs.getContentSummary(new Path("/")).getFileCount()).isEqualTo(2L * ROUNDS * CLIENTS);
        assertThat(fs.groupStatus().problems()).isEmpty();
    }
}
