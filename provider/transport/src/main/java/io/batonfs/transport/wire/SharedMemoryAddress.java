package io.batonfs.transport.wire;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A name below the wire's base directory, of 1 to 40 letters, digits, dots, hyphens and underscores.
 *
 * @param name      as above
 * @param directory what belongs to it
 */
record SharedMemoryAddress(String name, Path directory) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,40}");
    /** What Linux leaves of sun_path, but for its zero. */
    private static final int MAX_PATH_BYTES = 107;

    /** @throws IOException if it is no address of this wire, or the base directory's path is too long */
    static SharedMemoryAddress parse(Path base, String text) throws IOException {
        if (!NAME.matcher(text).matches()) {
            throw new IOException("'" + text + "' is no address of the shared-memory wire: expected a name of 1 to 40"
                    + " letters, digits, dots, hyphens and underscores");
        }
        SharedMemoryAddress address = new SharedMemoryAddress(text, base.toAbsolutePath().resolve("baton-" + text));
        int length = address.socket().toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH_BYTES) {
            throw new IOException("the socket's path " + address.socket() + " has " + length + " bytes, and the kernel"
                    + " allows " + MAX_PATH_BYTES + ": take a shorter base directory or name");
        }
        return address;
    }

    Path socket() {
        return directory.resolve("socket");
    }

    Path lock() {
        return directory.resolve("lock");
    }

    UnixDomainSocketAddress resolve() {
        return UnixDomainSocketAddress.of(socket());
    }

    @Override
    public String toString() {
        return name;
    }
}
