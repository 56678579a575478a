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
    private static final RotatingParity[] PARITY = {RotatingParity.raid5(3, 1), RotatingParity.raid5(5, 3),
        RotatingParity.raid6(4, 1), RotatingParity.raid6(5, 2), RotatingParity.raid6(8, 1), RotatingParity.raid50(6, 2, 1),
        RotatingParity.raid50(9, 3, 2), RotatingParity.raid50(8, 2, 1)};

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
        RotatingParity geometry = RotatingParity.raid5(4, 1);
        assertEquals(device, geometry.device(block));
        assertEquals(deviceBlock, geometry.deviceBlock(block));
    }

    @Test
    void parityMovesToTheLeft() {
        RotatingParity geometry = RotatingParity.raid5(4, 1);
        assertEquals(List.of(3, 2, 1, 0, 3),
                List.of(0L, 1L, 2L, 3L, 4L).stream().map(row -> geometry.memberDevice(row, 3)).toList());
    }

    @ParameterizedTest
    @CsvSource({"0,1,0", "1,2,0", "2,3,0", "3,0,1", "4,1,1", "5,2,1", "6,4,2", "7,0,2", "8,1,2", "9,3,3", "10,4,3",
        "11,0,3", "12,2,4", "13,3,4", "14,4,4", "15,1,5", "16,2,5", "17,3,5"})
    void raid6(long block, int device, long deviceBlock) {
        RotatingParity geometry = RotatingParity.raid6(5, 1);
        assertEquals(device, geometry.device(block));
        assertEquals(deviceBlock, geometry.deviceBlock(block));
    }

    @ParameterizedTest
    @CsvSource({"0,4,0", "1,3,4", "2,2,3", "3,1,2", "4,0,1", "5,4,0"})
    void qStandsAfterP(long row, int p, int q) {
        RotatingParity geometry = RotatingParity.raid6(5, 1);
        assertEquals(p, geometry.memberDevice(row, 3));
        assertEquals(q, geometry.memberDevice(row, 4));
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,1,0", "2,3,0", "3,4,0", "4,2,1", "5,0,1", "6,5,1", "7,3,1", "8,1,2", "9,2,2", "10,4,2",
        "11,5,2", "12,0,3", "13,1,3", "14,3,3", "15,4,3"})
    void raid50(long block, int device, long deviceBlock) {
        RotatingParity geometry = RotatingParity.raid50(6, 2, 1);
        assertEquals(device, geometry.device(block));
        assertEquals(deviceBlock, geometry.deviceBlock(block));
    }

    @Test
    void raid50ParityMovesToTheLeftInEachSpan() {
        RotatingParity geometry = RotatingParity.raid50(6, 2, 1);
        assertEquals(List.of(2, 5, 1, 4, 0, 3, 2, 5), List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L).stream()
                .map(row -> geometry.memberDevice(row, 2)).toList());
    }

    @Test
    void raid50WithAWideUnit() {
        RotatingParity geometry = RotatingParity.raid50(9, 3, 4);
        assertEquals(8, geometry.rowBlocks());
        // Row 4: the second of span 1, parity on device 4, data units on devices 5 and 3.
        assertEquals(4, geometry.memberDevice(4, 2));
        assertEquals(5, geometry.device(32));
        assertEquals(3, geometry.device(36));
        assertEquals(4, geometry.deviceBlock(32));
        assertEquals(7, geometry.deviceBlock(39));
        assertEquals(6, geometry.rows(11));
    }

    @Test
    void fewestSpans() {
        assertEquals(List.of(0, 0, 2, 0, 2, 3, 2, 0, 2, 3, 2),
                List.of(4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 64).stream().map(RotatingParity::fewestSpans).toList());
    }

    @Test
    void raid5WithAWideUnit() {
        RotatingParity geometry = RotatingParity.raid5(3, 4);
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
        RotatingParity raid5 = RotatingParity.raid5(4, 1);
        assertTrue(raid5.survives(0b0100));
        assertFalse(raid5.survives(0b0101));
    }

    @Test
    void noTwoBlocksShareAPlaceAndNoneLiesOutside() {
        Geometry[] geometries = {new MirroredStripes(4, 2, 3), new MirroredStripes(6, 2, 1), new MirroredStripes(5, 1, 2),
            RotatingParity.raid5(3, 1), RotatingParity.raid5(5, 3), RotatingParity.raid5(8, 2), RotatingParity.raid6(4, 1),
            RotatingParity.raid6(7, 3), RotatingParity.raid50(6, 2, 1), RotatingParity.raid50(12, 3, 2)};
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

    /** One row after another, as its members say: each on a device of its own, none twice, data where the blocks are. */
    @Test
    void membersOfARowLieOnDistinctDevicesAndNoPlaceIsTakenTwice() {
        for (RotatingParity geometry : PARITY) {
            Set<List<Long>> places = new HashSet<>();
            long rows = 3L * geometry.devices() * geometry.spans();
            for (long row = 0; row < rows; row++) {
                long at = geometry.rowDeviceBlock(row);
                Set<Integer> devices = new HashSet<>();
                for (int member = 0; member < geometry.spanDevices(); member++) {
                    int device = geometry.memberDevice(row, member);
                    assertTrue(devices.add(device), geometry + " row " + row);
                    assertEquals(member, geometry.member(row, device), geometry + " row " + row);
                    for (int i = 0; i < geometry.unitBlocks(); i++) {
                        assertTrue(places.add(List.of((long) device, at + i)), geometry + " row " + row);
                        if (member < geometry.dataUnits()) {
                            long block = row * geometry.rowBlocks() + (long) member * geometry.unitBlocks() + i;
                            assertEquals(device, geometry.device(block));
                            assertEquals(at + i, geometry.deviceBlock(block));
                        }
                    }
                }
            }
            assertEquals(rows * geometry.spanDevices() * geometry.unitBlocks(), places.size());
            assertEquals(rows, geometry.rows(rows / geometry.spans() * geometry.unitBlocks()), "no space is left over");
        }
    }

    /** Over all sets of devices: a block can be had from its device, or from a row that lacks no more than it has parities. */
    @Test
    void survivesSaysWhetherEveryBlockCanBeHad() {
        for (RotatingParity geometry : PARITY) {
            for (long out = 0; out < 1L << geometry.devices(); out++) {
                assertEquals(everyBlockCanBeHad(geometry, out), geometry.survives(out), geometry + " without " + out);
            }
        }
    }

    private static boolean everyBlockCanBeHad(RotatingParity geometry, long out) {
        for (long row = 0; row < (long) geometry.devices() * geometry.spans(); row++) {
            int absent = 0;
            boolean dataAbsent = false;
            for (int member = 0; member < geometry.spanDevices(); member++) {
                boolean isOut = (out & 1L << geometry.memberDevice(row, member)) != 0;
                absent += isOut ? 1 : 0;
                dataAbsent |= isOut && member < geometry.dataUnits();
            }
            if (dataAbsent && absent > geometry.parities()) {
                return false;
            }
        }
        return true;
    }

    @Test
    void survivesWithSixtyFourDevices() {
        RotatingParity raid6 = RotatingParity.raid6(64, 1);
        assertTrue(raid6.survives(1L << 63 | 1));
        assertFalse(raid6.survives(1L << 63 | 3));
        RotatingParity raid50 = RotatingParity.raid50(64, 2, 1);
        assertTrue(raid50.survives(1L << 63 | 1));
        assertFalse(raid50.survives(1L << 63 | 1L << 32));
    }

    @Test
    void impossibleShapesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MirroredStripes(3, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> new MirroredStripes(4, 2, 0));
        assertThrows(IllegalArgumentException.class, () -> RotatingParity.raid5(2, 1));
        assertThrows(IllegalArgumentException.class, () -> RotatingParity.raid5(4, 0));
        assertThrows(IllegalArgumentException.class, () -> RotatingParity.raid6(3, 1));
        assertThrows(IllegalArgumentException.class, () -> RotatingParity.raid6(65, 1));
        assertThrows(IllegalArgumentException.class, () -> RotatingParity.raid50(7, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> RotatingParity.raid50(4, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> RotatingParity.raid50(6, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new RotatingParity(8, 1, 3, 1));
    }
}
