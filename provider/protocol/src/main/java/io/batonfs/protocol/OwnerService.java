package io.batonfs.protocol;

import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.List;

/**
 * What servers of a group ask of one another as owners of extents (CAT-5, CAT-7, CAT-10). Thread-safe.
 */
public interface OwnerService {

    /**
     * What is held of extents; those not held here are left out. One whose length can't be told while a pool of the
     * owner is not open is {@link HeldExtent#lengthUnknown}.
     */
    List<HeldExtent> held(List<ExtentId> extents) throws IOException;

    /** Refuses older writers from now on, and says how long the extent is. */
    HeldExtent fence(ExtentId extent, Epoch writeEpoch) throws IOException;

    /** How many failed devices the pool survives in which the least safe page of an extent is. */
    int failuresSurvived(ExtentId extent) throws IOException;

    /** Ends appending at a length. */
    HeldExtent seal(ExtentId extent, long lengthBytes, boolean force) throws IOException;

    /**
     * Copies a sealed extent from another server's pages, over LWIO, to survive a power cut here when it returns. What a
     * copying that was cut short left is replaced.
     *
     * @param extent      the extent, as the catalog has it
     * @param lengthBytes how much the source holds of it
     * @param source      who holds it
     * @param failuresSurvived how many failed devices it survives there, and has to survive here
     * @return what is held here now
     */
    HeldExtent pull(Extent extent, long lengthBytes, ServerId source, int failuresSurvived) throws IOException;

    /** Gives the space of extents back. */
    void free(List<ExtentId> extents) throws IOException;

    /** Everything that is held. */
    List<HeldExtent> report() throws IOException;

    /**
     * What an owner holds of an extent.
     *
     * @param extent      the extent
     * @param endPage     the page after its last one
     * @param lengthBytes acknowledged bytes
     * @param crc32c      CRC32C of them; 0 where it was not asked for (report)
     * @param writeEpoch  the epoch in force
     * @param sealed      whether it is sealed
     * @param lengthKnown whether {@code lengthBytes}, {@code crc32c} and {@code sealed} count
     */
    record HeldExtent(ExtentId extent, long endPage, long lengthBytes, int crc32c, Epoch writeEpoch, boolean sealed,
            boolean lengthKnown) {

        /** An extent of a known length. */
        public HeldExtent(
                ExtentId extent, long endPage, long lengthBytes, int crc32c, Epoch writeEpoch, boolean sealed) {
            this(extent, endPage, lengthBytes, crc32c, writeEpoch, sealed, true);
        }

        /** An extent that may have bytes in a pool that is not open. */
        public static HeldExtent lengthUnknown(ExtentId extent) {
            return new HeldExtent(extent, 0, 0, 0, Epoch.NONE, false, false);
        }
    }
}
