package io.batonfs.server.local;

import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/** What the pools of a server hold, by page; of two segments that claim one page none. Used by one thread. */
final class HeldPages {
    private final int pageBytes;
    private final Map<Key, Held> pages = new HashMap<>();

    HeldPages(int pageBytes) {
        this.pageBytes = pageBytes;
    }

    private record Key(VolumeId volume, long page) {
    }

    /**
     * A page.
     *
     * @param pool    where it is; null once claimed twice
     * @param segment what holds it
     */
    record Held(Pool pool, SegmentInfo segment) {
        ExtentId extent() {
            return segment.identity().extent();
        }
    }

    void add(Pool pool, SegmentInfo segment) {
        Key key = new Key(segment.identity().volume(), segment.identity().page());
        pages.merge(key, new Held(pool, segment), (one, other) -> new Held(null, segment));
    }

    /** The page, if an extent's segment and no other holds it; else null. */
    Held page(VolumeId volume, long page, ExtentId extent) {
        Held held = pages.get(new Key(volume, page));
        return held != null && held.pool() != null && held.extent().equals(extent) ? held : null;
    }

    /** Shows all pages that one segment holds. */
    void each(BiConsumer<Long, Held> visitor) {
        pages.forEach((key, held) -> {
            if (held.pool() != null) {
                visitor.accept(key.page(), held);
            }
        });
    }

    /**
     * CRC32C of a range of an extent, from the pools' checksums as far as they reach. Empty if not all of it is held.
     *
     * @throws io.batonfs.model.BatonException DATA_LOST if a block that the range cuts can't be read
     */
    OptionalInt checksum(ExtentId extent, PageRun run, long offset, long lengthBytes) throws IOException {
        int crc = 0;
        long at = offset;
        while (at < offset + lengthBytes) {
            int inPage = (int) (at % pageBytes);
            int bytes = (int) Math.min(pageBytes - inPage, offset + lengthBytes - at);
            Held held = page(run.volume(), run.firstPage() + at / pageBytes, extent);
            if (held == null || held.segment().lengthBytes() < inPage + bytes) {
                return OptionalInt.empty();
            }
            crc = Crc32cMath.combine(crc, held.pool().checksum(held.segment().id(), inPage, bytes), bytes);
            at += bytes;
        }
        return OptionalInt.of(crc);
    }
}
