package io.batonfs.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.client.ClientConfig;
import io.batonfs.embedded.EmbeddedSettings;
import io.batonfs.fs.AdapterConfig;
import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

/** conf/core-site.xml explains exactly the keys that the code reads, with their defaults. */
class ConfigurationTest {
    /** A property, in force or commented out to be copied from. */
    private static final Pattern PROPERTY = Pattern.compile(
            "<property>\\s*<name>([^<]+)</name>\\s*<value>([^<]*)</value>(.*?)</property>", Pattern.DOTALL);
    private static final Pattern DESCRIPTION = Pattern.compile("<description>\\s*\\S.*?</description>", Pattern.DOTALL);

    private final String conf = Checkout.read("conf/core-site.xml");

    @Test
    void documentedKeysAreTheDeclaredOnesWithTheirDefaults() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        Matcher property = PROPERTY.matcher(conf);
        while (property.find()) {
            if (isOurs(property.group(1))) {
                documented.put(property.group(1), property.group(2));
            }
        }
        assertThat(documented).isEqualTo(declared());
    }

    @Test
    void everyPropertyIsExplained() {
        Matcher property = PROPERTY.matcher(conf);
        while (property.find()) {
            assertThat(DESCRIPTION.matcher(property.group(3)).find())
                    .as("%s has a description", property.group(1)).isTrue();
        }
    }

    @Test
    void itIsWhatHadoopReads() {
        Configuration configuration = new Configuration();
        assertThat(configuration.get("distcp.uniformsize.strategy.impl")).startsWith("io.batonfs.fs.distcp.");
        assertThat(configuration.get("dfs.checksum.combine.mode")).isEqualTo("COMPOSITE_CRC");
        configuration.set("dfs.checksum.combine.mode", "MD5MD5CRC");
        configuration.addResource("hdfs-default.xml");
        assertThat(new Configuration(configuration).getFinalParameters()).contains("dfs.checksum.combine.mode");
    }

    private static boolean isOurs(String key) {
        return key.startsWith("fs.baton.") || key.startsWith("baton.");
    }

    private static Map<String, String> declared() throws IllegalAccessException {
        Map<String, String> declared = new TreeMap<>(ofAdapter());
        ClientConfig.KEYS.forEach(key -> declared.put(key.name(), key.defaultValue()));
        EmbeddedSettings.KEYS.forEach(key -> declared.put(key.name(), key.defaultText()));
        return declared;
    }

    /** The adapter's keys are constants, each with another one that ends in _DEFAULT. */
    private static Map<String, String> ofAdapter() throws IllegalAccessException {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Field field : AdapterConfig.class.getFields()) {
            constants.put(field.getName(), field.get(null));
        }
        Map<String, String> keys = new TreeMap<>();
        constants.forEach((name, value) -> {
            if (value instanceof String key && isOurs(key)) {
                keys.put(key, String.valueOf(constants.get(name + "_DEFAULT")));
            }
        });
        assertThat(keys).as("keys of the adapter").isNotEmpty().doesNotContainValue("null");
        return keys;
    }
}
