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
        BlockLocation[] blocks = WholeBlocks.of(250, 100, 0, 250, LOCATIONS);

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

        assertArrayEquals(new String[] {"much", "little"}, WholeBlocks.of(100, 100, 0, 1, locations)[0].getHosts());
    }

    @Test
    void aRangeGivesTheBlocksThatItTouches() {
        BlockLocation[] blocks = WholeBlocks.of(250, 100, 150, 60, LOCATIONS);

        assertEquals(2, blocks.length);
        assertEquals(100, blocks[0].getOffset());
        assertEquals(100, blocks[0].getLength());
        assertEquals(200, blocks[1].getOffset());
    }

    @Test
    void aRangePastTheEndStopsThere() {
        assertEquals(1, WholeBlocks.of(250, 100, 249, Long.MAX_VALUE, LOCATIONS).length);
    }

    @Test
    void withoutABlockSizeAFileIsOneBlock() {
        assertEquals(250, WholeBlocks.of(250, 0, 100, 1, LOCATIONS)[0].getLength());
    }
}
