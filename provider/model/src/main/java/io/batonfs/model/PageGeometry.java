package io.batonfs.model;

/**
 * How a volume's address space is cut: blocks, the unit of checksums, and pages, the unit of routing (ROUTE-2). Both
 * are powers of two; the default page is 8192 blocks of 4 KiB, 32 MiB.
 *
 * @param blockBytes    bytes of a block, a power of two from 512 to 65536
 * @param blocksPerPage blocks of a page, a power of two from 1 to 2^20
 */
public record PageGeometry(int blockBytes, int blocksPerPage) {

    /** 8192 blocks of 4 KiB. */
    public static final PageGeometry DEFAULT = new PageGeometry(4096, 8192);

    /** Checks the ranges. */
    public PageGeometry {
        if (Integer.bitCount(blockBytes) != 1 || blockBytes < 512 || blockBytes > 65536) {
            throw new IllegalArgumentException("block size " + blockBytes + " is not a power of two in 512..65536");
        }
        if (Integer.bitCount(blocksPerPage) != 1 || blocksPerPage > 1 << 20) {
            throw new IllegalArgumentException("blocks per page " + blocksPerPage + " is not a power of two in 1..2^20");
        }
        if ((long) blockBytes * blocksPerPage > 1 << 30) {
            throw new IllegalArgumentException("a page of " + blocksPerPage + " blocks of " + blockBytes
                    + " bytes is larger than 1 GiB");
        }
    }

    /** Bytes of a page. */
    public int pageBytes() {
        return blockBytes * blocksPerPage;
    }

    /** The page that holds a volume address (bytes). */
    public long pageOf(long address) {
        return address / pageBytes();
    }

    /** Where a volume address (bytes) lies within its page, in bytes. */
    public int offsetInPage(long address) {
        return (int) (address & (pageBytes() - 1));
    }

    /** The volume address (bytes) at which a page begins. */
    public long addressOf(long page) {
        return Math.multiplyExact(page, (long) pageBytes());
    }

    /** How many blocks a range touches, where its first byte lies {@code offset} bytes from a block boundary's multiple. */
    public int blocksTouched(long offset, long lengthBytes) {
        if (lengthBytes == 0) {
            return 0;
        }
        long first = offset / blockBytes;
        long last = (offset + lengthBytes - 1) / blockBytes;
        return Math.toIntExact(last - first + 1);
    }
}
