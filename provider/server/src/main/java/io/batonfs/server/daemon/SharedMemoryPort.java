package io.batonfs.server.daemon;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.server.local.GroupWiring;
import io.batonfs.transport.wire.SharedMemoryWire;
import io.batonfs.transport.wire.SharedMemoryWireConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The wire by which clients of a daemon's own host come. Stateless. */
final class SharedMemoryPort {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemoryPort.class);
    private static final int GROUP_DIGITS = 16;

    private SharedMemoryPort() {
    }

    /**
     * Opens it, for its caller to close.
     *
     * @return empty if there is to be none, or none is possible and none required; the log says why
     * @throws IOException if one is required that is not possible; the message names the key
     */
    static Optional<SharedMemoryWire> open(SharedMemoryConfig config) throws IOException {
        if (config.use() == SharedMemoryConfig.Use.OFF) {
            LOG.info("Shared memory is off ({} = false): clients of this host come by TCP",
                    DaemonKey.SHARED_MEMORY.name());
            return Optional.empty();
        }
        try {
            SharedMemoryWireConfig wire = config.wire(room(config.directory()));
            if (wire.mostConnections() == 0) {
                throw new IOException("there is no room for a connection: its " + wire.connectionBytes()
                        + " bytes are more than " + wire.maxMemoryBytes() + ", the lesser of "
                        + DaemonKey.SHARED_MEMORY_BYTES.name() + " and half of what the directory has left");
            }
            SharedMemoryWire opened = new SharedMemoryWire(wire);
            LOG.info("Clients of this host may come by shared memory in {}: {} connections at most, of {} bytes, but"
                    + " the first {} of {}; users: {}", config.directory(), wire.mostConnections(),
                    wire.connectionBytes(), wire.mostWideConnections(), wire.wideConnectionBytes(),
                    config.users().isEmpty() ? "the server's own" : "the server's own, " + new TreeSet<>(config.users()));
            return Optional.of(opened);
        } catch (IOException e) {
            String what = DaemonKey.SHARED_MEMORY_DIRECTORY.name() + " = " + config.directory() + ": ";
            if (config.use() == SharedMemoryConfig.Use.REQUIRED) {
                throw new IOException(what + "memory can't be shared there, as " + DaemonKey.SHARED_MEMORY.name()
                        + " = true demands: " + e.getMessage(), e);
            }
            LOG.info("Shared memory is off, clients of this host come by TCP: {}{}", what, e.getMessage());
            return Optional.empty();
        }
    }

    private static long room(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("there is no such directory");
        }
        if (!Files.isWritable(directory)) {
            throw new IOException("this user may not make files there");
        }
        return Files.getFileStore(directory).getUsableSpace();
    }

    /** How a group's card is plugged into it. */
    static GroupWiring.Plug plug(SharedMemoryWire wire, SharedMemoryConfig config) {
        return new GroupWiring.Plug(wire, SharedMemoryPort::address, config.use() == SharedMemoryConfig.Use.REQUIRED);
    }

    /**
     * The same name at each start, so that what a killed server has left is found and removed; but another instance, so
     * that no client takes one server for another.
     */
    private static String address(GroupId group, ServerId server) {
        String digits = group.value().toString().replace("-", "");
        return digits.substring(0, GROUP_DIGITS) + "-" + server.value() + ":*";
    }
}
