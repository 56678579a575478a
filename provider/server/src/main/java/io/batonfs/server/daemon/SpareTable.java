package io.batonfs.server.daemon;

import io.batonfs.pools.SpareDevice;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.SpareReport;
import java.io.PrintWriter;
import java.util.List;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** Spares, as people read it: a line for each. Stateless. */
final class SpareTable {

    private SpareTable() {
    }

    static void print(List<SpareReport> reports, PrintWriter out) {
        for (SpareReport report : reports) {
            SpareDevice spare = report.spare();
            out.println("spare " + spare.name() + " of " + report.server()
                    + (report.set() == PoolName.FIRST_SET ? "" : ", set " + report.set()) + ", "
                    + TraditionalBinaryPrefix.long2String(spare.sizeBytes(), "B", 1)
                    + (spare.isUsable() ? "" : ": " + spare.reason()));
        }
    }
}
