package io.batonfs.transport.wire;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/**
 * Whose process is at the other end of a Unix socket: the kernel says (SO_PEERCRED, socket(7)).
 *
 * @param name the user's
 */
record PeerUser(String name) {
    /** Among admitted users: whoever has a process on this host. No user can have that name. */
    static final String EVERYBODY = "*";

    /** Asked once. */
    private static volatile PeerUser own;

    static PeerUser of(SocketChannel channel) throws IOException {
        return new PeerUser(channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName());
    }

    /** The one that this process runs as: the owner of its directory in /proc, whatever its variables say. */
    static PeerUser own() throws IOException {
        PeerUser known = own;
        if (known == null) {
            known = new PeerUser(Files.getOwner(Path.of("/proc/self")).getName());
            own = known;
        }
        return known;
    }

    /** Whether it is this process's own user. */
    boolean isOwn() throws IOException {
        return name.equals(own().name);
    }

    /** @throws RingViolation if he is neither this process's own user nor one of those */
    void check(Set<String> admitted) throws IOException {
        if (!admitted.contains(name) && !admitted.contains(EVERYBODY) && !isOwn()) {
            throw new RingViolation("user " + name + " is not admitted by the shared-memory wire of user " + own().name
                    + ": see its admittedUsers");
        }
    }
}
