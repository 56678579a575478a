package io.batonfs.quickstart;

import java.nio.file.Path;
import java.util.Properties;

/**
 * What can be chosen.
 *
 * @param input  directory of the files to carry: {@code quickstart.input}, by default the running JDK
 * @param target directory for everything that is written: {@code quickstart.target}
 */
record QuickstartOptions(Path input, Path target) {

    /** Reads the options from system properties; an empty one counts as not given. */
    static QuickstartOptions of(Properties properties) {
        return new QuickstartOptions(
                Path.of(given(properties, "quickstart.input", properties.getProperty("java.home"))).toAbsolutePath(),
                Path.of(given(properties, "quickstart.target", "target")).toAbsolutePath());
    }

    private static String given(Properties properties, String key, String otherwise) {
        String value = properties.getProperty(key, "").strip();
        return value.isEmpty() ? otherwise : value;
    }

    /** Temporary devices, the HDFS, everything that is gone afterwards. */
    Path work() {
        return target.resolve("quickstart-work");
    }

    /** The rows for scripts. */
    Path report() {
        return target.resolve("quickstart.json");
    }

    /** What Hadoop and Baton had to say. */
    Path log() {
        return target.resolve("quickstart.log");
    }
}
