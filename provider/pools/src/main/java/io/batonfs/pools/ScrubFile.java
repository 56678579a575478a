package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link ScrubMark} in a file of its own, 128 bytes, big-endian:
 * <pre>
 *     0  magic "BATSCRUB" (8)            8  version (4)               12  reserved (4)
 *    16  end of the last whole pass (8)  24  the next one is due (8)
 *    32  begin of the pass under way (8) 40  slot to go on at (4)     44  reserved (4)
 *    48  name of the pool, UTF-8, zero-filled (32)                    80  reserved (44)
 *   124  CRC32C of bytes 0 to 123 (4)
 * </pre>
 * Times are milliseconds since 1970. It is written beside and renamed, and not forced: it outlives a kill of the
 * process, and after a power cut it may be an older one or none, at the cost of reading something twice.
 */
public final class ScrubFile implements ScrubLog {
    static final int BYTES = 128;
    static final int VERSION = 1;
    static final int VERSION_AT = 8;
    static final int CRC_AT = BYTES - 4;

    private static final Logger LOG = LoggerFactory.getLogger(ScrubFile.class);
    private static final long MAGIC = 0x4241545343525542L;
    private static final int WHOLE_AT = 16;
    private static final int NEXT_AT = 24;
    private static final int BEGUN_AT = 32;
    private static final int SLOT_AT = 40;
    private static final int POOL_AT = 48;

    private final Path file;

    /** A file that need not be there yet, in a directory that is. */
    public ScrubFile(Path file) {
        this.file = file;
    }

    @Override
    public Optional<ScrubMark> load() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        ByteBuffer from = ByteBuffer.wrap(Files.readAllBytes(file));
        if (from.capacity() != BYTES || from.getLong(0) != MAGIC
                || from.getInt(CRC_AT) != Checksums.crc(from, 0, CRC_AT)) {
            LOG.warn("{} is damaged; scrubbing begins anew", file);
            return Optional.empty();
        }
        FormatException.checkVersion(file.toString(), from.getInt(VERSION_AT), VERSION);
        byte[] pool = new byte[SuperblockFormat.NAME_BYTES];
        from.get(POOL_AT, pool);
        return Optional.of(new ScrubMark(from.getLong(WHOLE_AT), from.getLong(NEXT_AT), from.getLong(BEGUN_AT),
                new String(pool, StandardCharsets.UTF_8).trim(), from.getInt(SLOT_AT)));
    }

    @Override
    public void save(ScrubMark mark) throws IOException {
        ByteBuffer to = ByteBuffer.allocate(BYTES);
        to.putLong(0, MAGIC).putInt(VERSION_AT, VERSION);
        to.putLong(WHOLE_AT, mark.lastWholePassMs()).putLong(NEXT_AT, mark.nextPassMs());
        to.putLong(BEGUN_AT, mark.passBegunMs()).putInt(SLOT_AT, mark.slot());
        to.put(POOL_AT, mark.pool().getBytes(StandardCharsets.UTF_8));
        to.putInt(CRC_AT, Checksums.crc(to, 0, CRC_AT));
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, to.array());
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
