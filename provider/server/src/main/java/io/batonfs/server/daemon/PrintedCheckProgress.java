package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.server.local.CheckProgress;
import io.batonfs.server.local.Damage;
import java.io.PrintWriter;
import java.util.List;

/** Prints how far a check of a group is: a line for each percent of a pool, and what is lost once a server
 * was read. Used by one thread. */
final class PrintedCheckProgress implements CheckProgress {
    /** Of a server; the report has all. */
    private static final int MOST_LOST = 1000;

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

    @Override
    public void lost(ServerId server, List<Damage> lost) {
        lost.stream().limit(MOST_LOST).forEach(damage -> print(CheckReport.line(damage)));
        if (lost.size() > MOST_LOST) {
            print(server + ": " + (lost.size() - MOST_LOST) + " ranges more are lost; they are told with their files");
        }
    }

    private void print(String line) {
        if (!line.equals(printed)) {
            to.println(line);
            to.flush();
            printed = line;
        }
    }
}
