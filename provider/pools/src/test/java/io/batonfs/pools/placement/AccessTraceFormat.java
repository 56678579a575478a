package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;

/**
 * A trace as text, in a file that may be compressed by gzip. The first line says what it is and how large pages are.
 * Lines that begin with {@code #} say how it came about. Each other line is one access: milliseconds since the start,
 * volume, extent, page (all decimal, ids packed), {@code r} or {@code w}, and how many bytes, with one space between. The
 * last line says how many accesses there were: a file without it was cut short.
 * <pre>
 * baton-access-trace 2 33554432
 * # two reads by hand
 * 0 1 17 230 r 4096
 * 12 1 17 231 w 1048576
 * end 2
 * </pre>
 * Version 1 had neither bytes nor an end; it is not read any more.
 */
final class AccessTraceFormat {
    private static final String NAME = "baton-access-trace";
    private static final int VERSION = 2;
    private static final int HEADER_FIELDS = 3;
    private static final int FIELDS = 6;
    private static final String COMMENT = "#";
    private static final String END = "end ";

    private AccessTraceFormat() {
    }

    static String header(long pageBytes) {
        return NAME + " " + VERSION + " " + pageBytes;
    }

    static String comment(String text) {
        return COMMENT + " " + text;
    }

    static boolean isComment(String line) {
        return line.startsWith(COMMENT);
    }

    static String line(Access access, int lengthBytes) {
        TracePage page = access.page();
        return access.timeMs() + " " + page.volume().value() + " " + page.extent().value() + " " + page.page() + " "
                + (access.write() ? "w" : "r") + " " + lengthBytes;
    }

    static String end(long accesses) {
        return END + accesses;
    }

    static boolean isEnd(String line) {
        return line.startsWith(END);
    }

    /**
     * How many accesses the last line says that there are.
     *
     * @throws IllegalArgumentException if it says no number
     */
    static long accesses(String end) {
        return Long.parseLong(end.substring(END.length()));
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
     * An access. How many bytes it moved is checked and left out: neither the policy nor what it is compared with looks
     * at that.
     *
     * @throws IllegalArgumentException if the line is none; it says what is wrong
     */
    static Access access(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length != FIELDS || !fields[4].equals("r") && !fields[4].equals("w")) {
            throw new IllegalArgumentException("'" + line + "' is not 'milliseconds volume extent page r|w bytes'");
        }
        long timeMs = Long.parseLong(fields[0]);
        long page = Long.parseLong(fields[3]);
        if (timeMs < 0 || page < 0 || Integer.parseInt(fields[5]) < 0) {
            throw new IllegalArgumentException("'" + line + "' has a negative number");
        }
        return new Access(timeMs, new TracePage(new VolumeId(Long.parseLong(fields[1])),
                new ExtentId(Long.parseLong(fields[2])), page), fields[4].equals("w"), false);
    }
}
