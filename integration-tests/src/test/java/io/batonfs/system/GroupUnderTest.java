package io.batonfs.system;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.nio.file.Path;

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

    /** A file system instance of its own, for the user who runs the tests, a superuser; the caller closes it. */
    BatonFileSystem open() throws IOException;

    /** Ends the group in good order and starts it again; to be called when all file systems are closed. */
    void restart() throws IOException;

    /** Ends the group in good order. */
    @Override
    void close() throws IOException;
}
