package io.batonfs.server.daemon;

import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.RebuildState;
import io.batonfs.server.storage.RebuildReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** Devices that are rebuilt, as people read it: a line for each in each pool, then what is lost. Stateless. */
final class RebuildTable {

    private RebuildTable() {
    }

    static void print(List<RebuildReport> reports, PrintWriter out) {
        for (RebuildReport report : reports) {
            RebuildProgress progress = report.progress();
            out.println("rebuild of " + progress.device() + " in place " + progress.place() + " of " + report.server()
                    + ", pool " + progress.pool() + ": " + state(report));
            if (progress.lostBytes() > 0) {
                out.println("  lost  " + progress.lostBytes() + " bytes; restore the files from other copies:");
                LostRanges.lines(progress.lost()).forEach(line -> out.println("    " + line));
            }
        }
    }

    private static String state(RebuildReport report) {
        RebuildProgress progress = report.progress();
        String state = progress.state().name().toLowerCase(Locale.ROOT);
        if (progress.state() == RebuildState.DONE) {
            return state;
        }
        String done = state + ", " + report.percent() + " % of " + bytes(progress.totalBytes());
        if (!progress.reason().isEmpty()) {
            return done + ": " + progress.reason();
        }
        if (progress.state() == RebuildState.WAITING) {
            return done;
        }
        return done + ", " + bytes(progress.bytesPerSecond()) + "/s, " + (progress.secondsLeft().isPresent()
                ? time(Duration.ofSeconds(progress.secondsLeft().getAsLong())) + " left" : "time left not known yet");
    }

    private static String bytes(long bytes) {
        return TraditionalBinaryPrefix.long2String(bytes, "B", 1);
    }

    private static String time(Duration left) {
        if (left.toDays() > 0) {
            return left.toDays() + " d " + left.toHoursPart() + " h";
        }
        if (left.toHours() > 0) {
            return left.toHours() + " h " + left.toMinutesPart() + " min";
        }
        return left.toMinutes() > 0 ? left.toMinutes() + " min" : left.toSeconds() + " s";
    }
}
