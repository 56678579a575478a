package io.batonfs.server.daemon;

import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.DeviceAdvice;
import io.batonfs.server.storage.PoolReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** Pools as people read them: a line for each, then why it serves less than it should, and its devices. Stateless. */
final class PoolTable {
    private static final List<String> TITLES = List.of(
            "SERVER", "POOL", "RAID", "STATE", "SURVIVES", "CAPACITY", "USED", "FREE", "FREE SLOTS");
    private static final int FIRST_NUMBER = 5;
    private static final String UNKNOWN = "-";

    private PoolTable() {
    }

    /**
     * Prints pools.
     *
     * @param everyDevice whether devices that are well are listed too
     */
    static void print(List<PoolReport> reports, boolean everyDevice, PrintWriter out) {
        List<List<String>> rows = new ArrayList<>(List.of(TITLES));
        reports.forEach(report -> rows.add(cells(report)));
        int[] widths = new int[TITLES.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        out.println(line(TITLES, widths));
        for (int i = 0; i < reports.size(); i++) {
            out.println(line(rows.get(i + 1), widths));
            if (!reports.get(i).reason().isEmpty()) {
                out.println("  because  " + reports.get(i).reason());
            }
            List<PoolDevices.Device> devices = reports.get(i).pool().devices();
            for (int place = 1; place <= devices.size(); place++) {
                PoolDevices.Device device = devices.get(place - 1);
                if (everyDevice || device.state() != PoolDevices.State.IN) {
                    int inServer = PoolName.placeInServer(PoolName.of(reports.get(i).pool().name()).set(), place);
                    String advice = DeviceAdvice.about(reports.get(i).server(), inServer, device.state(),
                            isSpared(reports, reports.get(i)));
                    out.println("  place " + inServer + "  " + device.state().name().toLowerCase(Locale.ROOT) + "  "
                            + device.name()
                            + (advice.isEmpty() ? "" : ": " + advice));
                }
            }
        }
    }

    /** Whether all pools of the set can do without what is missing. */
    private static boolean isSpared(List<PoolReport> reports, PoolReport one) {
        int set = PoolName.of(one.pool().name()).set();
        return reports.stream().filter(other -> other.server().equals(one.server())
                && PoolName.of(other.pool().name()).set() == set).allMatch(other -> other.pool().spares() >= 0);
    }

    private static List<String> cells(PoolReport report) {
        PoolDevices pool = report.pool();
        String spans = pool.level() == RaidLevel.RAID_50 ? " (" + pool.spans() + " spans)" : "";
        return List.of(report.server().toString(), pool.name(), pool.level().number() + spans, state(report),
                survives(pool.spares()), bytes(OptionalLong.of(pool.capacityBytes())), bytes(report.usedBytes()),
                bytes(report.freeBytes()),
                report.freeSlots().isPresent() ? Long.toString(report.freeSlots().getAsLong()) : UNKNOWN);
    }

    private static String state(PoolReport report) {
        if (report.pool().spares() < 0) {
            return "lost";
        }
        return switch (report.service()) {
            case NOT_OPEN -> "not open";
            case READ_ONLY -> "read-only";
            case ALL, NO_SERVER -> report.isHealthy() ? "healthy" : "degraded";
        };
    }

    private static String survives(int spares) {
        return switch (spares) {
            case -1 -> UNKNOWN;
            case 0 -> "no failure";
            case 1 -> "any 1 device";
            default -> "any " + spares + " devices";
        };
    }

    private static String bytes(OptionalLong bytes) {
        return bytes.isPresent() ? TraditionalBinaryPrefix.long2String(bytes.getAsLong(), "", 1) : UNKNOWN;
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(i == 0 ? "" : "  ").append(i < FIRST_NUMBER ? cells.get(i) + padding : padding + cells.get(i));
        }
        return line.toString().stripTrailing();
    }
}
