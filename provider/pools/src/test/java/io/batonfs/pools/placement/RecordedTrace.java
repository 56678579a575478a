package io.batonfs.pools.placement;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A trace in a file ({@link AccessTraceFormat}). Its pages appear with their first access. */
final class RecordedTrace implements AccessTrace {
    private final Path file;
    private final long pageBytes;

    private RecordedTrace(Path file, long pageBytes) {
        this.file = file;
        this.pageBytes = pageBytes;
    }

    /** Looks at the file's first line. */
    static RecordedTrace open(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            return new RecordedTrace(file, AccessTraceFormat.pageBytes(lines.readLine()));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    long pageBytes() {
        return pageBytes;
    }

    @Override
    public String name() {
        return file.getFileName().toString();
    }

    @Override
    public List<TracePage> pagesAtStart() {
        return List.of();
    }

    @Override
    public List<Integer> changes() {
        return List.of(0);
    }

    @Override
    public void replay(Consumer<Access> to) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            lines.readLine();
            long number = 1;
            long timeMs = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                Access access;
                try {
                    access = AccessTraceFormat.access(line);
                } catch (IllegalArgumentException e) {
                    throw new IOException(file + ", line " + number + ": " + e.getMessage(), e);
                }
                if (access.timeMs() < timeMs) {
                    throw new IOException(file + ", line " + number + ": goes back in time, from " + timeMs + " ms to "
                            + access.timeMs());
                }
                timeMs = access.timeMs();
                to.accept(access);
            }
        }
    }
}
