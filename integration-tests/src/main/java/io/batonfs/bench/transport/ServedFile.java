package io.batonfs.bench.transport;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The file in memory that every server has: as long as anybody reads, filled with {@link Content} where it is first
 * read. Thread-safe. The bytes never change.
 */
final class ServedFile {
    /** No request crosses a multiple of this. */
    static final int SEGMENT_BYTES = 4 << 20;

    private final Map<Long, ByteBuffer> segments = new ConcurrentHashMap<>();

    /** Where the bytes at an offset are: in this, from the offset within a segment. Shared, so use absolute access. */
    ByteBuffer segment(long offset) {
        ByteBuffer segment = segments.get(offset / SEGMENT_BYTES);
        return segment != null ? segment : segments.computeIfAbsent(offset / SEGMENT_BYTES, ServedFile::filled);
    }

    private static ByteBuffer filled(long number) {
        ByteBuffer segment = Memory.allocate(SEGMENT_BYTES);
        Content.fill(segment, SEGMENT_BYTES, number * SEGMENT_BYTES);
        return segment;
    }

    /** The place of an offset within its segment. */
    static int place(long offset) {
        return (int) (offset % SEGMENT_BYTES);
    }

    /** A view of bytes, from position 0. */
    ByteBuffer view(long offset, int lengthBytes) {
        return segment(offset).slice(place(offset), lengthBytes);
    }
}
