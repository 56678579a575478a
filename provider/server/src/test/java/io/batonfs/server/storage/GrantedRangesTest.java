package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Slice;
import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GrantedRangesTest {
    private static final PageGeometry GEOMETRY = new PageGeometry(512, 2);
    private static final int PAGE = 1024;
    private static final Extent EXTENT = extent(1, 4, 2);

    private static Extent extent(int number, long firstPage, int pages) {
        return new Extent(ExtentId.of(0, number), new PageRun(VolumeId.of(0, 1), firstPage, pages), Epoch.FIRST, true);
    }

    @Test
    void anExtentIsGrantedToItsLastByteAndNoFurther() {
        GrantedRanges ranges = GrantedRanges.ofExtent(GEOMETRY, EXTENT);
        assertTrue(ranges.coversWithinPage(4 * PAGE, PAGE));
        assertTrue(ranges.coversWithinPage(6 * PAGE - 1, 1));
        assertFalse(ranges.coversWithinPage(5 * PAGE - 1, 2), "two pages");
        assertTrue(ranges.covers(5 * PAGE - 1, 2));
        assertFalse(ranges.covers(6 * PAGE - 1, 2));
        assertFalse(ranges.covers(4 * PAGE - 1, 2));
    }

    @Test
    void numbersThatOverflowOrAreNegativeAreNotGranted() {
        GrantedRanges ranges = GrantedRanges.ofExtent(GEOMETRY, EXTENT);
        for (long address : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, -4 * PAGE}) {
            assertFalse(ranges.covers(address, 1), "at " + address);
            assertFalse(ranges.coversWithinPage(address, 1), "at " + address);
        }
        for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertFalse(ranges.covers(4 * PAGE, length), length + " bytes");
        }
        assertFalse(ranges.coversWithinPage(4 * PAGE, -1));
        assertFalse(ranges.coversWithinPage(4 * PAGE, Integer.MAX_VALUE));
    }

    @Test
    void slicesInAnyOrderGrantExactlyTheirBytes() {
        long seed = Long.getLong("baton.seed", 20261121L);
        Random random = new Random(seed);
        List<Extent> extents = List.of(EXTENT, extent(2, 6, 1), extent(3, 9, 3));
        for (int round = 0; round < 200; round++) {
            List<Slice> slices = new ArrayList<>();
            BitSet granted = new BitSet();
            for (int n = 1 + random.nextInt(8); n > 0; n--) {
                Extent extent = extents.get(random.nextInt(extents.size()));
                int bytes = extent.pages().pages() * PAGE;
                int offset = random.nextInt(bytes);
                int length = 1 + random.nextInt(bytes - offset);
                slices.add(new Slice(extent.id(), offset, length, OptionalInt.empty()));
                int start = (int) extent.pages().firstPage() * PAGE + offset;
                granted.set(start, start + length);
            }
            GrantedRanges ranges = GrantedRanges.ofSlices(GEOMETRY, slices, extents);
            for (int ask = 0; ask < 500; ask++) {
                int address = random.nextInt(13 * PAGE);
                int length = 1 + random.nextInt(PAGE);
                boolean all = granted.nextClearBit(address) >= address + length;
                assertEquals(all, ranges.covers(address, length),
                        () -> "seed " + seed + ": " + length + " bytes at " + address + " of " + slices);
                assertEquals(all && address / PAGE == (address + length - 1) / PAGE,
                        ranges.coversWithinPage(address, length));
            }
        }
    }
}
