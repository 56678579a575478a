package io.batonfs.server.daemon;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What sparse files may grow by when they are written to, by file system: others want room there too. For one thread.
 */
final class RoomToGrow {
    /** Left to others, and to what a file system needs for itself. */
    static final long RESERVE_BYTES = 64L << 20;

    private final Map<FileStore, Long> needed = new LinkedHashMap<>();

    /** Adds what one more file may grow by. */
    void add(FileStore store, long bytes) {
        needed.merge(store, bytes, Long::sum);
    }

    /**
     * Refuses too much.
     *
     * @throws BatonException NO_SPACE if a file system has not enough for all of its files and the reserve
     */
    void check() throws IOException {
        for (Map.Entry<FileStore, Long> each : needed.entrySet()) {
            long usable = each.getKey().getUsableSpace();
            if (usable - RESERVE_BYTES < each.getValue()) {
                throw new BatonException(ErrorCode.NO_SPACE, "the files that are devices may grow by "
                        + each.getValue() + " bytes while writes are measured, and their file system " + each.getKey()
                        + " has only " + usable + " left, of which " + RESERVE_BYTES + " are for others; make room, or "
                        + "measure without --write");
            }
        }
    }
}
