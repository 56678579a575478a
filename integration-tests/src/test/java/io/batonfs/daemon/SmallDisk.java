package io.batonfs.daemon;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * A file system of its own, in memory, so that it can be full without anybody else noticing. Needs the right to mount: where
 * there is none the test is skipped and says so. Used by one thread; unmounted by close.
 */
final class SmallDisk implements AutoCloseable {
    private static final int MIB = 1 << 20;

    private final Path directory;
    private final Path filler;

    private SmallDisk(Path directory) {
        this.directory = directory;
        this.filler = directory.resolve("filler");
    }

    /** Mounts one of so many MiB. */
    static SmallDisk mount(Path directory, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        String refusal = run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", directory.toString());
        if (!refusal.isEmpty()) {
            throw new TestAbortedException("no small file system can be mounted here, so that none can be filled: "
                    + refusal);
        }
        return new SmallDisk(directory);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return e.getMessage();
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : said.isBlank() ? String.join(" ", List.of(command)) + " failed" : said;
    }

    Path directory() {
        return directory;
    }

    long usableBytes() throws IOException {
        FileStore store = Files.getFileStore(directory);
        return store.getUsableSpace();
    }

    /** Fills it by a file beside, until only so many bytes are left, or a page less. */
    void fillTo(long leftBytes) throws IOException {
        byte[] zeroes = new byte[MIB];
        try (OutputStream out = Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (long over = usableBytes() - leftBytes; over > 0; over = usableBytes() - leftBytes) {
                out.write(zeroes, 0, (int) Math.min(over, MIB));
            }
        }
    }

    /** Takes that file away. */
    void free() throws IOException {
        Files.deleteIfExists(filler);
    }

    /** Makes it bigger. */
    void growTo(int mebibytes) throws IOException, InterruptedException {
        String refusal = run("mount", "-o", "remount,size=" + mebibytes + "m", directory.toString());
        if (!refusal.isEmpty()) {
            throw new IOException(refusal);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            String refusal = run("umount", directory.toString());
            if (!refusal.isEmpty()) {
                // Whoever still uses it keeps it until he ends; the directory is free at once.
                run("umount", "-l", directory.toString());
                throw new IOException("something of a test outlived it: " + refusal);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + directory + " was unmounted");
        }
    }
}
