package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.server.local.CheckProgress;
import java.io.PrintWriter;

/** Prints how far a check of a group is: a line for each percent of a pool. Used by one thread. */
final class PrintedCheckProgress implements CheckProgress {
    private final PrintWriter to;
    private String printed = "";

    PrintedCheckProgress(PrintWriter to) {
        this.to = to;
    }

    @Override
    public void begins(String what) {
        print(what);
    }

    @Override
    public void read(ServerId server, String pool, long done, long total) {
        // Rows are read whole, so what is done may be more than the data.
        long percent = total == 0 ? 100 : Math.min(100, 100 * done / total);
        print(server + ", pool " + pool + ": " + percent + " % read");
    }

    private void print(String line) {
        if (!line.equals(printed)) {
            to.println(line);
            to.flush();
            printed = line;
        }
    }
}
