package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.catalog.RangeUses;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.server.local.Damage;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Ranges of a page are told one by one while they are few, and together when they are many. */
class LostPagesTest {
    private static final int BLOCK = 4096;

    private static Damage damage(long page, int block, String... places) {
        List<ExtentUse> uses = new ArrayList<>();
        for (String place : places) {
            uses.add(new ExtentUse(place, 1000L + block * BLOCK, BLOCK));
        }
        return new Damage(new ServerId(1), "fast", new VolumeId(1), page, new ExtentId(7), (long) block * BLOCK, BLOCK, "why",
                new RangeUses(uses, 0));
    }

    /** Every other block, as of a RAID 5 without two of its devices. */
    private static List<Damage> everyOther(long page, int count, String... places) {
        List<Damage> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(damage(page, 2 * i, places));
        }
        return all;
    }

    @Test
    void fewRangesAreToldEach() {
        List<LostPages> pages = LostPages.of(everyOther(8, LostPages.MOST_TOLD, "/f"));
        assertEquals(1, pages.size());
        assertTrue(pages.get(0).joined().isEmpty());
    }

    @Test
    void manyAreOneLineForThePageAndOneForEachPlace() {
        List<Damage> all = everyOther(8, 4000, "/f", "/clone");
        all.addAll(everyOther(9, 17));
        all.add(damage(8, 1, "/f"));
        List<LostPages> pages = LostPages.of(all);
        assertEquals(List.of(4000, 17, 1), pages.stream().map(page -> page.parts().size()).toList());
        LostPages.Joined first = pages.get(0).joined().orElseThrow();
        assertEquals(4000, first.count());
        assertEquals(0, first.begin());
        assertEquals(7999L * BLOCK, first.end());
        assertEquals(4000L * BLOCK, first.lostBytes());
        assertEquals(List.of(new LostPages.Place("/f", 1000, 1000 + 7999L * BLOCK, 4000L * BLOCK),
                new LostPages.Place("/clone", 1000, 1000 + 7999L * BLOCK, 4000L * BLOCK)), first.places());
        assertTrue(!first.unseen() && !first.morePlaces(), first.toString());
        LostPages.Joined second = pages.get(1).joined().orElseThrow();
        assertTrue(second.places().isEmpty() && second.unseen(), second.toString());
        assertTrue(pages.get(2).joined().isEmpty());
    }

    @Test
    void scrubbingTellsThemLikewise() {
        SegmentIdentity page = new SegmentIdentity(new GroupId(new UUID(1, 2)), new VolumeId(1), 8, new ExtentId(7));
        List<LostRange> ranges = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            ranges.add(new LostRange("fast", page, 2 * i * BLOCK, BLOCK, "why"));
        }
        ranges.add(new LostRange("slow", page, 5, 6, "else"));
        assertEquals(List.of("pool fast, volume-1, page 8, extent-7: 17 ranges of bytes 0 to 135168, 69632 bytes in all: why",
                "pool slow, volume-1, page 8, extent-7: bytes 5 to 11: else"), LostRanges.lines(ranges));
    }
}
