package io.batonfs.pools.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A profile as people read it: a table of regions, and a plot of speed over the block space. ASCII only. Pure. */
public final class ProfileText {
    /** Characters that a plot is wide, without its scale. */
    public static final int PLOT_COLUMNS = 64;
    /** Lines that a plot is high, without its axis. */
    public static final int PLOT_ROWS = 10;

    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;
    private static final String NOT_MEASURED = "-";

    private final DeviceProfile profile;
    private final List<Region> regions;

    /**
     * The text of a profile.
     *
     * @param regions what {@link RegionFinder} says of it
     */
    public ProfileText(DeviceProfile profile, List<Region> regions) {
        this.profile = profile;
        this.regions = List.copyOf(regions);
    }

    /** A line for each region, below a heading. MB are 10^6 bytes. */
    public List<String> table() {
        List<List<String>> rows = new ArrayList<>();
        List<String> first = new ArrayList<>(List.of("class", "first LBN", "last LBN", "GB"));
        List<String> second = new ArrayList<>(List.of("", "", "", ""));
        for (ProbeKind kind : profile.parameters().kinds()) {
            first.addAll(List.of(kind.label(), ""));
            second.addAll(List.of("MB/s", "I/O/s"));
        }
        rows.add(first);
        rows.add(second);
        for (Region region : regions) {
            rows.add(row(region));
        }
        return aligned(rows);
    }

    private List<String> row(Region region) {
        List<String> row = new ArrayList<>();
        row.add(region.isReadable() ? String.valueOf(region.speedClass()) : "unreadable");
        row.add(Long.toString(region.firstBlock()));
        row.add(Long.toString(region.endBlock() - 1));
        row.add(number(region.blocks() * (double) ProfileParameters.BLOCK_BYTES / GIGA));
        for (ProbeKind kind : profile.parameters().kinds()) {
            Figure figure = region.figure(kind);
            row.add(figure == null ? NOT_MEASURED : number(figure.bytesPerSecond() / MEGA));
            row.add(figure == null ? NOT_MEASURED : number(figure.operationsPerSecond()));
        }
        return row;
    }

    /**
     * The medians of probe zones over the block space, above the speed classes of the regions. Where blocks can't be
     * read there is the letter x, and nothing where nothing was measured.
     */
    public List<String> plot(ProbeKind kind) {
        double[] heights = new double[PLOT_COLUMNS];
        double top = 0;
        for (int column = 0; column < PLOT_COLUMNS; column++) {
            heights[column] = ofColumn(kind, column);
            top = Double.isNaN(heights[column]) ? top : Math.max(top, heights[column]);
        }
        List<String> lines = new ArrayList<>();
        boolean bandwidth = kind.isSequential();
        lines.add(kind.label() + (bandwidth ? ", MB/s" : ", I/O/s"));
        ProfileParameters parameters = profile.parameters();
        double unit = bandwidth ? MEGA : (double) parameters.sampleBytes(kind) / parameters.sampleOperations(kind);
        for (int row = PLOT_ROWS; row > 0; row--) {
            String scale = number(top / unit * row / PLOT_ROWS);
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%9s |", scale));
            for (double height : heights) {
                // Half a row's worth is rounded up. A column that was not measured is NaN and stays empty.
                line.append(height > 0 && height >= top * (row - 0.5) / PLOT_ROWS ? '#' : ' ');
            }
            lines.add(line.toString().stripTrailing());
        }
        lines.add(" ".repeat(10) + "+" + "-".repeat(PLOT_COLUMNS));
        StringBuilder classes = new StringBuilder("    class  ");
        for (int column = 0; column < PLOT_COLUMNS; column++) {
            classes.append(regionAt(column).speedClass());
        }
        lines.add(classes.toString());
        String last = Long.toString(blocks() - 1);
        lines.add("      LBN  0" + " ".repeat(Math.max(1, PLOT_COLUMNS - 1 - last.length())) + last);
        return lines;
    }

    /** Bytes a second in the middle of a column's zones; NaN if none was measured. */
    private double ofColumn(ProbeKind kind, int column) {
        int zones = profile.parameters().zones();
        int first = column * zones / PLOT_COLUMNS;
        int end = Math.max(first + 1, (column + 1) * zones / PLOT_COLUMNS);
        double[] rates = new double[end - first];
        int count = 0;
        for (int zone = first; zone < end; zone++) {
            double rate = profile.isUnreadable(zone) ? Double.NaN : profile.bytesPerSecond(kind, zone);
            if (!Double.isNaN(rate)) {
                rates[count++] = rate;
            }
        }
        return Robust.median(Arrays.copyOf(rates, count));
    }

    private Region regionAt(int column) {
        double middle = (column + 0.5) * blocks() / PLOT_COLUMNS;
        for (Region region : regions) {
            if (middle < region.endBlock()) {
                return region;
            }
        }
        return regions.get(regions.size() - 1);
    }

    private long blocks() {
        return profile.zoneStart(profile.parameters().zones()) / ProfileParameters.BLOCK_BYTES;
    }

    /** Columns to the right, but the first. */
    private static List<String> aligned(List<List<String>> rows) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Three digits that count; all those before the point. */
    private static String number(double value) {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
