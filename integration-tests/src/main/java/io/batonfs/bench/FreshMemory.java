package io.batonfs.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Has memory ready that the operating system can give away at once. A virtual machine may return free memory to its host
 * within a second (free page reporting); who then takes it again waits for the host, page by page, and a GiB of page cache
 * takes three to five times as long to fill as on a machine with memory of its own. That would say more about what ran
 * before a sample than about its contender.
 */
@FunctionalInterface
interface FreshMemory {
    /** What is written at a time. */
    int PIECE_BYTES = 1 << 20;

    /**
     * Takes so much memory and gives it back, so that it is free and not with a host.
     *
     * @param bytes 0 for nothing
     */
    void ready(long bytes) throws IOException;

    /**
     * By the page cache, which is what wants the memory next: a file is written, never brought to disk, and deleted.
     *
     * @param directory where; of the file system whose cache it is
     */
    static FreshMemory byFileIn(Path directory) {
        return bytes -> {
            if (bytes == 0) {
                return;
            }
            Path file = Files.createTempFile(directory, "fresh-memory", null);
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
                for (long written = 0; written < bytes;) {
                    piece.clear().limit((int) Math.min(piece.capacity(), bytes - written));
                    written += channel.write(piece);
                }
            }
        };
    }
}
