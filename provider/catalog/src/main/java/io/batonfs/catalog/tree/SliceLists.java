package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.ContentId;
import io.batonfs.model.Slice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Reads contents: their rows from the last one back, their slices from the first one on. */
public final class SliceLists {

    private SliceLists() {
    }

    /** All slices, in order. */
    public static List<Slice> all(Tables tables, ContentId content) {
        return range(tables, content, 0, Long.MAX_VALUE);
    }

    /** The slices of a range, cut to it. */
    public static List<Slice> range(Tables tables, ContentId content, long offset, long lengthBytes) {
        Deque<ContentRow> rows = new ArrayDeque<>();
        Optional<ContentId> at = Optional.of(content);
        long startsAt = Long.MAX_VALUE;
        while (at.isPresent() && startsAt > offset) {
            ContentRow row = tables.content(at.get());
            rows.push(row);
            startsAt = row.beginningBytes();
            at = row.beginning();
        }
        long end = lengthBytes > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + lengthBytes;
        List<Slice> slices = new ArrayList<>();
        for (ContentRow row : rows) {
            long position = row.beginningBytes();
            for (Slice slice : row.slices()) {
                long from = Math.max(position, offset);
                long to = Math.min(position + slice.lengthBytes(), end);
                if (from < to) {
                    slices.add(slice.part(from - position, to - from));
                }
                position += slice.lengthBytes();
            }
        }
        return slices;
    }

    /** The last slice of a content, which is among its own unless it has none at all. */
    public static Optional<Slice> last(ContentRow row) {
        List<Slice> slices = row.slices();
        return slices.isEmpty() ? Optional.empty() : Optional.of(slices.get(slices.size() - 1));
    }
}
