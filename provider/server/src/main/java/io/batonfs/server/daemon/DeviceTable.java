package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceHealth;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RebuildState;
import io.batonfs.pools.SpareDevice;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.DeviceAdvice;
import io.batonfs.server.storage.DeviceReport;
import io.batonfs.server.storage.PoolReport;
import io.batonfs.server.storage.RebuildReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** Devices as people read them: a line for each place and each spare, with the pools that it misses. Stateless. */
final class DeviceTable {
    private static final List<String> TITLES = List.of("SERVER", "PLACE", "DEVICE", "STATE");
    private static final String NOBODY = "-";

    private DeviceTable() {
    }

    /** A set of a server's devices. */
    private record Set(ServerId server, int number) {
    }

    static void print(PoolsAnswer told, PrintWriter out) {
        Map<Set, List<PoolDevices>> sets = new LinkedHashMap<>();
        for (PoolReport report : told.pools()) {
            Set set = new Set(report.server(), PoolName.of(report.pool().name()).set());
            sets.computeIfAbsent(set, key -> new ArrayList<>()).add(report.pool());
        }
        List<List<String>> rows = new ArrayList<>(List.of(TITLES));
        List<DeviceReport> left = new ArrayList<>(told.devices());
        sets.forEach((set, pools) -> {
            for (int place = 1; place <= pools.get(0).devices().size(); place++) {
                rows.add(row(set, pools, place, told, left));
            }
        });
        told.spares().forEach(report -> rows.add(List.of(report.server().toString(), "spare",
                report.spare().name(), spare(report.set(), report.spare())
                        + wrong(new Set(report.server(), report.set()), 0, report.spare().name(), left))));
        left.stream().filter(report -> !wrong(report).isEmpty()).forEach(report -> rows.add(List.of(report.server().toString(),
                report.place() == 0 ? NOBODY : Integer.toString(report.place()), report.health().device(),
                report.health().role().name().toLowerCase(Locale.ROOT) + wrong(report))));
        print(rows, out);
    }

    private static List<String> row(Set set, List<PoolDevices> pools, int place, PoolsAnswer told,
            List<DeviceReport> left) {
        int inServer = PoolName.placeInServer(set.number(), place);
        EnumSet<PoolDevices.State> states = EnumSet.noneOf(PoolDevices.State.class);
        pools.forEach(pool -> states.add(pool.devices().get(place - 1).state()));
        boolean missing = states.contains(PoolDevices.State.MISSING);
        boolean spared = pools.stream().allMatch(pool -> pool.spares() >= 0);
        String advice = missing ? DeviceAdvice.about(set.server(), inServer, PoolDevices.State.MISSING, spared)
                : states.contains(PoolDevices.State.OUT)
                ? DeviceAdvice.about(set.server(), inServer, PoolDevices.State.OUT, spared) : "";
        String name = missing ? NOBODY : pools.get(0).devices().get(place - 1).name();
        String rebuilt = told.rebuilds().stream().map(RebuildReport::progress).filter(progress -> progress.place() == inServer)
                .filter(progress -> progress.state() == RebuildState.RUNNING || progress.state() == RebuildState.WAITING)
                .map(progress -> progress.device().equals(name) ? "" : "; " + progress.device() + " is to have its place")
                .distinct().collect(Collectors.joining());
        return List.of(set.server().toString(), Integer.toString(inServer), name,
                state(pools, place) + rebuilt + wrong(set, place, name, left) + (advice.isEmpty() ? "" : ": " + advice));
    }

    /** What went wrong with a device, to be put behind its state; its report is taken out of those that are left. */
    private static String wrong(Set set, int place, String name, List<DeviceReport> left) {
        // A former device may be called like the one that has its place now.
        List<DeviceReport> its = left.stream().filter(report -> report.server().equals(set.server())
                && report.set() == set.number() && report.health().place() == place && report.health().device().equals(name)
                && report.health().role() != DeviceHealth.Role.FORMER).toList();
        left.removeAll(its);
        return its.stream().map(DeviceTable::wrong).collect(Collectors.joining());
    }

    private static String wrong(DeviceReport report) {
        DeviceHealth health = report.health();
        StringBuilder wrong = new StringBuilder();
        if (report.isHung()) {
            wrong.append("; has not answered for ").append(report.unansweredSeconds()).append(" s");
        }
        if (!health.isSpotless()) {
            wrong.append("; since the start ").append(health.damagedBlocks()).append(" damaged blocks, ")
                    .append(health.mendedBlocks()).append(" mended, ").append(health.readErrors()).append(" reads, ")
                    .append(health.writeErrors()).append(" writes and ").append(health.forceErrors())
                    .append(" forces failed");
        }
        if (report.isGoingBad()) {
            wrong.append("; going bad, ").append(health.damagedInADay()).append(" of those blocks within a day: ")
                    .append(report.advice());
        }
        return wrong.toString();
    }

    private static String state(List<PoolDevices> pools, int place) {
        Map<PoolDevices.State, List<String>> inState = new LinkedHashMap<>();
        pools.forEach(pool -> inState.computeIfAbsent(pool.devices().get(place - 1).state(), key -> new ArrayList<>())
                .add(pool.name()));
        if (inState.size() == 1) {
            return word(inState.keySet().iterator().next());
        }
        return inState.entrySet().stream()
                .map(entry -> word(entry.getKey()) + " in " + String.join(", ", entry.getValue()))
                .collect(Collectors.joining("; "));
    }

    private static String spare(int set, SpareDevice spare) {
        return (set == PoolName.FIRST_SET ? "" : "for set " + set + ", ")
                + TraditionalBinaryPrefix.long2String(spare.sizeBytes(), "B", 1)
                + (spare.isUsable() ? "" : ", not usable: " + spare.reason());
    }

    private static String word(PoolDevices.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static void print(List<List<String>> rows, PrintWriter out) {
        int[] widths = new int[TITLES.size() - 1];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line.append(row.get(widths.length)));
        }
    }
}
