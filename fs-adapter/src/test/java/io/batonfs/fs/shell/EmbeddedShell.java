package io.batonfs.fs.shell;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.Tool;

/**
 * A group with conf/core-site.xml and the shells of its user. It is embedded, in a directory of the test, unless the
 * system property {@value #URI_PROPERTY} names another, whose root is then emptied.
 */
final class EmbeddedShell implements AutoCloseable {
    /** URI of the group to run against instead, for example {@code baton://localhost:8770/}. */
    static final String URI_PROPERTY = "baton.test.uri";

    /** Times before this were set by a test; later ones are the clock's. */
    private static final long SET_BY_TEST_MS = 1_000_000_000_000L;

    private final Configuration conf;
    private final FileSystem fs;

    private EmbeddedShell(Configuration conf, FileSystem fs) {
        this.conf = conf;
        this.fs = fs;
    }

    /** Opens the group. */
    static EmbeddedShell open(File directory) throws IOException {
        // Other tests of this JVM may have left theirs in the cache.
        FileSystem.closeAll();
        Configuration conf = new Configuration();
        conf.addResource(new Path(new File("../conf/core-site.xml").toURI()));
        conf.set("baton.embedded.dir", new File(directory, "group").toString());
        // Sparse; what is deleted is not free at once.
        conf.set("baton.embedded.device.bytes", Long.toString(4L << 30));
        conf.set("hadoop.tmp.dir", new File(directory, "hadoop").toString());
        URI uri = URI.create(System.getProperty(URI_PROPERTY, "baton:///"));
        conf.set("fs.defaultFS", uri.toString());
        EmbeddedShell shell = new EmbeddedShell(conf, FileSystem.get(uri, conf));
        shell.empty();
        return shell;
    }

    /** The configuration that its shells have. */
    Configuration conf() {
        return conf;
    }

    /** The file system, as the user of the process. */
    FileSystem fileSystem() {
        return fs;
    }

    /** Runs {@code hadoop fs} as an installation of Baton has it. */
    ShellRun fs(String... arguments) throws Exception {
        return ShellRun.of(new BatonFsShell(new Configuration(conf)), arguments);
    }

    /** Likewise, with something on its standard input. */
    ShellRun fsWithInput(String input, String... arguments) throws Exception {
        return ShellRun.withInput(
                input.getBytes(StandardCharsets.UTF_8), new BatonFsShell(new Configuration(conf)), arguments);
    }

    /** Runs {@code hadoop fs} as Hadoop has it. */
    ShellRun stockFs(String... arguments) throws Exception {
        return ShellRun.of(new FsShell(new Configuration(conf)), arguments);
    }

    /** Runs {@code hadoop baton}. */
    ShellRun baton(String... arguments) throws Exception {
        return ShellRun.of(new BatonShell(new Configuration(conf)), arguments);
    }

    /** Runs {@code hadoop fs} as somebody else. */
    ShellRun fsAs(String user, String... arguments) throws Exception {
        return as(user, new BatonFsShell(new Configuration(conf)), arguments);
    }

    /** Runs a command as somebody else, who is in a group of his name. */
    ShellRun as(String user, Tool tool, String... arguments) throws Exception {
        UserGroupInformation ugi = UserGroupInformation.createUserForTesting(user, new String[] {user});
        try {
            return ugi.doAs((PrivilegedExceptionAction<ShellRun>) () -> ShellRun.of(tool, arguments));
        } finally {
            FileSystem.closeAllForUGI(ugi);
        }
    }

    /** Writes a file, with what it needs above it. */
    void write(String path, String content) throws IOException {
        write(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Likewise, from bytes. */
    void write(String path, byte[] content) throws IOException {
        try (FSDataOutputStream out = fs.create(new Path(path), true)) {
            out.write(content);
        }
    }

    /** A file's content as text. */
    String read(String path) throws IOException {
        try (FSDataInputStream in = fs.open(new Path(path))) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            IOUtils.copyBytes(in, content, conf, false);
            return content.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /** A status, or null. */
    FileStatus status(String path) throws IOException {
        return fs.exists(new Path(path)) ? fs.getFileStatus(new Path(path)) : null;
    }

    /** All that is below the root, with attributes and a digest of the content; times only if a test set them. */
    TreeMap<String, String> everything() throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        collect(new Path("/"), all);
        return all;
    }

    private void collect(Path directory, TreeMap<String, String> all) throws IOException {
        for (FileStatus status : fs.listStatus(directory)) {
            String path = status.getPath().toUri().getPath();
            long modified = status.getModificationTime();
            all.put(path, String.join(" ", status.getPermission().toString(), status.getOwner(), status.getGroup(),
                    Short.toString(status.getReplication()), Long.toString(status.getBlockSize()),
                    Long.toString(status.getLen()), modified < SET_BY_TEST_MS ? "modified " + modified : "new",
                    status.isFile() ? "content " + read(path).hashCode() : "directory"));
            if (status.isDirectory()) {
                collect(status.getPath(), all);
            }
        }
    }

    /** Deletes everything. */
    void empty() throws IOException {
        for (FileStatus status : fs.listStatus(new Path("/"))) {
            fs.delete(status.getPath(), true);
        }
    }

    /** A figure of this process's clients. */
    static long statistic(String key) {
        return GlobalStorageStatistics.INSTANCE.get("BatonFileSystem").getLong(key);
    }

    @Override
    public void close() throws IOException {
        FileSystem.closeAll();
    }
}
