package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.StorageSetConfig;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolSettingsTest {
    private static final String KEY = "baton.server.pools";
    private static final String DEVICES_KEY = "baton.server.devices";

    @Test
    void theDefaultIsThatOfThePools() {
        List<PoolConfig> read = PoolSettings.parse(KEY, PoolSettings.DEFAULT).pools();
        assertEquals(StorageSetConfig.DEFAULT.pools().size(), read.size());
        for (int i = 0; i < read.size(); i++) {
            PoolConfig usual = StorageSetConfig.DEFAULT.pools().get(i);
            assertEquals(PoolConfig.of(usual.name(), usual.level(), 50), read.get(i));
        }
        assertEquals(Optional.empty(),
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", DEVICES_KEY, 4).misfit());
    }

    @Test
    void everyAttributeIsTaken() {
        StorageSetConfig read = PoolSettings.parse(KEY,
                " scratch   share=10 level=0;wide level=50 share=60 spans=3 unit=8192 segments=2000 ;\n"
                        + " safe-2.x level=6 share=30 unit=4096");
        PoolConfig wide = PoolConfig.of("wide", RaidLevel.RAID_50, 60);
        assertEquals(List.of(PoolConfig.of("scratch", RaidLevel.RAID_0, 10),
                new PoolConfig("wide", RaidLevel.RAID_50, 3, 60, 2, wide.metadataCopies(), 2010,
                        wide.journalBytes()), PoolConfig.of("safe-2.x", RaidLevel.RAID_6, 30)), read.pools());
        assertEquals("scratch level=0 share=10; wide level=50 share=60 spans=3 unit=8192 segments=2010; safe-2.x level=6 share=30",
                PoolSettings.text(read, 9));
    }

    /** What is compared with what the devices say must be the same for the same layout. */
    @Test
    void theTextSaysTheSameAgain() {
        StorageSetConfig without = PoolSettings.parse(KEY, "wide level=50 share=100");
        StorageSetConfig with = PoolSettings.parse(KEY, "wide level=50 share=100 spans=2 unit=4096");
        assertEquals(PoolSettings.text(with, 6), PoolSettings.text(without, 6));
        assertEquals("wide level=50 share=100 spans=3", PoolSettings.text(without, 9));
        assertEquals(with, PoolSettings.parse(KEY, PoolSettings.text(without, 6)));
        StorageSetConfig slots = PoolSettings.parse(KEY, "wide level=5 share=100 segments=1999");
        assertEquals("wide level=5 share=100 segments=2010", PoolSettings.text(slots, 6), "whole pages");
        assertEquals(slots, PoolSettings.parse(KEY, PoolSettings.text(slots, 6)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''                                          | begin with a pool's name",
        "fast level=10 share=100;                    | begin with a pool's name",
        "a:b level=10 share=100                      | begin with a pool's name",
        "aaaaaaaaaabbbbbbbbbbccccccccccddd level=5 share=100 | begin with a pool's name",
        "fast level=7 share=100                      | there is no RAID level 7; choose one of [0, 1, 10, 5, 50, 6]",
        "fast level=-1 share=100                     | there is no RAID level -1",
        "fast level=ten share=100                    | pool fast: level=ten is no whole number",
        "fast level=10                               | pool fast: it has no share=",
        "fast share=100                              | pool fast: it has no level=",
        "fast level=10 share=0                       | 1 to 100 percent of each device, not 0",
        "fast level=10 share=101                     | 1 to 100 percent of each device, not 101",
        "fast level=10 share=60; slow level=5 share=50 | the shares are 110 % together; make them 100",
        "fast level=10 share=60; slow level=5 share=30 | the shares are 90 % together; make them 100",
        "fast level=10 share=50; FAST level=5 share=50 | pool FAST: another one has that name",
        "fast level=10 share=100 spans=2             | only level 50 has spans",
        "fast level=50 share=100 spans=1             | two at least",
        "fast level=10 share=100 spans=0             | only level 50 has spans",
        "fast level=5 share=100 unit=5000            | unit=5000 is no multiple of 4096",
        "fast level=5 share=100 unit=0               | unit=0 is no multiple of 4096",
        "fast level=5 share=100 unit=2097152         | unit=2097152 is no multiple of 4096 from there to 1048576",
        "fast level=5 share=100 segments=1023        | segments=1023 is not from 1024 to 67108860",
        "fast level=5 share=100 segments=67108861    | segments=67108861 is not from 1024 to 67108860",
        "fast level=5 share=100 share=100            | share is there twice",
        "fast level=5 share=100 speed=9              | \"speed=9\" is none of",
        "fast level=5 share                          | \"share\" is none of",
    })
    void whatIsWrongIsSaidWithKeyAndValue(String text, String why) {
        String message = assertThrows(IllegalArgumentException.class, () -> PoolSettings.parse(KEY, text)).getMessage();
        assertTrue(message.startsWith(KEY + " = \"" + text + "\": "), message);
        assertTrue(message.contains(why), message);
    }

    @Test
    void seventeenPoolsAreTooMany() {
        String text = String.join("; ", IntStream.range(0, 17).mapToObj(i -> "p" + i + " level=5 share="
                + (i == 0 ? 20 : 5)).toList());
        String message = assertThrows(IllegalArgumentException.class, () -> PoolSettings.parse(KEY, text)).getMessage();
        assertTrue(message.contains("1 to 16 pools, not 17"), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "level=0          | 1            | 0    | a device",
        "level=1          | 2,3,4        | 1    | two devices at least",
        "level=10         | 4,6,8,64     | 2,3,5,63 | an even number of devices, four at least",
        "level=5          | 3,4,5,64     | 1,2  | three devices at least",
        "level=50         | 6,8,9,10,12  | 4,5,7,11 | devices that can be dealt to equal spans of three or more",
        "level=50 spans=3 | 9,12         | 6,8,10 | devices that can be dealt to 3 equal spans of three or more",
        "level=6          | 4,5,64       | 3    | four devices at least",
    })
    void levelsTakeTheDevicesThatTheyTake(String attributes, String enough, String notEnough, String need) {
        // As it stands there, and not as it would be written again.
        String text = "usual level=0 share=10;p share=90  " + attributes;
        StorageSetConfig pools = PoolSettings.parse(KEY, text);
        for (String count : enough.split(",")) {
            assertEquals(Optional.empty(),
                    PoolSettings.misfit(KEY, text, pools, DEVICES_KEY, Integer.parseInt(count)));
        }
        for (String count : notEnough.split(",")) {
            String message = PoolSettings.misfit(KEY, text, pools, DEVICES_KEY, Integer.parseInt(count)).orElseThrow();
            assertTrue(message.startsWith(KEY + " = \"" + text + "\": ") && message.contains(need)
                    && message.contains("has " + count + " (" + DEVICES_KEY + ")"), message);
        }
    }
}
