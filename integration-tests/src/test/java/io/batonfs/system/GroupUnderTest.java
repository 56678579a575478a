package io.batonfs.system;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A group that a test works on through Hadoop, in one of the forms in which groups come, so that a test can run in all of
 * them. Thread-safe, but for {@link #restart} and {@link #close}.
 */
public interface GroupUnderTest extends AutoCloseable {

    /** The forms. */
    enum Form {
        /** In this JVM. */
        EMBEDDED,
        /** A daemon in a process of its own, over TCP. */
        DAEMON;

        /** The one that the system property {@code baton.test.form} names; embedded if it is not there. */
        public static Form asked() {
            return valueOf(System.getProperty("baton.test.form", "embedded").toUpperCase(Locale.ROOT));
        }
    }

    /** A group with room for what tests usually write. */
    static GroupUnderTest start(Form form, Path directory) throws IOException, InterruptedException {
        return start(form, directory, GroupOnDisk.DEVICE_BYTES);
    }

    /**
     * A group.
     *
     * @param directory   for all that it keeps; made if it isn't there
     * @param deviceBytes size of each of the four device files, which are sparse; half of their sum can be stored
     */
    static GroupUnderTest start(Form form, Path directory, long deviceBytes) throws IOException, InterruptedException {
        return form == Form.EMBEDDED
                ? new EmbeddedUnderTest(new GroupOnDisk(directory, deviceBytes))
                : new DaemonUnderTest(directory, deviceBytes);
    }

    /** What a file system of it is opened by. */
    URI root();

    /** What a client without Hadoop above it is told. */
    Map<String, String> settings() throws IOException;

    /** Who the tests are, to such a client. */
    default Caller caller() {
        return new Caller(System.getProperty("user.name"), List.of("users"), true);
    }

    /** A file system instance of its own, for the user who runs the tests, a superuser; the caller closes it. */
    BatonFileSystem open() throws IOException;

    /** Ends the group in good order and starts it again; to be called when all file systems are closed. */
    void restart() throws IOException, InterruptedException;

    /** Ends the group in good order. */
    @Override
    void close() throws IOException;
}
