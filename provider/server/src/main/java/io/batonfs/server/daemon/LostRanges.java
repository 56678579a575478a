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

    static String line(LostRange range) {
        SegmentIdentity identity = range.identity();
        return "pool " + range.pool() + ", " + identity.volume() + ", page " + identity.page() + ", " + identity.extent()
                + ": bytes " + range.offset() + " to " + ((long) range.offset() + range.lengthBytes()) + ": "
                + range.reason();
    }
}
