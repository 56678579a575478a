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
    private final long blockBytes;
    private final long fileBytes;
    private final long offset;
    private final long end;

    /**
     * The blocks that a range touches.
     *
     * @param fileBytes  length of the file
     * @param blockBytes stored block size; less than 1 means one block
     * @param start      first byte of the range, from 0, below {@code fileBytes}
     * @param length     bytes of the range, at least 1; it may go past the end
     */
    WholeBlocks(long fileBytes, long blockBytes, long start, long length) {
        this.fileBytes = fileBytes;
        this.blockBytes = blockBytes < 1 ? fileBytes : blockBytes;
        this.offset = start - start % this.blockBytes;
        long endOfRange = length > fileBytes - start ? fileBytes : start + length;
        long intoLastBlock = (endOfRange - 1) % this.blockBytes + 1;
        this.end = Math.min(fileBytes - endOfRange, this.blockBytes - intoLastBlock) + endOfRange;
    }

    /** First byte of the first block. */
    long offset() {
        return offset;
    }

    /** Bytes of all the blocks; the file's last one may be short. */
    long lengthBytes() {
        return end - offset;
    }

    /**
     * The blocks with their hosts.
     *
     * @param locations where the bytes of all these blocks are
     */
    BlockLocation[] at(List<ByteLocation> locations) {
        List<BlockLocation> blocks = new ArrayList<>();
        for (long next = offset; next < end; next += blockBytes) {
            long length = Math.min(blockBytes, fileBytes - next);
            String[] hosts = hostsOf(next, length, locations);
            blocks.add(new BlockLocation(hosts, hosts, next, length));
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
