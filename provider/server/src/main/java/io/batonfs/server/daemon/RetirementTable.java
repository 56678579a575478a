package io.batonfs.server.daemon;

import io.batonfs.server.storage.RetirementReport;
import java.io.PrintWriter;
import java.util.List;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** Sets of devices that are given back, as people read them: a line for each. Stateless. */
final class RetirementTable {
    private RetirementTable() {
    }

    static void print(List<RetirementReport> reports, PrintWriter out) {
        for (RetirementReport report : reports) {
            out.println("giving back set " + report.set() + " of " + report.server() + ": "
                    + bytes(report.bytesLeft()) + " left in " + String.join(", ", report.pools()) + ", "
                    + bytes(report.bytesMoved()) + " carried away since its start, at most "
                    + bytes(report.bytesPerSecond()) + "/s");
            report.waiting().ifPresent(why -> out.println("  waits    " + why));
        }
    }

    private static String bytes(long bytes) {
        return TraditionalBinaryPrefix.long2String(bytes, "", 1);
    }
}
