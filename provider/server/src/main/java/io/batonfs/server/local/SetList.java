package io.batonfs.server.local;

import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The file with the further sets of one server. Thread-safe: it is changed by one thread at a time, which waits for no device
 * meanwhile but the one that the group's directory is on. The group's lock keeps other processes away.
 */
final class SetList {
    private final Path directory;
    private final Path file;
    private final ServerId server;

    /** @param directory the group's */
    SetList(GroupFiles files, Path directory, ServerId server) {
        this.directory = directory;
        this.file = files.furtherSets(server.value());
        this.server = server;
    }

    /** What is to be noted instead of what is; the same if nothing is. */
    @FunctionalInterface
    interface Change {
        FurtherSets of(FurtherSets now) throws IOException;
    }

    /** Where it is. */
    Path file() {
        return file;
    }

    /** What is noted. */
    synchronized FurtherSets read() throws IOException {
        return FurtherSets.read(file, GroupDescriptor.read(directory), server.value());
    }

    /**
     * Notes something. What the file says if that fails is what it said before, as far as that can be brought about.
     *
     * @return what is noted now
     */
    synchronized FurtherSets change(Change change) throws IOException {
        FurtherSets before = read();
        FurtherSets after = change.of(before);
        if (after == before) {
            return before;
        }
        try {
            after.write(file);
            return after;
        } catch (IOException e) {
            try {
                before.write(file);
            } catch (IOException f) {
                e.addSuppressed(f);
            }
            throw e;
        }
    }
}
