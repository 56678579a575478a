package io.batonfs.pages;

import io.batonfs.model.VolumeId;
import java.nio.ByteBuffer;

/**
 * Bytes to read.
 *
 * @param volume      the volume
 * @param address     volume address of the first byte; the range lies within one page
 * @param destination filled from position to limit; belongs to the engine until completion
 * @param pieceCrcs   receives one CRC32C per piece between block boundaries; at least that long. Holds anything if the read
 *                    fails
 */
public record ReadRequest(VolumeId volume, long address, ByteBuffer destination, int[] pieceCrcs) {
}
