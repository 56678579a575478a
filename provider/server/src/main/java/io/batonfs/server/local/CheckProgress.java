package io.batonfs.server.local;

import io.batonfs.model.ServerId;

/** Is told how far a {@link GroupCheck} is. Called by the thread that checks. */
public interface CheckProgress {

    /** Something begins that may take a while, as "reading the catalog". */
    void begins(String what);

    /**
     * Some more of a pool was read.
     *
     * @param server the server that the pool is of
     * @param pool   the pool
     * @param done   bytes of data that were read in it
     * @param total  bytes of data in it
     */
    void read(ServerId server, String pool, long done, long total);
}
