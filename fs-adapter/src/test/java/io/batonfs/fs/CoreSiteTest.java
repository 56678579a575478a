package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.ClientConfig;
import io.batonfs.embedded.EmbeddedSettings;
import io.batonfs.fs.distcp.OffloadDynamicInputFormat;
import io.batonfs.fs.distcp.OffloadUniformSizeInputFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;

/** Keeps conf/core-site.xml true to the code. */
class CoreSiteTest {
    private static final Path CORE_SITE = Path.of("../conf/core-site.xml");

    @Test
    void listsEveryKeyWithItsDefaultAndNoOther() throws IOException {
        Map<String, String> declared = new TreeMap<>(AdapterConfig.KEYS);
        ClientConfig.KEYS.forEach(key -> declared.put(key.name(), key.defaultValue()));
        EmbeddedSettings.KEYS.forEach(key -> declared.put(key.name(), key.defaultText()));

        Map<String, String> listed = new TreeMap<>();
        Matcher properties = Pattern.compile("<name>((?:fs\\.)?baton\\.[^<]*)</name>\\s*<value>([^<]*)</value>")
                .matcher(Files.readString(CORE_SITE));
        while (properties.find()) {
            assertTrue(listed.put(properties.group(1), properties.group(2)) == null, properties.group(1) + " twice");
        }

        assertEquals(declared, listed);
    }

    @Test
    void explainsEveryKey() throws IOException {
        String previous = "";
        int blank = 0;
        for (String line : Files.readAllLines(CORE_SITE)) {
            if (line.contains("<property>") && line.contains("baton.")) {
                assertTrue(previous.endsWith("."), "no sentence before: " + line.strip());
            }
            blank += line.isBlank() ? 1 : 0;
            previous = line.strip();
        }
        assertTrue(blank > 0);
    }

    @Test
    void setsWhatDistcpNeeds() {
        Configuration conf = new Configuration(false);
        conf.addResource(new org.apache.hadoop.fs.Path(CORE_SITE.toUri()));
        conf.addResource("distcp-default.xml");

        assertEquals(OffloadUniformSizeInputFormat.class, conf.getClass("distcp.uniformsize.strategy.impl", null));
        assertEquals(OffloadDynamicInputFormat.class, conf.getClass("distcp.dynamic.strategy.impl", null));
        assertEquals(Baton.class, conf.getClass("fs.AbstractFileSystem.baton.impl", null));
        assertTrue(conf.getFinalParameters().contains("dfs.checksum.combine.mode"));
        assertTrue(AdapterConfig.from(conf).compositeChecksums());
        assertNotNull(conf.get("distcp.static.strategy.impl"), "distcp-default.xml was read after core-site.xml");
    }

    @Test
    void theServiceLoaderFindsTheFileSystem() throws IOException {
        assertEquals(BatonFileSystem.class, FileSystem.getFileSystemClass("baton", new Configuration()));
    }

    @Test
    void defaultsAreWhatTheyAreSaidToBe() {
        AdapterConfig config = AdapterConfig.from(new Configuration(false));

        assertEquals(new AdapterConfig(AdapterConfig.BLOCK_SIZE_DEFAULT, AdapterConfig.REPLICATION_DEFAULT, false),
                config);
    }

    @Test
    void handsOnBatonKeysOnly() {
        Configuration conf = new Configuration(false);
        conf.set("fs.baton.client.x", "${base}/y");
        conf.set("baton.embedded.dir", "/d");
        conf.set("base", "/b");
        conf.set("fs.batonish", "no");

        assertEquals(Map.of("fs.baton.client.x", "/b/y", "baton.embedded.dir", "/d"),
                AdapterConfig.clientSettings(conf));
    }
}
