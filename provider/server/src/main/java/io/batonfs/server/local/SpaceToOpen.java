package io.batonfs.server.local;

import io.batonfs.server.storage.HostSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** Is asked for room before a group is opened, formatted or copied; tests answer otherwise. Stateless, thread-safe. */
@FunctionalInterface
interface SpaceToOpen {
    /** As the operating system says. */
    SpaceToOpen OF_THE_HOST = (directories, bytes) -> new HostSpace(directories, bytes).shortage();

    /** Why so many bytes can't be written in each of some directories' file systems; empty if they can. */
    Optional<String> shortage(Collection<Path> directories, long bytes) throws IOException;
}
