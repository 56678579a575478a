package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildProcess;
import io.batonfs.processes.MemoryDirectory;
import io.batonfs.processes.ProcessHarness;
import io.batonfs.processes.ServerProcess;
import io.batonfs.server.daemon.BatonDaemon;
import io.batonfs.server.daemon.DaemonConfig;
import io.batonfs.server.daemon.Health;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients on their server's host go by shared memory by themselves, and by TCP wherever that can't be; whoever is killed,
 * nothing of it stays.
 */
class SharedMemoryTest {
    private static final int LENGTH = 9_000_000;
    private static final int PATIENCE_S = 60;
    private static final String DIRECTORY = "fs.baton.client.shared.memory.dir";

    @TempDir
    private java.nio.file.Path scratch;

    private MemoryDirectory memory;

    /** What all clients of this JVM have moved since it was made. */
    private static final class Moved {
        private final long lwio = statistic("lwioBytes");
        private final long shared = statistic("sharedMemoryBytes");
        private final long fallbacks = statistic("sharedMemoryFallbacks");

        private static long statistic(String name) {
            var figures = GlobalStorageStatistics.INSTANCE.get("BatonFileSystem");
            return figures == null ? 0 : figures.getLong(name);
        }

        void onlyByMemory() {
            assertThat(statistic("sharedMemoryBytes") - shared).isEqualTo(statistic("lwioBytes") - lwio)
                    .isGreaterThanOrEqualTo(2 * LENGTH);
            assertThat(statistic("sharedMemoryFallbacks") - fallbacks).isZero();
        }

        void onlyByTcp(boolean afterATry) {
            assertThat(statistic("sharedMemoryBytes") - shared).isZero();
            assertThat(statistic("lwioBytes") - lwio).isGreaterThanOrEqualTo(2 * LENGTH);
            assertThat(statistic("sharedMemoryFallbacks") - fallbacks).isEqualTo(afterATry ? 1 : 0);
        }
    }

    /** A client with one connection to each server. */
    private static BatonFileSystem client(URI root, java.nio.file.Path directory) throws IOException {
        Configuration conf = new Configuration();
        conf.set(DIRECTORY, directory.toString());
        conf.set("fs.baton.client.connections.per.server", "1");
        return (BatonFileSystem) FileSystem.newInstance(root, conf);
    }

    /** For processes with both compilers: how late a fault of shared memory comes up depends on that code. */
    private ProcessHarness harness(String name) throws IOException {
        return new ProcessHarness(Files.createDirectories(scratch.resolve(name))).allCompilers();
    }

    private static void writeAndRead(BatonFileSystem fs, int content) throws IOException {
        Contents.write(fs, new Path("/file"), content, LENGTH);
        Contents.holds(fs, new Path("/file"), content, LENGTH);
    }

    @BeforeEach
    void makeDirectory() throws IOException {
        memory = MemoryDirectory.make();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        try (MemoryDirectory ending = memory) {
            assertThat(ending.contents()).isEmpty();
        }
    }

    private void onlyTheListenerIsThere() throws IOException {
        List<String> left = memory.contents();
        assertThat(left).hasSize(3);
        assertThat(left.get(0)).matches("baton-[0-9a-f]{16}-1");
        assertThat(left.get(1)).isEqualTo("lock");
        assertThat(left.get(2)).matches("socket-[0-9a-f]{16}");
    }

    /** The server notices the end of a client by itself and tells nobody: it is asked until it has. */
    private static void awaitConnections(ServerProcess server, long count) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (server.figure("shared_memory_connections") != count) {
            assertThat(System.nanoTime()).as("the server has %d connections in shared memory, not %d",
                    server.figure("shared_memory_connections"), count).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void dataGoesByMemoryAndNothingStaysOfWhoeverIsKilled() throws Exception {
        try (ServerProcess server = new ServerProcess(harness("logs"), scratch.resolve("group"))
                .with("baton.server.shared.memory.enabled", "true")
                .with("baton.server.shared.memory.dir", memory.path().toString()).start();
                ProcessHarness harness = harness("client");
                BatonFileSystem fs = client(server.root(), memory.path())) {
            Moved moved = new Moved();
            writeAndRead(fs, 1);
            moved.onlyByMemory();
            assertThat(server.figure("wire_established")).as("connections by TCP").isZero();
            assertThat(server.figure("storage_bytes_written")).isGreaterThanOrEqualTo(LENGTH);
            awaitConnections(server, 1);

            ChildProcess other = harness.start(MemoryClient.class, server.root().toString(), memory.path().toString());
            other.await("busy");
            assertThat(server.figure("shared_memory_connections")).isGreaterThan(1);
            other.kill();
            awaitConnections(server, 1);
            onlyTheListenerIsThere();

            server.kill();
            onlyTheListenerIsThere();
            server.start();
            Moved again = new Moved();
            Contents.holds(fs, new Path("/file"), 1, LENGTH);
            Contents.write(fs, new Path("/file"), 2, LENGTH);
            again.onlyByMemory();
            assertThat(server.figure("wire_established")).as("connections by TCP").isZero();
            onlyTheListenerIsThere();
            server.terminate();
            assertThat(server.exitCode()).as(server.logTail()).isZero();
            assertThat(memory.contents()).isEmpty();
        }
    }

    private Configuration settings(java.nio.file.Path directory) {
        Configuration conf = new Configuration();
        conf.set("baton.server.dir", scratch.resolve("group").toString());
        conf.set("baton.server.device.bytes", Long.toString(256L << 20));
        conf.set("baton.server.reserved.bytes", "0");
        for (String port : new String[] {"rpc", "data", "http"}) {
            conf.set("baton.server." + port + ".address", "127.0.0.1:0");
        }
        conf.set("baton.server.shared.memory.dir", directory.toString());
        return conf;
    }

    private static URI rootOf(BatonDaemon daemon) {
        return URI.create("baton://" + daemon.controlAddress() + "/");
    }

    @Test
    void whoeverDoesNotSeeTheMemoryComesByTcp() throws Exception {
        try (BatonDaemon daemon = BatonDaemon.start(DaemonConfig.from(settings(memory.path())))) {
            Moved moved = new Moved();
            try (BatonFileSystem elsewhere = client(rootOf(daemon), scratch.resolve("as-on-another-host"))) {
                writeAndRead(elsewhere, 1);
                moved.onlyByTcp(false);
            }
            Configuration off = new Configuration();
            off.setBoolean("fs.baton.client.shared.memory.enabled", false);
            Moved second = new Moved();
            try (BatonFileSystem without = (BatonFileSystem) FileSystem.newInstance(rootOf(daemon), off)) {
                writeAndRead(without, 2);
                second.onlyByTcp(false);
            }
        }
    }

    @Test
    void aServerThatCanNotShareServesByTcpUnlessItMust() throws Exception {
        java.nio.file.Path nowhere = scratch.resolve("nowhere");
        Configuration settings = settings(nowhere);
        try (BatonDaemon daemon = BatonDaemon.start(DaemonConfig.from(settings))) {
            assertThat(daemon.sharedMemoryDirectories()).isEmpty();
            assertThat(daemon.health().state()).isEqualTo(Health.State.HEALTHY);
            Moved moved = new Moved();
            try (BatonFileSystem fs = client(rootOf(daemon), nowhere)) {
                writeAndRead(fs, 1);
                moved.onlyByTcp(false);
            }
        }
        settings.set("baton.server.shared.memory.enabled", "true");
        assertThatThrownBy(() -> BatonDaemon.start(DaemonConfig.from(settings)).close()).isInstanceOf(IOException.class)
                .hasMessageContaining("baton.server.shared.memory.dir = " + nowhere)
                .hasMessageContaining("baton.server.shared.memory.enabled");
    }

    @Test
    void fullMemoryStopsNobody() throws Exception {
        // Half of it is for connections: three of them, of 532 KiB.
        try (SmallDisk disk = SmallDisk.mount(memory.path(), 4)) {
            workOn(disk);
            awaitUnmapped(disk.directory());
        }
    }

    /** Only the collector unmaps what both ends have closed, and until then the disk can't be unmounted. */
    private static void awaitUnmapped(java.nio.file.Path directory) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (Files.readString(java.nio.file.Path.of("/proc/self/maps")).contains(directory.toString())) {
            assertThat(System.nanoTime()).as("memory below %s is still mapped", directory).isLessThan(end);
            System.gc();
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void workOn(SmallDisk disk) throws Exception {
        try (BatonDaemon daemon = BatonDaemon.start(DaemonConfig.from(settings(disk.directory())))) {
            URI root = rootOf(daemon);
            try (BatonFileSystem first = client(root, disk.directory())) {
                Moved moved = new Moved();
                writeAndRead(first, 1);
                moved.onlyByMemory();

                disk.fillTo(8192);
                Moved full = new Moved();
                try (BatonFileSystem second = client(root, disk.directory())) {
                    writeAndRead(second, 2);
                    full.onlyByTcp(true);
                }
                Moved stillThere = new Moved();
                writeAndRead(first, 3);
                stillThere.onlyByMemory();

                disk.free();
                Moved room = new Moved();
                try (BatonFileSystem third = client(root, disk.directory());
                        BatonFileSystem fourth = client(root, disk.directory())) {
                    writeAndRead(third, 4);
                    writeAndRead(fourth, 5);
                    room.onlyByMemory();
                    Moved tooMany = new Moved();
                    try (BatonFileSystem fifth = client(root, disk.directory())) {
                        writeAndRead(fifth, 6);
                        tooMany.onlyByTcp(true);
                    }
                }
            }
        }
    }
}
