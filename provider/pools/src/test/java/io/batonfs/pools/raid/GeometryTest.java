package io.batonfs.pools.raid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The drawings of the geometries' class comments, as tables. */
class GeometryTest {

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,0,1", "2,2,0", "3,2,1", "4,0,2", "5,0,3", "6,2,2", "7,2,3"})
    void raid10(long block, int device, long deviceBlock) {
        MirroredStripes geometry = new MirroredStripes(4, 2, 2);
        assertEquals(device, geometry.device(block));
        assertEquals(device + 1, geometry.device(block, 1));
        assertEquals(deviceBlock, geometry.deviceBlock(block));
        assertEquals(2 - block % 2, geometry.contiguous(block));
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,1,0", "2,2,0", "3,3,1", "4,0,1", "5,1,1", "6,2,2", "7,3,2", "8,0,2", "9,1,3", "10,2,3",
        "11,3,3", "12,0,4", "13,1,4", "14,2,4"})
    void raid5(long block, int device, long deviceBlock) {
        RotatingParity geometry = new RotatingParity(4, 1);
        assertEquals(device, geometry.device(block));
        assertEquals(deviceBlock, geometry.deviceBlock(block));
    }

    @Test
    void parityMovesToTheLeft() {
        RotatingParity geometry = new RotatingParity(4, 1);
        assertEquals(List.of(3, 2, 1, 0, 3),
                List.of(0L, 1L, 2L, 3L, 4L).stream().map(geometry::parityDevice).toList());
    }

    @Test
    void raid5WithAWideUnit() {
        RotatingParity geometry = new RotatingParity(3, 4);
        assertEquals(8, geometry.rowBlocks());
        // Row 1: parity on device 1, data units on devices 2 and 0.
        assertEquals(2, geometry.device(8));
        assertEquals(0, geometry.device(12));
        assertEquals(4, geometry.deviceBlock(8));
        assertEquals(7, geometry.deviceBlock(15));
        assertEquals(3, geometry.contiguous(9));
        assertEquals(2, geometry.rows(11));
    }

    @Test
    void raid0AndRaid1AreMirroredStripesToo() {
        MirroredStripes raid0 = new MirroredStripes(3, 1, 1);
        assertEquals(List.of(0, 1, 2, 0), List.of(raid0.device(0), raid0.device(1), raid0.device(2), raid0.device(3)));
        assertEquals(30, raid0.rows(10));
        assertFalse(raid0.survives(1));
        MirroredStripes raid1 = new MirroredStripes(3, 3, 1);
        assertEquals(List.of(0, 1, 2), List.of(raid1.device(5, 0), raid1.device(5, 1), raid1.device(5, 2)));
        assertEquals(10, raid1.rows(10));
        assertTrue(raid1.survives(0b110));
        assertFalse(raid1.survives(0b111));
    }

    @Test
    void whatSurvives() {
        MirroredStripes raid10 = new MirroredStripes(4, 2, 1);
        assertTrue(raid10.survives(0));
        assertTrue(raid10.survives(0b1001));
        assertFalse(raid10.survives(0b0011));
        assertFalse(raid10.survives(0b1110));
        RotatingParity raid5 = new RotatingParity(4, 1);
        assertTrue(raid5.survives(0b0100));
        assertFalse(raid5.survives(0b0101));
    }

    @Test
    void noTwoBlocksShareAPlaceAndNoneLiesOutside() {
        Geometry[] geometries = {new MirroredStripes(4, 2, 3), new MirroredStripes(6, 2, 1), new MirroredStripes(5, 1, 2),
            new RotatingParity(3, 1), new RotatingParity(5, 3), new RotatingParity(8, 2)};
        for (Geometry geometry : geometries) {
            int deviceBlocks = 100;
            long blocks = geometry.rows(deviceBlocks) * geometry.rowBlocks();
            Set<List<Long>> places = new HashSet<>();
            for (long block = 0; block < blocks; block++) {
                long at = geometry.deviceBlock(block);
                assertTrue(at >= 0 && at < deviceBlocks, geometry + " " + block);
                assertTrue(places.add(List.of((long) geometry.device(block), at)), geometry + " " + block);
                for (int next = 1; next < geometry.contiguous(block) && block + next < blocks; next++) {
                    assertEquals(geometry.device(block), geometry.device(block + next));
                    assertEquals(at + next, geometry.deviceBlock(block + next));
                }
            }
        }
    }

    @Test
    void impossibleShapesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MirroredStripes(3, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> new MirroredStripes(4, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> new RotatingParity(2, 1));
        assertThrows(IllegalArgumentException.class, () -> new RotatingParity(4, 0));
    }
}
