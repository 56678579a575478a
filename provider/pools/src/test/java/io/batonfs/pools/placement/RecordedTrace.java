package io.batonfs.pools.placement;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A trace in a file ({@link AccessTraceFormat}), compressed or not. Its pages appear with their first access. */
final class RecordedTrace implements AccessTrace {
    private static final int GZIP_FIRST = 0x1f;

    private final Path file;
    private final long pageBytes;
    private final int slowness;

    private RecordedTrace(Path file, long pageBytes, int slowness) {
        this.file = file;
        this.pageBytes = pageBytes;
        this.slowness = slowness;
    }

    /** Looks at the file's first line. */
    static RecordedTrace open(Path file) throws IOException {
        try (BufferedReader lines = lines(file)) {
            return new RecordedTrace(file, AccessTraceFormat.pageBytes(lines.readLine()), 1);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        } catch (EOFException | ZipException e) {
            throw damaged(file, 1, e);
        }
    }

    /** The same as if everything had taken so many times as long: hours out of minutes. */
    RecordedTrace slowedDown(int times) {
        return new RecordedTrace(file, pageBytes, slowness * times);
    }

    private static BufferedReader lines(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file));
        try {
            in.mark(1);
            boolean compressed = in.read() == GZIP_FIRST;
            in.reset();
            return new BufferedReader(new InputStreamReader(
                    compressed ? new GZIPInputStream(in) : in, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static IOException damaged(Path file, long line, IOException cause) {
        return new IOException(file + ", line " + line + ": the compressed file is cut short or damaged ("
                + cause.getMessage() + "); get it again, or record it anew", cause);
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
        long number = 0;
        try (BufferedReader lines = lines(file)) {
            long timeMs = 0;
            long accesses = 0;
            boolean ended = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (number == 1 || AccessTraceFormat.isComment(line)) {
                    continue;
                }
                if (ended) {
                    throw new IllegalArgumentException("there is '" + line + "' behind the end");
                }
                if (AccessTraceFormat.isEnd(line)) {
                    long said = AccessTraceFormat.accesses(line);
                    if (said != accesses) {
                        throw new IllegalArgumentException(
                                "it ends after " + accesses + " accesses and says that there are " + said);
                    }
                    ended = true;
                    continue;
                }
                Access access = AccessTraceFormat.access(line);
                if (access.timeMs() < timeMs) {
                    throw new IllegalArgumentException(
                            "goes back in time, from " + timeMs + " ms to " + access.timeMs());
                }
                timeMs = access.timeMs();
                accesses++;
                to.accept(new Access(timeMs * slowness, access.page(), access.write(), access.background()));
            }
            if (!ended) {
                throw new IllegalArgumentException("the file is cut short: " + accesses
                        + " accesses and no line that ends them; get it again, or record it anew");
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ", line " + number + ": " + e.getMessage(), e);
        } catch (EOFException | ZipException e) {
            throw damaged(file, number + 1, e);
        }
    }
}
