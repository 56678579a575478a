package io.batonfs.bench.pools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that reads ask the disk: has the page cache forget files (posix_fadvise, which Java does not have and GNU
 * dd does), and counts what the operating system fetched for this process. Linux only.
 */
public final class DiskReads {
    private static final long PATIENCE_MINUTES = 10;
    private static final Path COUNTS = Path.of("/proc/self/io");
    private static final String FETCHED = "read_bytes: ";

    private DiskReads() {
    }

    /** Brings files to the disk and has the page cache forget them. */
    public static void forget(List<Path> files) throws IOException, InterruptedException {
        List<String> sync = new ArrayList<>(List.of("sync"));
        files.forEach(file -> sync.add(file.toString()));
        run(sync);
        for (Path file : files) {
            run(List.of("dd", "if=" + file, "iflag=nocache", "count=0", "status=none"));
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException(command + " does not end");
        }
        if (process.exitValue() != 0) {
            throw new IOException(command + " ended with exit code " + process.exitValue() + ": " + said.strip());
        }
    }

    /** Bytes that were fetched from disks for this process since its start. */
    public static long fetchedBytes() throws IOException {
        for (String line : Files.readAllLines(COUNTS)) {
            if (line.startsWith(FETCHED)) {
                return Long.parseLong(line.substring(FETCHED.length()));
            }
        }
        throw new IOException(COUNTS + " does not say what was read from disks");
    }
}
