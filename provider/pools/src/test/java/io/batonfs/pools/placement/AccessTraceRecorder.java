package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.zip.GZIPOutputStream;

/**
 * Writes accesses down as they happen ({@link AccessTraceFormat}), compressed. Thread-safe: one lock, under which the
 * time is taken, so that lines are in its order. For experiments: it slows down what it watches. A trace that was not
 * closed is refused by who reads it.
 */
public final class AccessTraceRecorder implements Closeable {
    private final BufferedWriter out;
    private final LongSupplier clockMs;
    private final long startMs;
    private long accesses;
    private boolean closed;

    /**
     * Makes the file, or begins it anew.
     *
     * @param how     how it comes about, and how to record it again; lines
     * @param clockMs a clock that goes on evenly, in milliseconds
     */
    public AccessTraceRecorder(Path file, long pageBytes, List<String> how, LongSupplier clockMs) throws IOException {
        this.out = new BufferedWriter(new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.US_ASCII));
        this.clockMs = clockMs;
        this.startMs = clockMs.getAsLong();
        line(AccessTraceFormat.header(pageBytes));
        for (String line : how) {
            line(AccessTraceFormat.comment(line));
        }
    }

    /** Bytes of a page are read or written. What comes after the end is left out. */
    public synchronized void touched(VolumeId volume, ExtentId extent, long page, boolean write, int lengthBytes)
            throws IOException {
        if (!closed) {
            long timeMs = clockMs.getAsLong() - startMs;
            line(AccessTraceFormat.line(
                    new Access(timeMs, new TracePage(volume, extent, page), write, false), lengthBytes));
            accesses++;
        }
    }

    private void line(String text) throws IOException {
        out.write(text);
        out.write('\n');
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            line(AccessTraceFormat.end(accesses));
            out.close();
        }
    }
}
