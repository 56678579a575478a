package io.batonfs.fs.contract;

import io.batonfs.fs.Baton;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.security.PrivilegedExceptionAction;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * The group that Hadoop's suites run against, one for all suites of a JVM; it ends with the JVM. Its form is chosen by
 * the system property {@value #FORM}:
 *
 * <table>
 * <caption>Forms</caption>
 * <tr><th>form</th><th>group</th><th>who runs the tests</th></tr>
 * <tr><td>embedded</td><td>inside the file system's JVM, {@code baton:///}</td><td>the superuser</td></tr>
 * </table>
 *
 * <p>Directories in which tests work are made by the superuser and belong to who runs the tests.
 */
final class TestGroup {
    /** The property that chooses the form; embedded if it is not set. */
    static final String FORM = "baton.test.form";

    private static final File DIRECTORY = new File(System.getProperty("java.io.tmpdir"), "suites-" + UUID.randomUUID());
    private static final int DEVICE_BYTES = 256 << 20;
    private static final URI ROOT = URI.create("baton:///");

    private TestGroup() {
    }

    /** Where the group is. */
    static URI uri() {
        return ROOT;
    }

    /** Adds what a client of the group needs. */
    static void configure(Configuration conf) {
        conf.set("baton.embedded.dir", DIRECTORY.toString());
        conf.set("baton.embedded.device.bytes", Integer.toString(DEVICE_BYTES));
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
        return UserGroupInformation.getLoginUser();
    }

    /** Whether the tests are run by the superuser. */
    static boolean runsAsSuperuser() throws IOException {
        return UserGroupInformation.getCurrentUser().getShortUserName().equals(superuser().getShortUserName());
    }

    /** A new file system of its own as some user; to be closed by who asks. */
    static FileSystem fileSystemOf(UserGroupInformation user) throws IOException, InterruptedException {
        return user.doAs((PrivilegedExceptionAction<FileSystem>) () -> FileSystem.newInstance(uri(), configuration()));
    }

    /** Makes a directory that a user may write to, and his home; says its path again. */
    static String directoryOf(UserGroupInformation user, String path) throws IOException {
        try (FileSystem fs = fileSystemOf(superuser())) {
            for (String each : new String[] {path, "/user/" + user.getShortUserName()}) {
                Path directory = new Path(each);
                fs.mkdirs(directory);
                fs.setPermission(directory, FsPermission.createImmutable((short) 0755));
                fs.setOwner(directory, user.getShortUserName(), null);
            }
            return path;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while making " + path, e);
        }
    }

    /** Likewise, for whoever runs the tests. */
    static String directory(String path) throws IOException {
        return directoryOf(UserGroupInformation.getCurrentUser(), path);
    }
}
