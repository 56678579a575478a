package io.batonfs.pages;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.nio.ByteBuffer;

/**
 * Bytes to add to an extent.
 *
 * @param volume       the volume
 * @param address      volume address of the first byte; the range lies within one page
 * @param extent       the extent that the writer was granted
 * @param writeEpoch   the epoch that its key shows
 * @param data         the bytes, from position to limit; belongs to the engine until completion; may be empty when
 *                     {@code writeThrough} is set
 * @param pieceCrcs    one CRC32C per piece between block boundaries
 * @param writeThrough whether these and all earlier bytes of the extent must survive a power cut when it completes
 */
public record WriteRequest(
        VolumeId volume, long address, ExtentId extent, Epoch writeEpoch, ByteBuffer data, int[] pieceCrcs,
        boolean writeThrough) {
}
