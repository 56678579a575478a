package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.server.local.CheckProgress;
import io.batonfs.server.local.Damage;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Prints how far a check of a group is: where a pool begins and ends, a line each five seconds between if there is a percent
 * more, and what is lost once a server was read. Used by one thread.
 */
final class PrintedCheckProgress implements CheckProgress {
    /** Of a server; the report has all. */
    private static final int MOST_LOST = 1000;

    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(5);

    private final PrintWriter to;
    private final LongSupplier nanoTime;
    private String printed = "";
    private long printedNs;

    PrintedCheckProgress(PrintWriter to) {
        this(to, System::nanoTime);
    }

    /**
     * @param nanoTime a clock that only goes forward
     */
    PrintedCheckProgress(PrintWriter to, LongSupplier nanoTime) {
        this.to = to;
        this.nanoTime = nanoTime;
    }

    @Override
    public void begins(String what) {
        print(what);
    }

    @Override
    public void read(ServerId server, String pool, long done, long total) {
        // Rows are read whole, so what is done may be more than the data.
        long percent = total == 0 ? 100 : Math.min(100, 100 * done / total);
        if (done == 0 || percent == 100 || nanoTime.getAsLong() - printedNs >= PAUSE_NS) {
            print(server + ", pool " + pool + ": " + percent + " % read");
        }
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
            printedNs = nanoTime.getAsLong();
        }
    }
}
