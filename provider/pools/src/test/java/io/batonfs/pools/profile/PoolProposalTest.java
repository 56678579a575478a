package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.PowerSwitch;
import io.batonfs.pools.RecordingBlockDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pools are proposed for which devices, as tables. */
class PoolProposalTest {

    /**
     * A device's regions from a text like {@code "40:200 60:100"}: 40 thousand blocks at 200 MB/s, then 60 thousand at
     * 100; {@code x} for those that can't be read. Classes are of no meaning here.
     */
    private static PoolProposal.Device device(String text) {
        List<Region> regions = new ArrayList<>();
        long start = 0;
        for (String part : text.split(" ")) {
            String[] fields = part.split(":");
            long end = start + Long.parseLong(fields[0]) * 1000;
            if (fields[1].equals("x")) {
                regions.add(new Region(start, end, Region.UNREADABLE, Map.of()));
            } else {
                double rate = Double.parseDouble(fields[1]) * 1e6;
                regions.add(new Region(start, end, 'A', Map.of(
                        ProbeKind.SEQUENTIAL_READ, new Figure(rate, rate / 1e6, 9),
                        ProbeKind.RANDOM_READ, new Figure(rate / 100, rate / 4e5, 9))));
            }
            start = end;
        }
        return new PoolProposal.Device(text, regions);
    }

    private static String pools(PoolProposal proposal) {
        assertEquals(PoolProposal.SHARES, proposal.pools().stream().mapToInt(pool -> pool.share()).sum());
        return proposal.pools().stream().map(pool -> pool.name() + " " + pool.level() + " " + pool.share())
                .collect(Collectors.joining(", "));
    }

    private static PoolProposal propose(int count, String text) {
        return PoolProposal.of(Collections.nCopies(count, device(text)));
    }

    /** The seed's example: RAID 10 on the fast ranges, RAID 5 on the middle, RAID 50 on the slow. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1|'fast RAID_0 40, capacity RAID_0 30, slow RAID_0 30'",
        "2|'fast RAID_1 40, capacity RAID_1 30, slow RAID_1 30'",
        "3|'fast RAID_5 40, capacity RAID_5 30, slow RAID_5 30'",
        "4|'fast RAID_10 40, capacity RAID_5 30, slow RAID_5 30'",
        "5|'fast RAID_5 40, capacity RAID_5 30, slow RAID_5 30'",
        "6|'fast RAID_10 40, capacity RAID_5 30, slow RAID_50 30'",
        "7|'fast RAID_5 40, capacity RAID_5 30, slow RAID_5 30'",
        "8|'fast RAID_10 40, capacity RAID_5 30, slow RAID_50 30'",
        "9|'fast RAID_5 40, capacity RAID_5 30, slow RAID_50 30'"})
    void levelsByTheNumberOfDevices(int devices, String expected) {
        PoolProposal proposal = propose(devices, "40:200 30:150 30:100");
        assertEquals(expected, pools(proposal));
        assertEquals(devices == 6 || devices == 8, proposal.notes().isEmpty(), proposal.notes().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // All alike: two levels all the same, and so if the differences are small.
        "100:200|fast RAID_10 50, capacity RAID_5 50",
        "50:200 50:190|fast RAID_10 50, capacity RAID_5 50",
        // Two speeds.
        "83:2000 17:700|fast RAID_10 83, capacity RAID_5 17",
        // Eight zones of a spindle are three tiers; 200, 181 / 164, 149, 135 / 122, 110, 100.
        "16:200 15:181 14:164 13:149 12:135 11:122 10:110 9:100|"
            + "fast RAID_10 31, capacity RAID_5 39, slow RAID_50 30",
        // The order of places stays; a tier may have several pools.
        "20:100 60:200 20:101|capacity RAID_5 20, fast RAID_10 60, capacity-2 RAID_5 20",
        "50:100 50:200|capacity RAID_5 50, fast RAID_10 50",
        // A sliver goes to the neighbour that is nearest in speed.
        "50:200 1:100 49:150|fast RAID_10 50, capacity RAID_5 50",
        "1:100 99:200|fast RAID_10 50, capacity RAID_5 50"})
    void rangesOfSixDevicesThatAreAlike(String regions, String expected) {
        assertEquals(expected, pools(propose(6, regions)));
    }

    @Test
    void aStripeIsAsFastAsTheSlowestDevice() {
        List<PoolProposal.Device> devices = new ArrayList<>(Collections.nCopies(5, device("60:200 40:100")));
        devices.add(device("30:200 70:100"));
        assertEquals("fast RAID_10 30, capacity RAID_5 70", pools(PoolProposal.of(devices)));
    }

    @Test
    void theSmallestDeviceLimitsTheOthers() {
        PoolProposal proposal = PoolProposal.of(
                List.of(device("80:200 120:100"), device("100:200"), device("100:200"), device("100:200")));
        assertEquals("fast RAID_10 80, capacity RAID_5 20", pools(proposal));
        assertTrue(proposal.notes().get(0).contains("100000 blocks"), proposal.notes().toString());
    }

    @Test
    void unreadableRangesAreNamed() {
        List<PoolProposal.Device> devices = new ArrayList<>(Collections.nCopies(5, device("50:200 50:100")));
        devices.add(device("10:x 40:200 40:100 10:x"));
        PoolProposal proposal = PoolProposal.of(devices);
        assertEquals("fast RAID_10 50, capacity RAID_5 50", pools(proposal));
        assertEquals(2, proposal.notes().size());
        assertTrue(proposal.notes().get(0).contains("blocks 0 to 9999: replace it"), proposal.notes().toString());
        assertEquals("fast RAID_10 50, capacity RAID_5 50", pools(propose(6, "100:x")));
        assertEquals("capacity RAID_5 50, fast RAID_10 50", pools(propose(6, "10:x 40:100 50:200")));
    }

    @Test
    void noMorePoolsThanASuperblockHasRoomFor() {
        String stripes = Stream.generate(() -> "3:200 3:100").limit(17).collect(Collectors.joining(" "));
        PoolProposal proposal = propose(6, stripes);
        assertTrue(proposal.pools().size() <= 16, pools(proposal));
        new StorageSetConfig(proposal.pools());
    }

    @Test
    void devicesThatCannotBeASet() {
        assertThrows(IllegalArgumentException.class, () -> PoolProposal.of(List.of()));
        assertThrows(IllegalArgumentException.class, () -> propose(65, "100:200"));
        assertThrows(IllegalArgumentException.class, () -> new PoolProposal.Device("d", List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> new PoolProposal.Device("d", List.of(new Region(0, 9, 'A', Map.of()))));
    }

    /** Whatever is proposed can be formatted, with its borders where they were measured. */
    @ParameterizedTest
    @CsvSource({"1", "2", "4", "5", "6"})
    void whatIsProposedCanBeFormatted(int count) throws Exception {
        PoolProposal proposal = propose(count, "40:200 30:150 30:100");
        List<BlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            devices.add(new RecordingBlockDevice("d" + i, 6 << 20, new PowerSwitch()));
        }
        GroupId group = new GroupId(new UUID(1, 2));
        StorageSet.format(new StorageSetConfig(proposal.pools()), devices, group, new ServerId(1), new Random(1));
        try (StorageSet set = StorageSet.open(devices, group, new ServerId(1))) {
            assertEquals(proposal.pools().stream().map(pool -> pool.name() + pool.level()).toList(),
                    set.pools().stream().map(pool -> pool.name() + pool.level()).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void notesAreOfPoolsThatAreProposed(int devices) {
        PoolProposal proposal = propose(devices, "100:200");
        for (String note : proposal.notes()) {
            assertTrue(proposal.pools().stream().anyMatch(pool -> note.startsWith("pool " + pool.name() + " ")), note);
        }
        assertEquals(devices < 3 ? 1 : 0, proposal.notes().size(), proposal.notes().toString());
    }
}
