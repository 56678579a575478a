package io.batonfs.system;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** An embedded group in a directory, and the ways in. */
public final class GroupOnDisk {
    /** What opens an embedded group. */
    public static final URI ROOT = URI.create("baton:///");

    private static final String DIRECTORY_KEY = "baton.embedded.dir";
    private static final String DEVICE_BYTES_KEY = "baton.embedded.device.bytes";
    /** Plenty for tests; the files are sparse. */
    public static final long DEVICE_BYTES = 512L << 20;

    private final Path directory;
    private final long deviceBytes;

    /** A group in a directory that is made at first use. */
    public GroupOnDisk(Path directory) {
        this(directory, DEVICE_BYTES);
    }

    /** A group on devices of a size of its own. */
    GroupOnDisk(Path directory, long deviceBytes) {
        this.directory = directory;
        this.deviceBytes = deviceBytes;
    }

    /** Where the group keeps everything. */
    public Path directory() {
        return directory;
    }

    /** The configuration of an installation (conf/core-site.xml is on the class path), and the directory. */
    public Configuration conf() throws IOException {
        Configuration conf = new Configuration();
        settings().forEach(conf::set);
        return conf;
    }

    /** A file system of its own, not the cached one; the caller closes it. */
    public BatonFileSystem open() throws IOException {
        return (BatonFileSystem) FileSystem.newInstance(ROOT, conf());
    }

    /** A client without Hadoop above it, acting for the user who formats; the caller closes it. */
    public BatonClient connect() throws IOException {
        Caller caller = new Caller(System.getProperty("user.name"), List.of("users"), true);
        return BatonClients.connect("", settings(), caller);
    }

    /** The keys that say where it is and how big. */
    Map<String, String> settings() throws IOException {
        return Map.of(DIRECTORY_KEY, Files.createDirectories(directory).toString(), DEVICE_BYTES_KEY, Long.toString(deviceBytes));
    }
}
