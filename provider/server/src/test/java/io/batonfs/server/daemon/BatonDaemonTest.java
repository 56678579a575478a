package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Caller;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.rpc.RpcServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon in this JVM: its ports, what it says of itself, what it refuses to start on. */
class BatonDaemonTest {
    private static final UUID CLIENT = UUID.randomUUID();

    @TempDir
    private Path directory;

    private Path memory;
    private long calls;

    /** Sockets are in it, whose paths must be short. */
    @BeforeEach
    void makeMemory() throws IOException {
        Path shm = Path.of("/dev/shm");
        memory = Files.createTempDirectory(Files.isWritable(shm) ? shm : Path.of("/tmp"), "baton-test-");
    }

    /** Fails if something is left there. */
    @AfterEach
    void removeMemory() throws IOException {
        Files.delete(memory);
    }

    private TreeMap<String, String> settings() {
        TreeMap<String, String> settings = new TreeMap<>();
        settings.put("baton.server.dir", directory.resolve("group").toString());
        settings.put("baton.server.device.bytes", "134217728");
        settings.put("baton.server.reserved.bytes", "0");
        settings.put("baton.server.rpc.address", "127.0.0.1:0");
        settings.put("baton.server.data.address", "127.0.0.1:0");
        settings.put("baton.server.http.address", "127.0.0.1:0");
        settings.put("baton.server.shared.memory.dir", memory.toString());
        return settings;
    }

    private static DaemonConfig config(TreeMap<String, String> settings) throws IOException {
        Configuration conf = new Configuration();
        settings.forEach(conf::set);
        return DaemonConfig.from(conf);
    }

    private BatonDaemon start() throws IOException {
        return BatonDaemon.start(config(settings()));
    }

    private CallContext call() {
        return new CallContext(new Caller(System.getProperty("user.name"), List.of(), false), new Invocation(CLIENT, ++calls));
    }

    private static RpcServices connect(BatonDaemon daemon) throws IOException {
        return new RpcServices(daemon.controlAddress().socketAddress(), UserGroupInformation.getCurrentUser(),
                new Configuration(), 10_000, 30_000);
    }

    private static HttpResponse<String> get(BatonDaemon daemon, String path) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                URI.create("http://" + daemon.httpAddress() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whatWasChangedIsThereAfterTheNextStart() throws Exception {
        ServerDescription before;
        try (BatonDaemon daemon = start(); RpcServices services = connect(daemon)) {
            assertTrue(services.catalog().mkdirs(call(), "/made", 0755, 0, false));
            before = services.catalog().groupStatus().servers().get(0);
            assertEquals(daemon.dataAddresses().get(0).toString(), before.dataAddress());
            assertEquals("127.0.0.1", before.host());
        }
        try (BatonDaemon daemon = start(); RpcServices services = connect(daemon)) {
            assertTrue(services.catalog().status(call(), "/made").orElseThrow().isDirectory());
            assertEquals(before.server(), services.catalog().groupStatus().servers().get(0).server());
        }
    }

    @Test
    void severalStorageServersListenEachAtAPortOfTheirOwn() throws Exception {
        TreeMap<String, String> settings = settings();
        settings.put("baton.server.storage.servers", "3");
        try (BatonDaemon daemon = BatonDaemon.start(config(settings)); RpcServices services = connect(daemon)) {
            List<ServerDescription> servers = services.catalog().groupStatus().servers();
            assertEquals(List.of(new ServerId(1), new ServerId(2), new ServerId(3)),
                    servers.stream().map(ServerDescription::server).toList());
            assertEquals(3, servers.stream().map(ServerDescription::dataAddress).distinct().count());
        }
    }

    @Test
    void healthIsToldInJson() throws Exception {
        try (BatonDaemon daemon = start()) {
            HttpResponse<String> answer = get(daemon, "/health");
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().startsWith("{\"status\":\"healthy\",\"group\":\"group-"), answer.body());
            assertTrue(answer.body().endsWith("\"reasons\":[]}"), answer.body());
        }
    }

    /** Names of files are secrets of who may list their directories, and everybody may ask the HTTP port. */
    @Test
    void logsAreShownToNobodyUnlessAdministratorsAreToldFromOthers() throws Exception {
        String before = System.setProperty("hadoop.log.dir", Files.createDirectory(directory.resolve("logs")).toString());
        Files.writeString(directory.resolve("logs/baton-audit.log"), "src=/secret");
        try (BatonDaemon daemon = BatonDaemon.start(config(settings()))) {
            assertEquals(404, get(daemon, "/logs/baton-audit.log").statusCode());
            assertEquals(200, get(daemon, "/conf").statusCode());
        } finally {
            if (before == null) {
                System.clearProperty("hadoop.log.dir");
            } else {
                System.setProperty("hadoop.log.dir", before);
            }
        }
    }

    @Test
    void aLostDeviceIsDegradedAndStillServes() throws Exception {
        start().close();
        Files.delete(directory.resolve("group/server-1/device-2"));
        try (BatonDaemon daemon = start()) {
            HttpResponse<String> answer = get(daemon, "/health");
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("\"degraded\"") && answer.body().contains("device-2"), answer.body());
        }
    }

    @Test
    void figuresShowInJmxAndForPrometheus() throws Exception {
        try (BatonDaemon daemon = start(); RpcServices services = connect(daemon)) {
            CatalogService catalog = services.catalog();
            for (int i = 0; i < 7; i++) {
                catalog.mkdirs(call(), "/d" + i, 0755, 0, false);
            }
            assertThrows(IOException.class, () -> catalog.open(call(), "/nowhere"));
            // JMX may show what was 10 s ago, as Hadoop caches it; Prometheus is given what is now.
            String prometheus = get(daemon, "/prom").body();
            for (String figure : new String[] {"catalog_mkdirs_num_ops{context=\"baton\",%} 7",
                "catalog_calls_refused{context=\"baton\",%} 1", "catalog_tables_nodes{context=\"baton\",%} 8",
                "storage_bytes_written{context=\"baton\",server=\"server-1\",%} 0",
                "pool_failed_devices{context=\"baton\",server=\"server-1\",pool=\"fast\",%} 0",
                "storage_open_fids{context=\"baton\",server=\"server-1\",%} 0",
                "storage_buffers_made{context=\"baton\",server=\"server-1\",%} 0",
                "storage_extents{context=\"baton\",server=\"server-1\",%} 0",
                "wire_queue_pairs{context=\"baton\",%} 0", "wire_registered_regions{context=\"baton\",%} 0",
                "wire_violations{context=\"baton\",%} 0", "shared_memory_connections{context=\"baton\",%} 0",
                "shared_memory_bytes{context=\"baton\",%} 0",
                "shared_memory_without_memory{context=\"baton\",%} 0",
                "nic_sends_received{context=\"baton\",%} 0",
                "lwio_credits{context=\"baton\",server=\"server-1\",%} 0"}) {
                String expression = Pattern.quote(figure).replace("%", "\\E[^}]*\\Q");
                assertTrue(Pattern.compile(expression).matcher(prometheus).find(), figure + " in " + prometheus);
            }
            String jmx = get(daemon, "/jmx").body();
            for (String name : new String[] {"service=baton,name=CatalogTables", "service=baton,name=Storage-server-1",
                "service=baton,name=Wire", "service=baton,name=SharedMemory", "MkdirsNumOps", "RpcProcessingTimeNumOps"}) {
                assertTrue(jmx.contains(name), name + " in " + jmx);
            }
        }
    }

    @Test
    void whereItIsSaysAlsoWhereItsMemoryIs() throws Exception {
        Path shared;
        try (BatonDaemon daemon = start()) {
            shared = daemon.sharedMemoryDirectories().get(0);
            assertEquals(memory, shared.getParent());
            assertTrue(daemon.addresses().contains(" shared-memory=" + shared + " http="), daemon.addresses());
        }
        assertFalse(Files.exists(shared));
        Files.writeString(shared, "somebody else's");
        try (BatonDaemon daemon = start()) {
            assertEquals(List.of(), daemon.sharedMemoryDirectories());
            assertTrue(daemon.addresses().contains(" shared-memory=off http="), daemon.addresses());
        }
        TreeMap<String, String> settings = settings();
        settings.put("baton.server.shared.memory.enabled", "true");
        IOException refusal = assertThrows(IOException.class, () -> BatonDaemon.start(config(settings)).close());
        assertTrue(refusal.getMessage().contains(shared.toString()), refusal.getMessage());
        Files.delete(shared);
    }

    @Test
    void twoDaemonsOfOneJvmDoNotDisturbEachOther() throws Exception {
        TreeMap<String, String> other = settings();
        other.put("baton.server.dir", directory.resolve("other").toString());
        try (BatonDaemon first = start(); BatonDaemon second = BatonDaemon.start(config(other))) {
            assertEquals(200, get(first, "/health").statusCode());
            assertEquals(200, get(second, "/health").statusCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rpc.address", "data.address", "http.address"})
    void aTakenPortIsNamedWithItsKey(String key) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            TreeMap<String, String> settings = settings();
            settings.put("baton.server." + key, "127.0.0.1:" + taken.getLocalPort());
            IOException refusal = assertThrows(IOException.class, () -> BatonDaemon.start(config(settings)).close());
            assertTrue(refusal.getMessage().contains("baton.server." + key)
                    && refusal.getMessage().contains(":" + taken.getLocalPort()), refusal.getMessage());
        }
        start().close();
    }

    @Test
    void aSecondDaemonOnTheSameDirectoryIsToldWhoHasIt() throws Exception {
        try (BatonDaemon first = start()) {
            IOException refusal = assertThrows(IOException.class, () -> start().close());
            assertTrue(refusal.getMessage().contains("process " + ProcessHandle.current().pid())
                    && refusal.getMessage().contains("baton.server.dir"), refusal.getMessage());
            assertEquals(Health.State.HEALTHY, first.health().state());
        }
    }

    @Test
    void closedItLeavesNoThreadAndNoTemporaryFile() throws Exception {
        start().close();
        List<String> left = Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith("baton-")).toList();
        assertEquals(List.of(), left);
        try (Stream<Path> files = Files.list(directory.resolve("group"))) {
            assertFalse(files.anyMatch(file -> file.endsWith("tmp")));
        }
    }
}
