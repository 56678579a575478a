package io.batonfs.fs.contract;

import io.batonfs.fs.Baton;
import io.batonfs.server.daemon.BatonDaemon;
import io.batonfs.server.daemon.DaemonConfig;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.security.PrivilegedExceptionAction;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * The group that Hadoop's suites run against, one for all suites of a JVM; it ends with the JVM. Its form is chosen by
 * the system property {@value #FORM}:
 *
 * <table>
 * <caption>Forms</caption>
 * <tr><th>form</th><th>group</th><th>who runs the tests</th></tr>
 * <tr><td>embedded</td><td>inside the file system, {@code baton:///}</td><td>the superuser</td></tr>
 * <tr><td>daemon</td><td>a daemon, over Hadoop RPC, data over TCP</td><td>the superuser</td></tr>
 * <tr><td>daemon-user</td><td>the same, data over shared memory where there is any</td><td>an ordinary user: HADOOP_USER_NAME</td></tr>
 * </table>
 *
 * <p>The directory in which tests work is made by the superuser and belongs to who runs them. The superuser is the user
 * of the process, so it does not matter whether that is root; in the last form it is {@value #OPERATOR}.
 */
abstract class TestGroup {
    /** The property that chooses the form; embedded if it is not set. */
    static final String FORM = "baton.test.form";

    private static final String OPERATOR = "operator";
    private static final int DEVICE_BYTES = 256 << 20;

    /** Before the file systems, whose hook has 10, are closed nothing may end; the daemon comes after. */
    private static final int SHUTDOWN_PRIORITY = 1;

    private static final TestGroup OF_JVM = open(System.getProperty(FORM, "embedded"));

    private static TestGroup open(String form) {
        File directory = new File(System.getProperty("java.io.tmpdir"), "suites-" + UUID.randomUUID());
        try {
            switch (form) {
                case "embedded":
                    return new Embedded(directory);
                case "daemon":
                    return new Daemon(directory, UserGroupInformation.getLoginUser(), false);
                case "daemon-user":
                    return new Daemon(directory, UserGroupInformation.createRemoteUser(OPERATOR), true);
                default:
                    throw new IllegalArgumentException(FORM + " is " + form + ", not embedded, daemon or daemon-user");
            }
        } catch (IOException e) {
            throw new AssertionError("the group for the suites could not be opened", e);
        }
    }

    abstract URI root();

    abstract UserGroupInformation operator() throws IOException;

    abstract void addTo(Configuration conf);

    /** Where the group is. */
    static URI uri() {
        return OF_JVM.root();
    }

    /** Adds what a client of the group needs. */
    static void configure(Configuration conf) {
        OF_JVM.addTo(conf);
        conf.set("fs.AbstractFileSystem.baton.impl", Baton.class.getName());
        conf.set("fs.defaultFS", uri().toString());
    }

    /** Such a configuration and nothing else. */
    static Configuration configuration() {
        Configuration conf = new Configuration();
        configure(conf);
        return conf;
    }

    /** The file system as whoever runs the tests. */
    static FileSystem fileSystem(Configuration conf) throws IOException {
        return FileSystem.get(uri(), conf);
    }

    /** The same for FileContext. */
    static FileContext fileContext() throws IOException {
        return FileContext.getFileContext(uri(), configuration());
    }

    /** The user that permission checks pass over. */
    static UserGroupInformation superuser() throws IOException {
        return OF_JVM.operator();
    }

    /** Whether the tests are run by the superuser. */
    static boolean runsAsSuperuser() throws IOException {
        return UserGroupInformation.getCurrentUser().getShortUserName().equals(superuser().getShortUserName());
    }

    /** The file system as some user. It is shared: closing it does nothing. */
    static FileSystem fileSystemOf(UserGroupInformation user) throws IOException {
        try {
            return new StaysOpen(user.doAs((PrivilegedExceptionAction<FileSystem>) () -> fileSystem(configuration())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening " + uri() + " for " + user, e);
        }
    }

    /** A path for a user's tests, below a directory of his own: he may delete it, as suites do. */
    static String pathOf(UserGroupInformation user, String name) {
        return "/suites-" + user.getShortUserName() + "/" + name;
    }

    /** Likewise, for whoever runs the tests. */
    static String path(String name) {
        try {
            return pathOf(UserGroupInformation.getCurrentUser(), name);
        } catch (IOException e) {
            throw new AssertionError("nobody runs the tests", e);
        }
    }

    /** Makes the directory of a user's own, and his home. */
    static void prepare(UserGroupInformation user) throws IOException {
        FileSystem fs = fileSystemOf(superuser());
        for (Path his : new Path[] {new Path(pathOf(user, "")), new Path("/user/" + user.getShortUserName())}) {
            fs.mkdirs(his);
            fs.setPermission(his, FsPermission.createImmutable((short) 0755));
            fs.setOwner(his, user.getShortUserName(), null);
        }
    }

    /** Likewise, for whoever runs the tests. */
    static void prepare() throws IOException {
        prepare(UserGroupInformation.getCurrentUser());
    }

    /** Suites close what they were given after each test; connecting anew each time is most of their time. */
    private static final class StaysOpen extends FilterFileSystem {
        StaysOpen(FileSystem shared) {
            super(shared);
        }

        @Override
        public void close() {
            // It is shared.
        }
    }

    /** Inside this JVM, opened by its first file system. */
    private static final class Embedded extends TestGroup {
        private final File directory;

        Embedded(File directory) {
            this.directory = directory;
        }

        @Override
        URI root() {
            return URI.create("baton:///");
        }

        @Override
        UserGroupInformation operator() throws IOException {
            return UserGroupInformation.getLoginUser();
        }

        @Override
        void addTo(Configuration conf) {
            conf.set("baton.embedded.dir", directory.toString());
            conf.set("baton.embedded.device.bytes", Integer.toString(DEVICE_BYTES));
        }
    }

    /** A daemon of this JVM, met over the network only. */
    private static final class Daemon extends TestGroup {
        private static final String ANY_PORT = "127.0.0.1:0";

        private final UserGroupInformation operator;
        private final URI root;

        Daemon(File directory, UserGroupInformation operator, boolean sharedMemory) throws IOException {
            this.operator = operator;
            Configuration conf = new Configuration();
            conf.set("baton.server.dir", directory.getAbsolutePath());
            conf.set("baton.server.device.bytes", Integer.toString(DEVICE_BYTES));
            conf.set("baton.server.reserved.bytes", "0");
            conf.set("baton.server.shared.memory.enabled", sharedMemory ? "auto" : "false");
            conf.set("baton.server.superuser", operator.getShortUserName());
            conf.set("baton.server.rpc.address", ANY_PORT);
            conf.set("baton.server.data.address", ANY_PORT);
            conf.set("baton.server.http.address", ANY_PORT);
            BatonDaemon daemon = BatonDaemon.start(DaemonConfig.from(conf));
            ShutdownHookManager.get().addShutdownHook(() -> close(daemon), SHUTDOWN_PRIORITY);
            root = URI.create("baton://" + daemon.controlAddress());
        }

        private static void close(BatonDaemon daemon) {
            try {
                daemon.close();
            } catch (IOException e) {
                throw new AssertionError("the daemon of the suites could not be closed", e);
            }
        }

        @Override
        URI root() {
            return root;
        }

        @Override
        UserGroupInformation operator() {
            return operator;
        }

        @Override
        void addTo(Configuration conf) {
            // The address says all.
        }
    }
}
