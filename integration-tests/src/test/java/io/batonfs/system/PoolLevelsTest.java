package io.batonfs.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.server.daemon.BatonDaemon;
import io.batonfs.server.daemon.DaemonConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon on six devices with three RAID levels, written and read as its users do it, also when devices go.
 */
@Timeout(120)
class PoolLevelsTest {
    private static final String POOLS = "fast level=10 share=40; wide level=50 share=35 spans=2; safe level=6 share=25";
    private static final int FILE_BYTES = 1_500_000;

    /** Directories by the policies that they are given: pools' names and HDFS's. */
    private static final Map<String, String> POLICIES =
            Map.of("/fast", "fast", "/wide", "WIDE", "/warm", "WARM", "/cold", "COLD");

    @TempDir
    private Path directory;

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("baton.server.dir", directory.resolve("group").toString());
        settings.put("baton.server.device.bytes", Long.toString(64L << 20));
        settings.put("baton.server.devices.per.server", "6");
        settings.put("baton.server.pools", POOLS);
        settings.put("baton.server.reserved.bytes", "0");
        for (String address : new String[] {"rpc", "data", "http"}) {
            settings.put("baton.server." + address + ".address", "127.0.0.1:0");
        }
        settings.put("baton.server.shared.memory.enabled", "false");
        return settings;
    }

    private static DaemonConfig config(Map<String, String> settings) throws IOException {
        Configuration conf = new Configuration();
        settings.forEach(conf::set);
        return DaemonConfig.from(conf);
    }

    private static BatonFileSystem open(BatonDaemon daemon) throws IOException {
        URI root = URI.create("baton://" + daemon.controlAddress());
        return (BatonFileSystem) FileSystem.newInstance(root, new Configuration());
    }

    private void loseDevices(int... numbers) throws IOException {
        for (int number : numbers) {
            Files.delete(directory.resolve("group/server-1/device-" + number));
        }
    }

    private static byte[] content(String path) {
        byte[] bytes = new byte[FILE_BYTES];
        new Random(path.hashCode()).nextBytes(bytes);
        return bytes;
    }

    private static void write(FileSystem fs, String path) throws IOException {
        try (FSDataOutputStream out = fs.create(new org.apache.hadoop.fs.Path(path))) {
            out.write(content(path));
        }
    }

    private static byte[] read(FileSystem fs, String path) throws IOException {
        try (FSDataInputStream in = fs.open(new org.apache.hadoop.fs.Path(path))) {
            return in.readAllBytes();
        }
    }

    @Test
    void eachPoolSurvivesWhatItsLevelDoes() throws Exception {
        try (BatonDaemon daemon = BatonDaemon.start(config(settings())); BatonFileSystem fs = open(daemon)) {
            for (Map.Entry<String, String> policy : POLICIES.entrySet()) {
                fs.mkdirs(new org.apache.hadoop.fs.Path(policy.getKey()));
                fs.setStoragePolicy(new org.apache.hadoop.fs.Path(policy.getKey()), policy.getValue());
                write(fs, policy.getKey() + "/f");
                assertThat(read(fs, policy.getKey() + "/f")).isEqualTo(content(policy.getKey() + "/f"));
            }
        }
        // Of each pair and of each span one, and RAID 6 spares two.
        loseDevices(1, 5);
        try (BatonDaemon daemon = BatonDaemon.start(config(settings())); BatonFileSystem fs = open(daemon)) {
            for (String path : POLICIES.keySet()) {
                assertThat(read(fs, path + "/f")).isEqualTo(content(path + "/f"));
                write(fs, path + "/degraded");
                assertThat(read(fs, path + "/degraded")).isEqualTo(content(path + "/degraded"));
            }
        }
    }

    @Test
    void whatADeviceTooManyTakesIsGoneAndWhatALevelMoreSparesIsThere() throws Exception {
        try (BatonDaemon daemon = BatonDaemon.start(config(settings())); BatonFileSystem fs = open(daemon)) {
            for (Map.Entry<String, String> policy : POLICIES.entrySet()) {
                fs.mkdirs(new org.apache.hadoop.fs.Path(policy.getKey()));
                fs.setStoragePolicy(new org.apache.hadoop.fs.Path(policy.getKey()), policy.getValue());
                write(fs, policy.getKey() + "/f");
            }
        }
        // A whole pair, and two of a span.
        loseDevices(5, 6);
        try (BatonDaemon daemon = BatonDaemon.start(config(settings())); BatonFileSystem fs = open(daemon)) {
            assertThat(read(fs, "/cold/f")).isEqualTo(content("/cold/f"));
            write(fs, "/cold/degraded");
            assertThat(read(fs, "/cold/degraded")).isEqualTo(content("/cold/degraded"));
            for (String lost : new String[] {"/fast/f", "/wide/f", "/warm/f"}) {
                assertThatThrownBy(() -> read(fs, lost)).as(lost).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aSettingThatSaysSomethingElseChangesNothingAndIsToldOfOnce() throws Exception {
        BatonDaemon.start(config(settings())).close();
        Map<String, String> others = settings();
        others.put("baton.server.pools", "all level=5 share=100");
        try (LogCapture log = new LogCapture(Level.WARN)) {
            Map<String, String> same = settings();
            same.put("baton.server.pools", POOLS.replace(" spans=2", "").replace("level=6", "unit=4096 level=6"));
            BatonDaemon.start(config(same)).close();
            assertThat(log.text()).doesNotContain("baton.server.pools");
            BatonDaemon.start(config(others)).close();
            assertThat(log.text().split("baton\\.server\\.pools", -1)).as(log.text()).hasSize(2);
            assertThat(log.text()).contains("\"" + POOLS + "\"").contains("\"all level=5 share=100\"");
        }
    }
}
