package io.batonfs.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.GroupId;
import io.batonfs.processes.ChildProcess;
import io.batonfs.processes.MemoryDirectory;
import io.batonfs.processes.ProcessHarness;
import io.batonfs.protocol.GroupStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Round after round two clients work on a daemon, one by TCP, whose connections are cut, the other, which is killed, by
 * shared memory; then all is
 * deleted, leases, tokens and grace times run out, and the daemon must hold what it held when it was new. What only a
 * JVM can tell is compared from round to round, since some of it is made at first use and kept: with {@code
 * -Dleaks.minutes=N}, as two rounds are too few for that.
 */
@Tag("soak")
class LeakTest {
    private static final long SEED = Long.getLong("leaks.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private static final long MINUTES = Long.getLong("leaks.minutes", 0L);
    /** Of each thread, in a round. */
    private static final int CALLS = Integer.getInteger("leaks.calls", MINUTES > 0 ? 300 : 60);
    private static final int LEAST_ROUNDS = 2;
    private static final int THREADS = 4;
    /** A writer that is gone is noticed after 20 minutes, a token of the clients' lives for 10. */
    private static final long LEASES_END_MS = TimeUnit.MINUTES.toMillis(21);
    /** What nothing refers to is freed after 15 minutes. */
    private static final long GRACE_ENDS_MS = TimeUnit.MINUTES.toMillis(16);
    private static final int PATIENCE_S = 60;
    /** Rows of the catalog 32 MiB, and 20,000 commands of its log at 400 bytes until a snapshot purges them. */
    private static final long CACHES_OF_SERVER = 40L << 20;
    private static final long CACHES_OF_CLIENT = 6L << 20;

    @TempDir
    private Path scratch;

    private final Random random = new Random(SEED);
    private final List<CuttingProxy> proxies = new ArrayList<>();
    private MemoryDirectory memory;
    private ProcessHarness harness;
    private ChildProcess server;
    private int httpPort;
    private URI direct;
    private URI proxied;

    @BeforeEach
    void startServer() throws Exception {
        System.out.println("leaks.seed=" + SEED);
        memory = MemoryDirectory.make();
        harness = new ProcessHarness(Files.createDirectories(scratch.resolve("processes")));
        server = harness.start(TimedServer.class, "baton.server.dir=" + scratch.resolve("group"),
                "baton.server.device.bytes=" + (1L << 30), "baton.server.reserved.bytes=0",
                "baton.server.rpc.address=127.0.0.1:0", "baton.server.data.address=127.0.0.1:0",
                "baton.server.http.address=127.0.0.1:0", "baton.server.advertised.host=127.0.0.2",
                "baton.server.shared.memory.enabled=true",
                "baton.server.shared.memory.dir=" + memory.path());
        String[] ports = server.nextLine().split(" ");
        for (int i = 0; i < 2; i++) {
            proxies.add(new CuttingProxy(InetAddress.getByName("127.0.0.2"),
                    new InetSocketAddress("127.0.0.1", Integer.parseInt(ports[i]))));
        }
        direct = URI.create("baton://127.0.0.1:" + ports[0] + "/");
        proxied = URI.create("baton://127.0.0.2:" + ports[0] + "/");
        httpPort = Integer.parseInt(ports[2]);
    }

    @AfterEach
    void end() throws IOException {
        for (CuttingProxy proxy : proxies) {
            proxy.close();
        }
        harness.close();
        memory.close();
    }

    @Test
    void nothingIsLeftOfWhatClientsDid() throws Exception {
        Map<String, Long> fresh = ServerFigures.ask(httpPort).atRest();
        ChildProcess steady = client("steady", LoadClient.NO_SHARED_MEMORY);
        List<String> temporary = temporaryFiles();
        GroupId group = status().group();
        Trend ofServer = new Trend("the server", server, CACHES_OF_SERVER);
        Trend ofClient = new Trend("the client", steady, CACHES_OF_CLIENT);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        for (int round = 0; round < LEAST_ROUNDS || System.nanoTime() < end; round++) {
            String did = work(steady, round);
            awaitRest(fresh);
            ofServer.measure();
            ofClient.measure();
            System.out.printf("round %d: %s; server %s; client %s%n", round, did, ofServer.last(), ofClient.last());
        }
        if (MINUTES > 0) {
            ofServer.check();
            ofClient.check();
        }
        assertThat(temporaryFiles()).as("temporary files").isEqualTo(temporary);
        for (ChildProcess each : List.of(steady, server)) {
            each.send("end");
            each.awaitGoodEnd();
        }
        assertThat(AtRestAudit.findings(scratch.resolve("group"), group)).as("the catalog's tables").isEmpty();
    }

    private ChildProcess client(String name, String sharedMemory) throws Exception {
        ChildProcess client = harness.start(LoadClient.class, proxied.toString(), name, Integer.toString(THREADS),
                sharedMemory);
        client.await("ready");
        return client;
    }

    /** Has the clients work, cuts and kills; returns what the one that survives says of it. */
    private String work(ChildProcess steady, int round) throws Exception {
        ChildProcess victim = client("victim", memory.path().toString());
        String order = "work " + (SEED + round) + " " + CALLS;
        steady.send(order);
        victim.send(order);
        steady.await("begun");
        victim.await("begun");
        int cut = 0;
        boolean killed = false;
        String said = steady.nextLine();
        for (; said.equals(LoadClient.GOES_ON); said = steady.nextLine()) {
            switch (random.nextInt(4)) {
                case 0 -> cut += proxies.get(0).cut();
                case 1 -> cut += proxies.get(1).cut();
                case 2 -> {
                    if (!killed) {
                        victim.kill();
                        killed = true;
                    }
                }
                default -> {
                    // Left in peace for once.
                }
            }
        }
        victim.kill();
        return said + ", " + cut + " connections cut";
    }

    private void awaitRest(Map<String, Long> fresh) throws Exception {
        try (FileSystem fs = FileSystem.newInstance(direct, new Configuration())) {
            assertThat(fs.delete(new org.apache.hadoop.fs.Path("/leaks"), true)).isTrue();
        }
        pass(LEASES_END_MS);
        await("an empty tree that nobody writes to", () -> treeOf(ServerFigures.ask(httpPort).atRest()), treeOf(fresh));
        pass(GRACE_ENDS_MS);
        await("what a new daemon has", () -> ServerFigures.ask(httpPort).atRest(), fresh);
        assertThat(status().problems()).isEmpty();
    }

    /** All of the catalog but what has to wait for the end of its grace. */
    private static Map<String, Long> treeOf(Map<String, Long> figures) {
        Map<String, Long> tree = new TreeMap<>(figures);
        tree.keySet().removeIf(name -> !name.startsWith("catalog_tables_") || name.equals("catalog_tables_extents")
                || name.equals("catalog_tables_free_waiting"));
        return tree;
    }

    private GroupStatus status() throws IOException {
        try (BatonFileSystem fs = (BatonFileSystem) FileSystem.newInstance(direct, new Configuration())) {
            return fs.groupStatus();
        }
    }

    private void pass(long milliseconds) throws Exception {
        server.send("pass " + milliseconds);
        server.await("passed");
    }

    private interface Question {
        Map<String, Long> ask() throws Exception;
    }

    /**
     * The daemon tells nobody when its background work is done: it is asked until it is. If it never is, its log and what its
     * threads do at that moment say why.
     */
    private void await(String what, Question question, Map<String, Long> awaited) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        Map<String, Long> is = question.ask();
        while (!is.equals(awaited)) {
            if (System.nanoTime() > end) {
                String why = what + server.logTail() + "\nits threads:\n" + ServerFigures.stacks(httpPort);
                assertThat(is).as("%s", why).isEqualTo(awaited);
            }
            TimeUnit.MILLISECONDS.sleep(50);
            is = question.ask();
        }
    }

    /** Below the group's and below the two JVMs' directories for them, and in shared memory. */
    private List<String> temporaryFiles() throws IOException {
        TreeSet<String> files = new TreeSet<>();
        for (Path directory : List.of(scratch.resolve("group/tmp"), scratch.resolve("processes/TimedServer-1-tmp"),
                scratch.resolve("processes/LoadClient-2-tmp"), memory.path())) {
            try (Stream<Path> all = Files.walk(directory)) {
                all.forEach(file -> files.add(scratch.relativize(file).toString()));
            }
        }
        return List.copyOf(files);
    }
}
