package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;

/**
 * A trace as text. The first line says what it is and how large pages are; each other line is one access:
 * milliseconds since the start, volume, extent, page (all decimal, ids packed), and {@code r} or {@code w}, with one
 * space between.
 * <pre>
 * baton-access-trace 1 33554432
 * 0 1 17 230 r
 * 12 1 17 231 w
 * </pre>
 */
final class AccessTraceFormat {
    private static final String NAME = "baton-access-trace";
    private static final int VERSION = 1;
    private static final int HEADER_FIELDS = 3;
    private static final int FIELDS = 5;

    private AccessTraceFormat() {
    }

    static String header(long pageBytes) {
        return NAME + " " + VERSION + " " + pageBytes;
    }

    static String line(Access access) {
        TracePage page = access.page();
        return access.timeMs() + " " + page.volume().value() + " " + page.extent().value() + " " + page.page() + " "
                + (access.write() ? "w" : "r");
    }

    /**
     * The size of pages.
     *
     * @throws IllegalArgumentException if it is no trace, or one of another version
     */
    static long pageBytes(String header) {
        String[] fields = header == null ? new String[0] : header.split(" ", -1);
        if (fields.length != HEADER_FIELDS || !fields[0].equals(NAME)) {
            throw new IllegalArgumentException("no trace of accesses: it begins with '" + header + "'");
        }
        if (!fields[1].equals(Integer.toString(VERSION))) {
            throw new IllegalArgumentException("a trace of version " + fields[1] + "; this program reads " + VERSION);
        }
        long bytes = Long.parseLong(fields[2]);
        if (bytes < 1) {
            throw new IllegalArgumentException("pages can't have " + bytes + " bytes");
        }
        return bytes;
    }

    /**
     * An access.
     *
     * @throws IllegalArgumentException if the line is none; it says what is wrong
     */
    static Access access(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length != FIELDS || !fields[4].equals("r") && !fields[4].equals("w")) {
            throw new IllegalArgumentException("'" + line + "' is not 'milliseconds volume extent page r|w'");
        }
        long timeMs = Long.parseLong(fields[0]);
        long page = Long.parseLong(fields[3]);
        if (timeMs < 0 || page < 0) {
            throw new IllegalArgumentException("'" + line + "' has a negative number");
        }
        return new Access(timeMs, new TracePage(new VolumeId(Long.parseLong(fields[1])),
                new ExtentId(Long.parseLong(fields[2])), page), fields[4].equals("w"), false);
    }
}
