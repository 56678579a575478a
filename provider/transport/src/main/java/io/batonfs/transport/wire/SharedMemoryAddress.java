package io.batonfs.transport.wire;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name below the wire's base directory, of 1 to 40 letters, digits, dots, hyphens and underscores; after a colon, if
 * at all, which of the listeners it means that have ever been there. Whoever is told an instance finds that listener or
 * none: not one of the same name on another host, as copies of a machine have them, nor a later one.
 *
 * @param name      as above
 * @param instance  16 hexadecimal digits, or empty
 * @param directory what belongs to the name
 */
record SharedMemoryAddress(String name, String instance, Path directory) {
    /** Of an instance: 64 bits, which no two listeners share by chance. */
    static final int INSTANCE_DIGITS = 16;
    private static final Pattern ADDRESS =
            Pattern.compile("([A-Za-z0-9._-]{1,40})(?::([0-9a-f]{" + INSTANCE_DIGITS + "}))?");
    /** What Linux leaves of sun_path, but for its zero. */
    private static final int MAX_PATH_BYTES = 107;

    /** @throws IOException if it is no address of this wire, or the base directory's path is too long */
    static SharedMemoryAddress parse(Path base, String text) throws IOException {
        Matcher parts = ADDRESS.matcher(text);
        if (!parts.matches()) {
            throw new IOException("'" + text + "' is no address of the shared-memory wire: expected a name of 1 to 40"
                    + " letters, digits, dots, hyphens and underscores, and, if an instance is meant, a colon and "
                    + INSTANCE_DIGITS + " hexadecimal digits");
        }
        SharedMemoryAddress address = new SharedMemoryAddress(parts.group(1),
                parts.group(2) == null ? "" : parts.group(2),
                base.toAbsolutePath().resolve("baton-" + parts.group(1)));
        int length = address.socket().toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH_BYTES) {
            throw new IOException("the socket's path " + address.socket() + " has " + length + " bytes, and the kernel"
                    + " allows " + MAX_PATH_BYTES + ": take a shorter base directory or name");
        }
        return address;
    }

    Path socket() {
        return directory.resolve(instance.isEmpty() ? "socket" : "socket-" + instance);
    }

    Path lock() {
        return directory.resolve("lock");
    }

    UnixDomainSocketAddress resolve() {
        return UnixDomainSocketAddress.of(socket());
    }

    @Override
    public String toString() {
        return instance.isEmpty() ? name : name + ":" + instance;
    }
}
