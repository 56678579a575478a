package io.batonfs.client;

/**
 * What passed through a client since it was made.
 *
 * @param readBytes      file bytes handed to readers
 * @param writtenBytes   file bytes taken from writers
 * @param lwioBytes      file bytes moved by the LWIO endpoint, both ways
 * @param sharedMemoryBytes     of those, by memory that is shared with a server of this host
 * @param sharedMemoryFallbacks connections to servers of this host that went another way, for want of memory, say
 * @param copiedBytes   file bytes that this process copied from one place of its memory to another between the user and
 *                      the NIC, counted each time; what the NIC itself moves is not among them
 * @param checksummedBytes file bytes that went through a checksum here, counted each time
 * @param offloadedCopies copies done by token or clone; a tree counts as one
 * @param offloadedBytes bytes of files copied by token; the bytes of a tree are not counted
 * @param fallbacks      offloads that failed and had to be done by ordinary copying (TOK-15)
 */
public record ClientCounters(
        long readBytes, long writtenBytes, long lwioBytes, long sharedMemoryBytes, long sharedMemoryFallbacks,
        long copiedBytes, long checksummedBytes,
        long offloadedCopies, long offloadedBytes, long fallbacks) {
}
