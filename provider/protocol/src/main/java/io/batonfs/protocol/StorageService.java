package io.batonfs.protocol;

import io.batonfs.model.ExtentId;
import java.io.IOException;
import java.util.List;

/**
 * What clients ask of one storage server besides LWIO itself: the pipe of LW-1 and facts about open extents.
 * Thread-safe.
 */
public interface StorageService {

    /**
     * LW-1's negotiation over the pipe.
     *
     * @param negotiateRequest the bytes of a negotiate request
     * @return the bytes of the negotiate response and the secret that signs AUTH (LW-4)
     */
    Negotiated negotiate(CallContext context, byte[] negotiateRequest) throws IOException;

    /**
     * Acknowledged lengths of extents, for readers of open files (CAT-10).
     *
     * @return one per extent, in their order; -1 where the extent is not held here
     */
    List<Long> acknowledgedLengths(CallContext context, List<ExtentId> extents) throws IOException;

    /** CRC32C of a range of an extent, from the owner's block checksums. */
    int checksum(CallContext context, ExtentId extent, long offset, long lengthBytes) throws IOException;

    /**
     * The outcome of a negotiation.
     *
     * @param response   bytes of the negotiate response
     * @param authSecret 32 bytes; never logged
     */
    record Negotiated(byte[] response, byte[] authSecret) {

        /** Keeps the secret out of logs. */
        @Override
        public String toString() {
            return "Negotiated[" + response.length + " bytes]";
        }
    }
}
