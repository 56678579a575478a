package io.batonfs.catalog.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where the tables live. One thread commits; any number of threads read views, which never see half a commit.
 */
public interface TableStore extends Closeable {

    /** The tables as they are now; later commits do not show in it. Close it soon. */
    TableView view();

    /**
     * The tables as they are now, for the thread that commits: to be closed before its next commit. May cost less
     * than a view that later commits must not show in.
     */
    default TableView latest() {
        return view();
    }

    /**
     * Applies all changes at once or, after a crash, none. A crash may lose the latest commits, but never from the
     * middle.
     */
    void commit(WriteSet changes) throws IOException;

    /** Writes a copy of the tables, as of the last commit, into a new directory, to survive a power cut. */
    void checkpoint(Path directory) throws IOException;
}
