package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;

/**
 * What the server end of LWIO needs from the storage server behind it. Thread-safe.
 */
public interface FileProvider {

    /**
     * Opens what a resume key grants (LW-5).
     *
     * @param key           as the client sent it: prove it before use
     * @param sessionId     the connection's session
     * @param writeThrough  whether writes on this Fid must survive a power cut (LW-17)
     * @param checksummed   whether a CRC32C per block travels with the data (LW-17)
     * @throws LwioException ACCESS_DENIED if the key is not genuine, has expired or grants nothing here
     */
    RegisteredFile register(ResumeKey key, long sessionId, boolean writeThrough, boolean checksummed)
            throws LwioException;
}
