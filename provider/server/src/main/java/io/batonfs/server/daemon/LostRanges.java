package io.batonfs.server.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.SegmentIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Ranges that redundancy could not give back, as JSON and for people. Stateless. */
final class LostRanges {

    private LostRanges() {
    }

    static void encode(List<LostRange> ranges, ArrayNode lost) {
        for (LostRange range : ranges) {
            SegmentIdentity identity = range.identity();
            lost.addObject().put("pool", range.pool()).put("group", identity.group().value().toString())
                    .put("volume", identity.volume().value()).put("page", identity.page())
                    .put("extent", identity.extent().value()).put("offset", range.offset())
                    .put("lengthBytes", range.lengthBytes()).put("reason", range.reason());
        }
    }

    /**
     * Reads what {@link #encode} has written.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static List<LostRange> decode(JsonNode ranges) {
        List<LostRange> lost = new ArrayList<>();
        for (JsonNode range : ranges) {
            SegmentIdentity identity = new SegmentIdentity(
                    new GroupId(UUID.fromString(range.required("group").asText())),
                    new VolumeId(range.required("volume").asLong()), range.required("page").asLong(),
                    new ExtentId(range.required("extent").asLong()));
            lost.add(new LostRange(range.required("pool").asText(), identity, range.required("offset").asInt(),
                    range.required("lengthBytes").asInt(), range.required("reason").asText()));
        }
        return lost;
    }

    /** As people read them: a line for each, and one for all of a page that has lost many. */
    static List<String> lines(List<LostRange> ranges) {
        List<String> lines = new ArrayList<>();
        int from = 0;
        while (from < ranges.size()) {
            int to = from + 1;
            while (to < ranges.size() && isOfSamePage(ranges.get(from), ranges.get(to))) {
                to++;
            }
            List<LostRange> ofPage = ranges.subList(from, to);
            if (ofPage.size() <= LostPages.MOST_TOLD) {
                ofPage.forEach(range -> lines.add(where(range) + "bytes " + range.offset() + " to " + end(range) + ": "
                        + range.reason()));
            } else {
                lines.add(where(ofPage.get(0)) + ofPage.size() + " ranges of bytes "
                        + ofPage.stream().mapToInt(LostRange::offset).min().orElseThrow() + " to "
                        + ofPage.stream().mapToLong(LostRanges::end).max().orElseThrow() + ", "
                        + ofPage.stream().mapToLong(LostRange::lengthBytes).sum() + " bytes in all: " + ofPage.get(0).reason());
            }
            from = to;
        }
        return lines;
    }

    private static boolean isOfSamePage(LostRange one, LostRange other) {
        return one.pool().equals(other.pool()) && one.identity().equals(other.identity());
    }

    private static long end(LostRange range) {
        return (long) range.offset() + range.lengthBytes();
    }

    private static String where(LostRange range) {
        SegmentIdentity identity = range.identity();
        return "pool " + range.pool() + ", " + identity.volume() + ", page " + identity.page() + ", " + identity.extent() + ": ";
    }
}
