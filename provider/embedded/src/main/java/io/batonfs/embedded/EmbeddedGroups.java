package io.batonfs.embedded;

import io.batonfs.server.local.LocalGroup;
import io.batonfs.server.local.LocalGroupConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * The groups that this JVM has open, one per directory, shared by reference count between those who connect
 * (DESIGN.md 8). All state is guarded by the instance's lock; opening and closing happen under it, so that nobody meets
 * a group half open.
 */
final class EmbeddedGroups {
    /** One per JVM, because the lock on a directory is the JVM's: FileSystem instances come from everywhere. */
    static final EmbeddedGroups OF_THIS_JVM = new EmbeddedGroups(Clock.systemUTC(), new SecureRandom());

    private final Clock clock;
    private final SecureRandom random;
    private final Map<Path, Shared> open = new HashMap<>();

    EmbeddedGroups(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** The group of a directory, opened if it isn't yet; each call is matched by one {@link #release}. */
    synchronized LocalGroup acquire(LocalGroupConfig settings) throws IOException {
        Shared shared = open.get(settings.directory());
        if (shared == null) {
            shared = new Shared(LocalGroup.open(settings, clock, random));
            open.put(settings.directory(), shared);
        }
        shared.holders++;
        return shared.group;
    }

    /** Gives a group back; the last holder's call closes it. */
    synchronized void release(LocalGroup group) throws IOException {
        Path directory = group.settings().directory();
        Shared shared = open.get(directory);
        if (--shared.holders == 0) {
            open.remove(directory);
            shared.group.close();
        }
    }

    private static final class Shared {
        private final LocalGroup group;
        private int holders;

        private Shared(LocalGroup group) {
            this.group = group;
        }
    }
}
