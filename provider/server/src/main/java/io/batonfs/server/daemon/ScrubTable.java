package io.batonfs.server.daemon;

import io.batonfs.pools.ScrubProgress;
import io.batonfs.pools.ScrubState;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.ScrubReport;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** Scrubbing as people read it: a paragraph for each set of a storage server's devices. Times are UTC. Stateless. */
final class ScrubTable {

    private ScrubTable() {
    }

    static void print(List<ScrubReport> reports, PrintWriter out) {
        for (ScrubReport report : reports) {
            if (report.progress().isPresent()) {
                print(who(report), report.progress().get(), out);
            } else {
                out.println(who(report) + "  off: " + report.offBecause());
            }
        }
    }

    private static String who(ScrubReport report) {
        return report.server() + (report.set() == PoolName.FIRST_SET ? "" : ", set " + report.set());
    }

    private static void print(String server, ScrubProgress progress, PrintWriter out) {
        out.println(server + "  " + state(progress));
        progress.heldBecause().ifPresent(reason -> out.println("  held       " + reason));
        out.println("  last pass  " + (progress.lastWholePassMs() == 0 ? "none ended yet"
                : "ended " + time(progress.lastWholePassMs())));
        if (progress.nextPassMs() != 0) {
            out.println("  next pass  " + time(progress.nextPassMs()));
        }
        out.println("  looked at  " + bytes(progress.doneBytes()) + " of data, for which the devices read "
                + bytes(progress.readBytes()) + " and wrote " + bytes(progress.writtenBytes()));
        out.println("  damaged    " + blocks(progress.damagedBlocks()) + ", of which " + progress.repairedBlocks()
                + " mended");
        out.println("  lost       " + (progress.lostBytes() == 0 ? "nothing" : progress.lostBytes() + " bytes; restore "
                + "the files from other copies:"));
        LostRanges.lines(progress.lost()).forEach(line -> out.println("    " + line));
        if (progress.failureCount() > 0) {
            out.println("  failed     " + progress.failureCount() + " times:");
            progress.failures().forEach(failure -> out.println("    " + failure));
        }
    }

    private static String state(ScrubProgress progress) {
        String state = progress.state().name().toLowerCase(Locale.ROOT);
        if (progress.passBegunMs() == 0) {
            return state;
        }
        String where = progress.pool().isEmpty() ? "" : " in pool " + progress.pool();
        // Not rounded up: what is not whole is not called so.
        return state + (progress.state() == ScrubState.RUNNING ? "" : " in a pass") + ", "
                + (int) (progress.fraction() * 100) + " %" + where + ", begun " + time(progress.passBegunMs());
    }

    private static String blocks(long count) {
        return count == 1 ? "1 block" : count + " blocks";
    }

    private static String bytes(long bytes) {
        return TraditionalBinaryPrefix.long2String(bytes, "B", 1);
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
