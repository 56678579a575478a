package io.batonfs.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of one's own for memory that servers and clients share, with a path that is short enough for sockets. For one
 * thread.
 */
public final class MemoryDirectory implements AutoCloseable {
    private final Path path;

    private MemoryDirectory(Path path) {
        this.path = path;
    }

    /** Makes one, in memory if there is such a file system. */
    public static MemoryDirectory make() throws IOException {
        Path memory = Path.of("/dev/shm");
        return new MemoryDirectory(Files.createTempDirectory(
                Files.isWritable(memory) ? memory : Path.of("/tmp"), "baton-test-"));
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Names of all that is below it, in their order. */
    public List<String> contents() throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            return all.filter(each -> !each.equals(path)).map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    /** Removes it with all that is there. */
    @Override
    public void close() throws IOException {
        remove(path);
    }

    static void remove(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
