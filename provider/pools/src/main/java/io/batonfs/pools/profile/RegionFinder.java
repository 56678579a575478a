package io.batonfs.pools.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Aggregates the probe zones of a profile to regions of like performance: logarithms of the zones' medians are cut into
 * runs ({@link Segmentation}), neighbours that are alike are joined, and regions ranked into speed classes. The method
 * stands in the package's document. Pure; used once.
 */
public final class RegionFinder {
    /** Speeds that differ by less (as natural logarithms) are alike whatever the measurement's precision. */
    static final double ALIKE = 0.03;
    /** No measurement is taken to be more precise than this: what is under it matters to nobody and may be anything. */
    static final double LEAST_NOISE = 0.01;
    /** A kind of which less is known (part of the zones) does not take part in cutting. */
    private static final double LEAST_COVERAGE = 0.5;
    /** The median's standard error, beside that of the mean. */
    private static final double MEDIAN_ERROR = 1.2533;

    private final DeviceProfile profile;
    /** The readable zones, in the order of their places; runs are runs of these. */
    private final int[] zones;
    /** Logarithms of bytes a second, one for each readable zone; NaN where nothing was measured. */
    private final Map<ProbeKind, double[]> speeds = new EnumMap<>(ProbeKind.class);
    private final Map<ProbeKind, Double> noises = new EnumMap<>(ProbeKind.class);

    private RegionFinder(DeviceProfile profile) {
        this.profile = profile;
        this.zones = IntStream.range(0, profile.parameters().zones())
                .filter(zone -> !profile.isUnreadable(zone)).toArray();
        for (ProbeKind kind : profile.parameters().kinds()) {
            double[] values = new double[zones.length];
            int known = 0;
            for (int i = 0; i < zones.length; i++) {
                values[i] = Math.log(profile.bytesPerSecond(kind, zones[i]));
                known += Double.isNaN(values[i]) ? 0 : 1;
            }
            double noise = Robust.noise(values);
            if (known > LEAST_COVERAGE * zones.length && !Double.isNaN(noise)) {
                speeds.put(kind, values);
                noises.put(kind, Math.max(LEAST_NOISE, noise));
            }
        }
    }

    /** A run of readable zones, by their indices among these. */
    private record Run(int start, int end) {
        int length() {
            return end - start;
        }
    }

    /**
     * The regions of a device, in the order of their blocks; together they are the whole device. Of a profile that is
     * not complete, what its samples say so far.
     */
    public static List<Region> find(DeviceProfile profile) {
        return new RegionFinder(profile).find();
    }

    private List<Region> find() {
        List<Run> runs = join(cut());
        Map<Run, Character> classes = classes(runs);
        List<Region> regions = new ArrayList<>();
        int zone = 0;
        for (Run run : runs) {
            int at = run.start();
            while (at < run.end()) {
                addUnreadable(regions, zone, zones[at]);
                int end = at + 1;
                while (end < run.end() && zones[end] == zones[end - 1] + 1) {
                    end++;
                }
                zone = zones[end - 1] + 1;
                regions.add(new Region(block(zones[at]), block(zone), classes.get(run), figures(zones[at], zone)));
                at = end;
            }
        }
        addUnreadable(regions, zone, profile.parameters().zones());
        return regions;
    }

    private List<Run> cut() {
        List<Run> runs = new ArrayList<>();
        if (zones.length > 0) {
            List<Segmentation.Series> series = new ArrayList<>();
            speeds.forEach((kind, values) -> series.add(new Segmentation.Series(values, noises.get(kind))));
            int[] starts = Segmentation.runStarts(series, zones.length);
            for (int i = 0; i < starts.length; i++) {
                runs.add(new Run(starts[i], i + 1 < starts.length ? starts[i + 1] : zones.length));
            }
        }
        return runs;
    }

    /** Joins neighbours that are alike, the most alike first. */
    private List<Run> join(List<Run> cut) {
        List<Run> runs = new ArrayList<>(cut);
        while (true) {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i + 1 < runs.size(); i++) {
                double distance = distance(runs.get(i), runs.get(i + 1));
                if (alike(runs.get(i), runs.get(i + 1)) && distance < least) {
                    best = i;
                    least = distance;
                }
            }
            if (best < 0) {
                return runs;
            }
            runs.set(best, new Run(runs.get(best).start(), runs.remove(best + 1).end()));
        }
    }

    private Map<Run, Character> classes(List<Run> runs) {
        List<Run> fastestFirst = new ArrayList<>(runs);
        fastestFirst.sort(Comparator.comparingDouble(run -> -score(run)));
        Map<Run, Character> classes = new HashMap<>();
        char speedClass = 'A';
        Run first = null;
        for (Run run : fastestFirst) {
            if (first != null && !alike(first, run)) {
                speedClass = (char) Math.min('Z', speedClass + 1);
                first = run;
            }
            first = first == null ? run : first;
            classes.put(run, speedClass);
        }
        return classes;
    }

    /**
     * What ranks a run: the mean over the kinds of how far its speed is from the device's. Three standard errors are
     * taken off each distance, or what is noise in one kind would outweigh a small difference that is none in another.
     */
    private double score(Run run) {
        double sum = 0;
        for (ProbeKind kind : speeds.keySet()) {
            double distance = level(kind, run) - level(kind, new Run(0, zones.length));
            double error = 3 * MEDIAN_ERROR * noises.get(kind) / Math.sqrt(run.length());
            // NaN, of a kind that was not measured there, adds nothing.
            sum += Math.abs(distance) > error ? distance - Math.signum(distance) * error : 0;
        }
        return sum / Math.max(1, speeds.size());
    }

    private boolean alike(Run left, Run right) {
        for (ProbeKind kind : speeds.keySet()) {
            double error = 3 * MEDIAN_ERROR * noises.get(kind)
                    * Math.sqrt(1.0 / left.length() + 1.0 / right.length());
            // NaN, of a kind that was not measured in one of them, says nothing.
            if (Math.abs(level(kind, left) - level(kind, right)) > Math.max(ALIKE, error)) {
                return false;
            }
        }
        return true;
    }

    private double distance(Run left, Run right) {
        double distance = 0;
        for (ProbeKind kind : speeds.keySet()) {
            double difference = Math.abs(level(kind, left) - level(kind, right));
            distance += Double.isNaN(difference) ? 0 : difference / noises.get(kind);
        }
        return distance;
    }

    private double level(ProbeKind kind, Run run) {
        double[] values = speeds.get(kind);
        return Robust.median(IntStream.range(run.start(), run.end()).mapToDouble(i -> values[i])
                .filter(value -> !Double.isNaN(value)).toArray());
    }

    private Map<ProbeKind, Figure> figures(int firstZone, int endZone) {
        Map<ProbeKind, Figure> figures = new EnumMap<>(ProbeKind.class);
        for (ProbeKind kind : profile.parameters().kinds()) {
            double[] rates = IntStream.range(firstZone, endZone)
                    .mapToDouble(zone -> profile.bytesPerSecond(kind, zone)).filter(rate -> !Double.isNaN(rate))
                    .toArray();
            if (rates.length > 0) {
                double bytes = Robust.median(rates);
                figures.put(kind, new Figure(bytes, bytes * profile.parameters().sampleOperations(kind)
                        / profile.parameters().sampleBytes(kind), rates.length));
            }
        }
        return figures;
    }

    private void addUnreadable(List<Region> regions, int firstZone, int endZone) {
        if (firstZone < endZone) {
            regions.add(new Region(block(firstZone), block(endZone), Region.UNREADABLE, Map.of()));
        }
    }

    private long block(int zone) {
        return profile.zoneStart(zone) / ProfileParameters.BLOCK_BYTES;
    }
}
