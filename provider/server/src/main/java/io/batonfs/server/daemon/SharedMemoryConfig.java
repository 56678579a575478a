package io.batonfs.server.daemon;

import io.batonfs.transport.wire.SharedMemoryWireConfig;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

/**
 * Whether and where a daemon shares memory with clients of its host.
 *
 * @param use       whether
 * @param directory where
 * @param users     whose processes may come beside the daemon's own user's; "*" for all
 * @param mostBytes of all connections
 * @param ringBytes of each of the two rings of a connection
 */
public record SharedMemoryConfig(Use use, Path directory, Set<String> users, long mostBytes, int ringBytes) {

    /** Whether memory is shared. */
    public enum Use {
        /** If the directory can be used. */
        IF_POSSIBLE,
        /** It is, or the daemon does not start. */
        REQUIRED,
        /** It is not. */
        OFF
    }

    /** Copies the set. */
    public SharedMemoryConfig {
        Objects.requireNonNull(use, "use");
        Objects.requireNonNull(directory, "directory");
        users = Set.copyOf(users);
    }

    /**
     * What a wire is made with.
     *
     * @param roomBytes what the directory's file system has left, of which half may be taken
     */
    SharedMemoryWireConfig wire(long roomBytes) {
        return SharedMemoryWireConfig.DEFAULT.in(directory).admitting(users)
                .withMemory(ringBytes, Math.min(mostBytes, roomBytes / 2));
    }
}
