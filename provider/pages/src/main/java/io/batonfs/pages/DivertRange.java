package io.batonfs.pages;

import io.batonfs.model.VolumeId;
import java.util.Objects;

/**
 * A range of a volume whose I/O goes to the control path (VA-6).
 *
 * @param volume      the volume
 * @param address     volume address of the first byte
 * @param lengthBytes bytes, at least 1
 */
public record DivertRange(VolumeId volume, long address, long lengthBytes) {

    /** Checks the ranges. */
    public DivertRange {
        Objects.requireNonNull(volume, "volume");
        if (address < 0 || lengthBytes < 1 || address + lengthBytes < 0) {
            throw new IllegalArgumentException("no range of " + lengthBytes + " bytes at " + address + " of " + volume);
        }
    }

    /** Whether an I/O touches the range; an empty I/O (a mere force) touches the byte that it names. */
    boolean touches(long ioAddress, int ioBytes) {
        return ioAddress < address + lengthBytes && ioAddress + Math.max(ioBytes, 1) > address;
    }
}
