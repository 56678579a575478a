package io.batonfs.server.daemon;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import picocli.CommandLine.Option;

/** The options that say where a command's configuration is. Used by one thread. */
final class ConfigOptions {
    private static final String SITE = "baton-site.xml";
    private static final String CORE_SITE = "core-site.xml";

    @Option(names = "--config", paramLabel = "DIR", defaultValue = "${env:BATON_CONF_DIR}",
            description = "Directory with baton-site.xml, and core-site.xml for Hadoop's own settings. "
                    + "Default: the environment variable BATON_CONF_DIR, else the class path.")
    private Path directory;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Sets a key, whatever the files say.")
    private final Map<String, String> overrides = new TreeMap<>();

    /** Reads the configuration, also for Hadoop's security. */
    DaemonConfig read() throws IOException {
        Configuration conf = new Configuration();
        if (directory != null) {
            add(conf, CORE_SITE);
            if (add(conf, SITE).isEmpty()) {
                throw new FileNotFoundException("there is no " + SITE + " in " + directory.toAbsolutePath()
                        + "; copy it from the conf directory of the distribution, or name another with --config");
            }
        } else {
            conf.addResource(SITE);
        }
        overrides.forEach(conf::set);
        UserGroupInformation.setConfiguration(conf);
        return DaemonConfig.from(conf);
    }

    private Optional<Path> add(Configuration conf, String name) {
        Optional<Path> file = Optional.of(directory.resolve(name)).filter(Files::exists);
        file.ifPresent(found -> conf.addResource(new org.apache.hadoop.fs.Path(found.toUri())));
        return file;
    }
}
