package io.batonfs.server.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import org.apache.hadoop.util.VersionInfo;
import picocli.CommandLine.IVersionProvider;

/** Which Baton this is, as its build wrote it down. Stateless. */
public final class BatonVersion implements IVersionProvider {

    /** Baton's version and what it runs on. */
    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"Baton " + version(), "Hadoop " + VersionInfo.getVersion(),
            "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"};
    }

    static String version() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = BatonVersion.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }
}
