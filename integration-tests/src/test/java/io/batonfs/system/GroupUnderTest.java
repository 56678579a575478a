package io.batonfs.system;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A group that a test works on through Hadoop, in one of the forms in which groups come: {@code baton.test.form} says
 * which, so that a test can run in all of them. Thread-safe, but for {@link #restart} and {@link #close}.
 */
public interface GroupUnderTest extends AutoCloseable {
    /** The system property: "embedded" or "daemon". */
    String FORM = "baton.test.form";

    /** A group in the form that is asked for; embedded if none is. */
    static GroupUnderTest start(Path directory) throws IOException {
        return start(directory, GroupOnDisk.DEVICE_BYTES);
    }

    /**
     * Likewise.
     *
     * @param directory   for all that it keeps; made if it isn't there
     * @param deviceBytes size of each of the four device files, which are sparse; half of their sum can be stored
     */
    static GroupUnderTest start(Path directory, long deviceBytes) throws IOException {
        String form = System.getProperty(FORM, "embedded");
        switch (form) {
            case "embedded":
                return new EmbeddedUnderTest(new GroupOnDisk(directory, deviceBytes));
            default:
                throw new IllegalArgumentException(FORM + "=" + form + " is no form of a group that tests know");
        }
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
    void restart() throws IOException;

    /** Ends the group in good order. */
    @Override
    void close() throws IOException;
}
