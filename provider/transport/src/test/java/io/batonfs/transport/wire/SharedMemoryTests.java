package io.batonfs.transport.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What tests of the shared-memory wire have in common. */
final class SharedMemoryTests {
    private SharedMemoryTests() {
    }

    /** A base directory of one's own, in memory where there is such a file system. */
    static Path newBase() throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? Files.createTempDirectory(memory, "baton-test-")
                : Files.createTempDirectory("shm");
    }

    /** One loop, short rings, times that fit tests. */
    static SharedMemoryWireConfig config(Path base) {
        return config(base, 32, 64 * 1024, 30_000);
    }

    static SharedMemoryWireConfig config(Path base, int slots, int areaBytes, int stalledPeerTimeoutMs) {
        return new SharedMemoryWireConfig(base, Set.of(), 1, 50, slots, areaBytes, areaBytes, 5_000, 256, 64,
                stalledPeerTimeoutMs, 1_000, 1 << 22, 64L << 20, 256L << 20, 1L << 30);
    }

    /** Everything below a directory. */
    static List<String> contents(Path base) {
        try (Stream<Path> found = Files.walk(base)) {
            return found.filter(path -> !path.equals(base)).map(Path::toString).sorted().collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void checkNothingLeft(SharedMemoryWire wire) {
        TestFabric.check("sockets", wire.counters().openChannels());
        TestFabric.check("handshakes", wire.counters().handshakes());
        TestFabric.check("rings", wire.counters().rings());
        TestFabric.check("wide rings", wire.counters().wideRings());
        TestFabric.check("bytes of rings", wire.budget().live());
        TestFabric.check("bytes queued", wire.queuedBytes());
        TestFabric.check("connections that broke a rule", wire.counters().violations());
    }

    /** Removes a base directory, which must be empty. */
    static void removeBase(Path base) {
        List<String> left = contents(base);
        if (!left.isEmpty()) {
            throw new AssertionError(left + " left behind");
        }
        try {
            Files.delete(base);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
