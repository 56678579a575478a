package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KnownDamageTest {
    private static LostRange range(String pool, long page, int offset, int lengthBytes, String reason) {
        return new LostRange(pool, new SegmentIdentity(
                new GroupId(new UUID(1, 2)), VolumeId.of(0, 1), page, ExtentId.of(0, 5)), offset, lengthBytes, reason);
    }

    @Test
    void noByteIsToldTwice() {
        assertEquals(List.of(range("a", 1, 0, 10, "x"), range("a", 1, 10, 10, "y"), range("a", 1, 20, 5, "z"),
                        range("a", 1, 30, 1, "x"), range("a", 2, 0, 10, "y"), range("b", 1, 5, 10, "y")),
                KnownDamage.disjoint(List.of(range("b", 1, 5, 10, "y"), range("a", 1, 0, 10, "x"), range("a", 2, 0, 10, "y"),
                        range("a", 1, 5, 15, "y"), range("a", 1, 0, 10, "z"), range("a", 1, 8, 7, "w"),
                        range("a", 1, 15, 10, "z"), range("a", 1, 30, 1, "x"))));
        assertEquals(List.of(), KnownDamage.disjoint(List.of()));
    }

    @Test
    void eachSegmentIsToldApart() {
        LostRange one = new LostRange("a", range("a", 1, 0, 1, "").identity(), 0, 10, "x", Optional.of(new SegmentId(7)));
        LostRange other = new LostRange("a", one.identity(), 0, 10, "y", Optional.of(new SegmentId(8)));
        assertEquals(List.of(one, one.with(10, 5, "z"), other), KnownDamage.disjoint(List.of(other, one, one.with(5, 10, "z"))));
    }
}
