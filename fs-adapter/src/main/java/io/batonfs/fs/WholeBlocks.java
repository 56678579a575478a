package io.batonfs.fs;

import io.batonfs.client.BatonClient.ByteLocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.BlockLocation;

/**
 * Tells where bytes are in the blocks that Hadoop's schedulers think in. Baton cuts pages; a block of the stored size
 * names every host that holds a part of it, the host with the most bytes first.
 */
final class WholeBlocks {
    private WholeBlocks() {
    }

    /**
     * The blocks that a range touches, whole.
     *
     * @param fileBytes  length of the file
     * @param blockBytes stored block size; less than 1 means one block
     * @param start      first byte of the range, from 0
     * @param length     bytes of the range, at least 1, with {@code start < fileBytes}
     * @param locations  where the bytes of at least the touched blocks are
     */
    static BlockLocation[] of(long fileBytes, long blockBytes, long start, long length, List<ByteLocation> locations) {
        long size = blockBytes < 1 ? fileBytes : blockBytes;
        List<BlockLocation> blocks = new ArrayList<>();
        long end = length > fileBytes - start ? fileBytes : start + length;
        for (long offset = start - start % size; offset < end; offset += size) {
            long blockLength = Math.min(size, fileBytes - offset);
            String[] hosts = hostsOf(offset, blockLength, locations);
            blocks.add(new BlockLocation(hosts, hosts, offset, blockLength));
        }
        return blocks.toArray(new BlockLocation[0]);
    }

    private static String[] hostsOf(long offset, long length, List<ByteLocation> locations) {
        Map<String, Long> bytesByHost = new LinkedHashMap<>();
        for (ByteLocation location : locations) {
            long overlap = Math.min(offset + length, location.offset() + location.lengthBytes())
                    - Math.max(offset, location.offset());
            if (overlap > 0) {
                location.hosts().forEach(host -> bytesByHost.merge(host, overlap, Long::sum));
            }
        }
        return bytesByHost.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(Map.Entry::getKey)
                .toArray(String[]::new);
    }
}
