package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.client.BatonClient.ByteLocation;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.BlockLocation;
import org.junit.jupiter.api.Test;

class WholeBlocksTest {
    private static final List<ByteLocation> LOCATIONS = List.of(
            new ByteLocation(0, 60, List.of("one", "mirror")),
            new ByteLocation(60, 190, List.of("two")));

    @Test
    void cutsTheFileIntoWholeBlocks() throws IOException {
        BlockLocation[] blocks = new WholeBlocks(250, 100, 0, 250).at(LOCATIONS);

        assertEquals(3, blocks.length);
        assertEquals(200, blocks[2].getOffset());
        assertEquals(50, blocks[2].getLength());
        assertArrayEquals(new String[] {"one", "mirror", "two"}, blocks[0].getHosts());
        assertArrayEquals(new String[] {"two"}, blocks[1].getHosts());
    }

    @Test
    void theHostWithTheMostBytesComesFirst() throws IOException {
        List<ByteLocation> locations = List.of(
                new ByteLocation(0, 10, List.of("little")), new ByteLocation(10, 90, List.of("much")));

        assertArrayEquals(new String[] {"much", "little"}, new WholeBlocks(100, 100, 0, 1).at(locations)[0].getHosts());
    }

    @Test
    void aRangeGivesTheBlocksThatItTouches() {
        BlockLocation[] blocks = new WholeBlocks(250, 100, 150, 60).at(LOCATIONS);

        assertEquals(2, blocks.length);
        assertEquals(100, blocks[0].getOffset());
        assertEquals(100, blocks[0].getLength());
        assertEquals(200, blocks[1].getOffset());
    }

    @Test
    void aRangePastTheEndStopsThere() {
        assertEquals(1, new WholeBlocks(250, 100, 249, Long.MAX_VALUE).at(LOCATIONS).length);
    }

    @Test
    void asksOnlyForTheBlocksThatItNeeds() {
        WholeBlocks blocks = new WholeBlocks(250, 100, 120, 10);
        assertEquals(100, blocks.offset());
        assertEquals(100, blocks.lengthBytes());
        assertEquals(50, new WholeBlocks(250, 100, 200, 1).lengthBytes());
        assertEquals(100, new WholeBlocks(250, 100, 0, 100).lengthBytes());
        assertEquals(Long.MAX_VALUE - 1,
                new WholeBlocks(Long.MAX_VALUE - 1, Long.MAX_VALUE, 5, Long.MAX_VALUE).lengthBytes());
    }

    @Test
    void withoutABlockSizeAFileIsOneBlock() {
        assertEquals(250, new WholeBlocks(250, 0, 100, 1).at(LOCATIONS)[0].getLength());
    }
}
