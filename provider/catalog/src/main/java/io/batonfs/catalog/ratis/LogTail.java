package io.batonfs.catalog.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts off what a power cut left of a last entry that was being written to the open segment. Ratis forgives an entry
 * that ends with the file, but its segments are laid out ahead in zeros, so a torn entry is followed by those and has a
 * wrong checksum.
 *
 * <pre>
 * segment: 8 bytes header, entries, zeros
 * entry:   length (varint), protobuf of that length, CRC32C of both (4 bytes, big-endian)
 * </pre>
 *
 * An entry is taken for torn only if all is zero from a sector's beginning within it to the end of the file: what was
 * written came to the disk up to there, and nothing after it was ever written. Other damage stays, to be refused.
 */
final class LogTail {
    private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);
    private static final int HEADER_BYTES = 8;
    private static final int CRC_BYTES = 4;
    private static final int SECTOR_BYTES = 512;
    private static final int MAX_VARINT_BYTES = 5;

    private LogTail() {
    }

    /** Cuts a torn last entry off an open segment; whether there was one. */
    static boolean cutTorn(Path segment) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        int end = endOfWholeEntries(bytes);
        int written = endOfNonZero(bytes);
        // the first sector that begins after the last byte written: from there on all is zero
        int unwritten = (written + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
        boolean torn = written > end && end >= HEADER_BYTES && unwritten < frameEnd(bytes, end);
        if (torn) {
            LOG.warn("Cut {} bytes of an entry that was never written whole off the end of {}", written - end, segment);
            try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                channel.truncate(end);
                channel.force(true);
            }
        }
        return torn;
    }

    private static int endOfNonZero(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    /** Where the last entry ends whose checksum is right. */
    static int endOfWholeEntries(byte[] bytes) {
        int at = HEADER_BYTES;
        CRC32C crc = new CRC32C();
        while (at < bytes.length && bytes[at] != 0) {
            long end = frameEnd(bytes, at);
            if (end < 0 || end > bytes.length) {
                return at;
            }
            int crcAt = (int) end - CRC_BYTES;
            crc.reset();
            crc.update(bytes, at, crcAt - at);
            if (ByteBuffer.wrap(bytes).getInt(crcAt) != (int) crc.getValue()) {
                return at;
            }
            at = (int) end;
        }
        return at;
    }

    /** Where the entry at an offset says that it ends; -1 if it does not say. */
    private static long frameEnd(byte[] bytes, int at) {
        long length = 0;
        for (int i = 0; i < MAX_VARINT_BYTES && at + i < bytes.length; i++) {
            length |= (long) (bytes[at + i] & 0x7F) << 7 * i;
            if (bytes[at + i] >= 0) {
                return at + i + 1 + length + CRC_BYTES;
            }
        }
        return -1;
    }
}
