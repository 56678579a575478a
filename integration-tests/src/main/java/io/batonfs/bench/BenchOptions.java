package io.batonfs.bench;

import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What can be chosen.
 *
 * @param rows    rows whose names have a part that matches: {@code bench.rows}, by default all
 * @param samples measured runs of each row on each contender: {@code bench.samples}, 1 to 1000, by default 5
 * @param quick   whether the sizes are small: {@code bench.quick}; said without a value it counts as true
 * @param target  directory for everything that is written: {@code bench.target}
 */
record BenchOptions(Pattern rows, int samples, boolean quick, Path target) {
    private static final int USUAL_SAMPLES = 5;
    private static final int MOST_SAMPLES = 1000;

    /** Reads the options from system properties; an empty one counts as not given. */
    static BenchOptions of(Properties properties) {
        return new BenchOptions(
                pattern(properties.getProperty("bench.rows", "")),
                samples(properties.getProperty("bench.samples", "").strip()),
                quick(properties.getProperty("bench.quick", "false").strip()),
                Path.of(properties.getProperty("bench.target", "target")).toAbsolutePath());
    }

    private static Pattern pattern(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "bench.rows is \"" + regex + "\", which is no regular expression: " + e.getMessage(), e);
        }
    }

    private static int samples(String text) {
        if (text.isEmpty()) {
            return USUAL_SAMPLES;
        }
        try {
            int samples = Integer.parseInt(text);
            if (samples >= 1 && samples <= MOST_SAMPLES) {
                return samples;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("bench.samples is \"" + text + "\", which is no number", e);
        }
        throw new IllegalArgumentException("bench.samples is " + text + ": it has to be 1 to " + MOST_SAMPLES);
    }

    private static boolean quick(String text) {
        return switch (text) {
            // "-Dbench.quick" without a value comes as "true" from Maven, and as nothing from java.
            case "", "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException("bench.quick is \"" + text + "\": it has to be true or false");
        };
    }

    /** Whether a row was chosen. */
    boolean chooses(Row row) {
        return rows.matcher(row.name()).find();
    }

    /** The reports. */
    Path reports() {
        return target.resolve("bench");
    }

    /** Devices, the HDFS, everything that is gone afterwards. */
    Path work() {
        return target.resolve("bench-work");
    }

    /** What Hadoop and Baton had to say, the children's logs beside it. */
    Path logs() {
        return reports().resolve("logs");
    }
}
