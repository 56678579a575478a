package io.batonfs.catalog.histories;

import io.batonfs.catalog.ExtentLength;
import io.batonfs.model.ExtentId;
import io.batonfs.model.Slice;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** What the owners would hold: the bytes of extents, and how many of them are durable. */
final class ExtentBytes {
    private final Map<ExtentId, ByteArrayOutputStream> written = new HashMap<>();
    private final Map<ExtentId, Integer> durable = new HashMap<>();

    void write(ExtentId extent, byte[] bytes) {
        written.computeIfAbsent(extent, e -> new ByteArrayOutputStream()).writeBytes(bytes);
    }

    void flush(ExtentId extent) {
        durable.put(extent, all(extent).length);
    }

    private byte[] all(ExtentId extent) {
        ByteArrayOutputStream bytes = written.get(extent);
        return bytes == null ? new byte[0] : bytes.toByteArray();
    }

    /** The durable bytes from an offset on. */
    byte[] durableFrom(ExtentId extent, int offset) {
        return Arrays.copyOfRange(all(extent), offset, durable.getOrDefault(extent, 0));
    }

    /** What the owner would report. */
    ExtentLength report(ExtentId extent) {
        byte[] bytes = durableFrom(extent, 0);
        return new ExtentLength(extent, bytes.length, crc32c(bytes));
    }

    /** The bytes of a slice, which must be durable and, if it has a checksum, match it. */
    byte[] read(Slice slice) {
        if (slice.endOffset() > durable.getOrDefault(slice.extent(), 0)) {
            throw new HistoryFailure(slice + " goes beyond the " + durable.get(slice.extent()) + " durable bytes");
        }
        byte[] bytes = Arrays.copyOfRange(all(slice.extent()), (int) slice.offset(), (int) slice.endOffset());
        if (slice.crc32c().isPresent() && slice.crc32c().getAsInt() != crc32c(bytes)) {
            throw new HistoryFailure("the checksum of " + slice + " is not that of its bytes");
        }
        return bytes;
    }

    private static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
