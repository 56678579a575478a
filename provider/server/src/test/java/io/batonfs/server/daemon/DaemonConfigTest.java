package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.RebuildConfig;
import io.batonfs.pools.ScrubConfig;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.pools.placement.PlacementGranularity;
import io.batonfs.server.storage.PlacementSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DaemonConfigTest {
    private static final Path SITE = Path.of("../../conf/baton-site.xml");

    private static DaemonConfig with(String... keysAndValues) throws IOException {
        Configuration conf = new Configuration(false);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            conf.set(keysAndValues[i], keysAndValues[i + 1]);
        }
        return DaemonConfig.from(conf);
    }

    @Test
    void theExampleListsEveryKeyWithItsDefaultAndNoOther() throws IOException {
        Map<String, String> declared = new TreeMap<>();
        DaemonKey.ALL.forEach(key -> declared.put(key.name(), key.defaultText()));

        Map<String, String> listed = new TreeMap<>();
        Matcher properties = Pattern.compile("<name>(baton\\.[^<]*)</name>\\s*<value>([^<]*)</value>")
                .matcher(Files.readString(SITE));
        while (properties.find()) {
            assertTrue(listed.put(properties.group(1), properties.group(2)) == null, properties.group(1) + " twice");
        }

        assertEquals(declared, listed);
    }

    @Test
    void theExampleExplainsEveryKeyAsTheCodeDoes() throws IOException {
        String words = Files.readString(SITE).replaceAll("\\s+", " ");
        DaemonKey.ALL.forEach(key -> assertTrue(words.contains(key.meaning()), key.name() + ": " + key.meaning()));
    }

    @Test
    void theExampleItselfIsLegal() throws IOException {
        Configuration conf = new Configuration(false);
        conf.addResource(new org.apache.hadoop.fs.Path(SITE.toUri()));
        assertEquals(new HostPort("0.0.0.0", 8770), DaemonConfig.from(conf).rpc());
    }

    @Test
    void defaultsAreThoseOfTheKeys() throws IOException {
        DaemonConfig config = with();
        assertEquals(Path.of("/var/lib/baton"), config.group().directory());
        assertEquals(1, config.group().servers());
        assertEquals(List.of(), config.group().devicePaths());
        assertEquals(new HostPort("0.0.0.0", 8771), config.data());
        assertEquals(new HostPort("0.0.0.0", 8779), config.http());
        assertEquals(System.getProperty("user.name"), config.group().superuser());
    }

    @Test
    void sharedMemoryIsForTheOwnUserAndTakesHalfOfWhatThereIsAtMost() throws IOException {
        SharedMemoryConfig config = with().sharedMemory();
        assertEquals(new SharedMemoryConfig(SharedMemoryConfig.Use.IF_POSSIBLE, Path.of("/dev/shm"), Set.of(),
                256L << 20, 256 << 10), config);
        assertEquals(256L << 20, config.wire(1L << 40).maxMemoryBytes());
        assertEquals(32L << 20, config.wire(64L << 20).maxMemoryBytes());
        assertEquals(402, config.wire(1L << 40).mostConnections());
        assertEquals(29, config.wire(1L << 40).mostWideConnections());
        assertEquals(52, config.wire(64L << 20).mostConnections());
        assertEquals(3, config.wire(64L << 20).mostWideConnections());
        SharedMemoryConfig other = with("baton.server.shared.memory.enabled", "true",
                "baton.server.shared.memory.users", "alice, bob", "baton.server.shared.memory.ring.bytes", "65536")
                .sharedMemory();
        assertEquals(SharedMemoryConfig.Use.REQUIRED, other.use());
        assertEquals(Set.of("alice", "bob"), other.wire(0).admittedUsers());
        assertEquals(65536, other.wire(0).areaBytes());
        assertEquals(65536, other.wire(0).wideAreaBytes(), "who sets less wants to save memory");
        assertEquals(0, other.wire(1L << 40).mostWideConnections());
        assertEquals((256 << 20) / other.wire(0).connectionBytes(), other.wire(1L << 40).mostConnections());
        assertEquals(2 << 20, with("baton.server.shared.memory.ring.bytes", "2097152").sharedMemory().wire(0)
                .wideAreaBytes());
    }

    @Test
    void rebuildingHasTwoRatesTheLeastNotAboveTheMost() throws IOException {
        assertEquals(RebuildConfig.DEFAULT, with().group().maintenance().rebuild());
        RebuildConfig set = with("baton.server.scrub.enabled", "false",
                "baton.server.rebuild.most.bytes.per.second", "2097152",
                "baton.server.rebuild.least.bytes.per.second", "1048576").group().maintenance().rebuild();
        assertEquals(List.of(2097152L, 1048576L), List.of(set.mostBytesPerSecond(), set.leastBytesPerSecond()));
        for (String[] wrong : new String[][] {{"most", "1048575"}, {"most", "1099511627777"}, {"least", "0"},
            {"least", "134217729"}, {"most", "1048576"}}) {
            String key = "baton.server.rebuild." + wrong[0] + ".bytes.per.second";
            String message = assertThrows(IllegalArgumentException.class, () -> with(key, wrong[1])).getMessage();
            assertTrue(message.contains("baton.server.rebuild."), message);
        }
    }

    @Test
    void scrubbingIsOnUnlessItIsSetOff() throws IOException {
        assertEquals(Optional.of(ScrubConfig.DEFAULT), with().group().maintenance().scrub());
        assertEquals(Optional.empty(), with("baton.server.scrub.enabled", "false").group().maintenance().scrub());
        assertEquals(Optional.of(new ScrubConfig(1 << 20, Duration.ofHours(1))), with(
                "baton.server.scrub.bytes.per.second", "1048576", "baton.server.scrub.interval.hours", "1")
                .group().maintenance().scrub());
        for (String wrong : List.of("scrub.enabled=auto", "scrub.bytes.per.second=65535",
                "scrub.bytes.per.second=64m", "scrub.interval.hours=-1", "scrub.interval.hours=87841")) {
            String[] parts = ("baton.server." + wrong).split("=");
            String message = assertThrows(IllegalArgumentException.class, () -> with(parts)).getMessage();
            assertTrue(message.startsWith(parts[0] + " = \"" + parts[1] + "\" is not "), message);
        }
    }

    @Test
    void smallFilesArePackedUnlessThatIsSetOff() throws IOException {
        assertTrue(with().group().maintenance().packing());
        assertFalse(with("baton.server.packing.enabled", "false", "baton.server.scrub.enabled", "false")
                .group().maintenance().packing());
        String message = assertThrows(IllegalArgumentException.class, () -> with("baton.server.packing.enabled", "no"))
                .getMessage();
        assertTrue(message.startsWith("baton.server.packing.enabled = \"no\" is not "), message);
    }

    @Test
    void poolsAndDevicesAreAsManyAsIsSaid() throws IOException {
        assertEquals(StorageSetConfig.DEFAULT.pools().stream().map(PoolConfig::level).toList(),
                with().group().pools().config().pools().stream().map(PoolConfig::level).toList());
        assertEquals(Optional.empty(), with().group().pools().forNewData(), "the first on the devices");
        DaemonConfig config = with("baton.server.devices.per.server", "9", "baton.server.pool", "wide",
                "baton.server.pools", "safe level=6 share=25; wide level=50 share=75");
        assertEquals(9, config.group().devices());
        assertEquals(List.of(RaidLevel.RAID_6, RaidLevel.RAID_50),
                config.group().pools().config().pools().stream().map(PoolConfig::level).toList());
        assertEquals(Optional.of("wide"), config.group().pools().forNewData());
        assertEquals(3, with("baton.server.devices", "/a,/b,/c", "baton.server.pools", "p level=5 share=100")
                .group().devices());
        String message = assertThrows(IllegalArgumentException.class, () -> with("baton.server.devices", "/a,/b,/c",
                "baton.server.pools", "p level=6 share=100")).getMessage();
        assertEquals("baton.server.pools = \"p level=6 share=100\": pool p: RAID 6 takes four devices at least, and "
                + "each storage server has 3 (baton.server.devices); change the level or the devices", message);
        message = assertThrows(IllegalArgumentException.class, () -> with("baton.server.pool", "fast",
                "baton.server.pools", "p level=5 share=100")).getMessage();
        assertTrue(message.contains("baton.server.pool = \"fast\"") && message.contains("[p]"), message);
    }

    @Test
    void pagesStayWhereTheyAreUnlessPlacementIsAskedFor() throws IOException {
        assertEquals(PlacementSettings.OFF, with().group().placement());
        assertEquals(new PlacementSettings(true, 5L << 20, 30_000, PlacementGranularity.EXTENT), with(
                "baton.server.placement.enabled", "true", "baton.server.placement.bandwidth.mib", "5",
                "baton.server.placement.interval.ms", "30000", "baton.server.placement.granularity", "extent")
                .group().placement());
    }

    @Test
    void namedDevicesSayHowManyServersThereAre() throws IOException {
        DaemonConfig config = with("baton.server.devices", "/a, /b,/c,/d;/e,/f,/g ,/h");
        assertEquals(2, config.group().servers());
        assertEquals(4, config.group().devices());
        assertEquals(List.of(Stream.of("/a", "/b", "/c", "/d").map(Path::of).toList(),
                Stream.of("/e", "/f", "/g", "/h").map(Path::of).toList()),
                config.group().devicePaths());
    }

    @Test
    void aKeyThatThereIsNotIsRefusedByName() {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                () -> with("baton.server.rpc.adress", "localhost:1"));
        assertTrue(refusal.getMessage().contains("baton.server.rpc.adress"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("baton.server.rpc.address"), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", value = {
        "baton.server.dir               | relative/dir",
        "baton.server.dir               | ''",
        "baton.server.storage.servers   | 0",
        "baton.server.storage.servers   | 17",
        "baton.server.storage.servers   | two",
        "baton.server.devices           | /a",
        "baton.server.devices           | /a,/b,/c",
        "baton.server.devices           | /a,/b",
        "baton.server.devices           | /a,/b,/g,/h;/c,/d,/e,/f,/x,/y",
        "baton.server.devices           | /a,/b,/c,/a",
        "baton.server.devices           | /a,/b,/c;/d",
        "baton.server.devices           | /a,,/b,/c",
        "baton.server.devices           | a,b,c,d",
        "baton.server.devices.per.server| 5",
        "baton.server.devices.per.server| 2",
        "baton.server.devices.per.server| 66",
        "baton.server.device.bytes      | 67108863",
        "baton.server.reserved.bytes    | -1",
        "baton.server.placement.enabled | perhaps",
        "baton.server.placement.bandwidth.mib | 0",
        "baton.server.placement.interval.ms   | 999",
        "baton.server.placement.granularity   | file",
        "baton.server.pool              | slow",
        "baton.server.pools             | fast level=10 share=50; capacity level=7 share=50",
        "baton.server.rpc.address       | 8770",
        "baton.server.rpc.address       | localhost:65536",
        "baton.server.rpc.address       | localhost:x",
        "baton.server.rpc.address       | ::1:8770",
        "baton.server.data.address      | :1",
        "baton.server.http.address      | localhost",
        "baton.server.rpc.handlers      | 0",
        "baton.server.shared.memory.enabled    | yes",
        "baton.server.shared.memory.dir        | dev/shm",
        "baton.server.shared.memory.bytes      | -1",
        "baton.server.shared.memory.ring.bytes | 12288",
        "baton.server.shared.memory.ring.bytes | 100000",
        "baton.server.exit.on.failed.catalog | yes",
        "baton.server.shutdown.timeout.ms    | 999",
    })
    void anIllegalValueIsRefusedByKeyAndValue(String key, String value) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> with(key, value));
        assertTrue(refusal.getMessage().contains(key.strip()) || key.startsWith("baton.server.devices"),
                refusal.getMessage());
    }

    @Test
    void dataPortsOfAllServersMustFit() {
        assertThrows(IllegalArgumentException.class,
                () -> with("baton.server.data.address", "h:65535", "baton.server.storage.servers", "2"));
    }

    @Test
    void twoListenersDoNotShareAPort() throws IOException {
        with("baton.server.storage.servers", "8");
        // 8771 to 8779, and http has 8779 by default.
        String message = assertThrows(IllegalArgumentException.class,
                () -> with("baton.server.storage.servers", "9")).getMessage();
        assertTrue(message.contains("baton.server.http.address") && message.contains("baton.server.data.address"), message);
        assertThrows(IllegalArgumentException.class, () -> with("baton.server.rpc.address", "0.0.0.0:8771"));
        assertThrows(IllegalArgumentException.class, () -> with("baton.server.rpc.address", "0.0.0.0:8779"));
        with("baton.server.rpc.address", "h:0", "baton.server.data.address", "h:0", "baton.server.http.address", "h:0");
        with("baton.server.rpc.address", "one:8771", "baton.server.data.address", "two:8771");
    }

    @Test
    void addressesOfIpVersion6StandInBrackets() {
        HostPort parsed = HostPort.parse("[::1]:8770");
        assertEquals("::1", parsed.host());
        assertEquals("[::1]:8770", parsed.toString());
    }

    @Test
    void clientsAreToldAHostThatTheyCanReach() throws IOException {
        assertEquals("10.1.2.3", with("baton.server.data.address", "10.1.2.3:0").hostName());
        assertEquals("shown", with("baton.server.data.address", "10.1.2.3:0", "baton.server.advertised.host", "shown")
                .hostName());
        assertEquals("shown:5", new HostPort("0.0.0.0", 0).reachedAt("shown", 5).toString());
    }
}
