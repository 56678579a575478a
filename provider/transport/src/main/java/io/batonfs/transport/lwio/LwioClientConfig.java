package io.batonfs.transport.lwio;

/**
 * Limits of a client end. Sizes are file bytes; room for checksums is added to what is negotiated.
 *
 * @param credits          requests wished to be outstanding, 1..65535; the server grants as many or fewer
 * @param maxReadBytes     of one READ
 * @param maxWriteBytes    of one WRITE
 * @param smallBytes       reads and writes below this go through internal memory and a copy, since that costs less than
 *                         registering the caller's (LW-9)
 * @param maxQueued        requests that may wait for a credit; more are refused with INSUFFICIENT_RESOURCES
 * @param requestTimeoutMs how long authentication, register and closeFid wait for their answer
 */
public record LwioClientConfig(
        int credits, int maxReadBytes, int maxWriteBytes, int smallBytes, int maxQueued, long requestTimeoutMs) {

    /**
     * Sizes and credits as {@link LwioServerConfig#DEFAULT}. 1 KiB is the seed's bound for small reads. 16,384 queued
     * requests: 64 MiB on their way through one connection are 8192 writes, if a crowded server takes no more than 8
     * KiB.
     */
    public static final LwioClientConfig DEFAULT =
            new LwioClientConfig(16, 1 << 20, 1 << 20, 1024, 16_384, 30_000);

    /** Checks the ranges. */
    public LwioClientConfig {
        if (credits < 1 || credits > 65535) {
            throw new IllegalArgumentException("credits " + credits + " must be in 1..65535");
        }
        if (maxReadBytes < 1 || maxWriteBytes < 1 || maxReadBytes > 1 << 30 || maxWriteBytes > 1 << 30) {
            throw new IllegalArgumentException("sizes of " + maxReadBytes + " (read) and " + maxWriteBytes
                    + " (write) bytes must be in 1..2^30");
        }
        if (smallBytes < 0 || maxQueued < 1 || requestTimeoutMs < 1) {
            throw new IllegalArgumentException("a bound is negative, or a queue or timeout is 0");
        }
    }
}
