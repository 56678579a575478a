package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Writes accesses down as they happen ({@link AccessTraceFormat}). Thread-safe: one lock, under which the time is
 * taken, so that lines are in its order. For experiments: it slows down what it watches.
 */
public final class AccessTraceRecorder implements Closeable {
    private final BufferedWriter out;
    private final LongSupplier clockMs;
    private final long startMs;

    /**
     * Makes the file, or begins it anew.
     *
     * @param clockMs a clock that goes on evenly, in milliseconds
     */
    public AccessTraceRecorder(Path file, long pageBytes, LongSupplier clockMs) throws IOException {
        this.out = Files.newBufferedWriter(file);
        this.clockMs = clockMs;
        this.startMs = clockMs.getAsLong();
        line(AccessTraceFormat.header(pageBytes));
    }

    /** A page is read or written. */
    public synchronized void touched(VolumeId volume, ExtentId extent, long page, boolean write) throws IOException {
        long timeMs = clockMs.getAsLong() - startMs;
        line(AccessTraceFormat.line(new Access(timeMs, new TracePage(volume, extent, page), write, false)));
    }

    private void line(String text) throws IOException {
        out.write(text);
        out.write('\n');
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
