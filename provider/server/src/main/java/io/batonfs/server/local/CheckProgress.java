package io.batonfs.server.local;

import io.batonfs.model.ServerId;
import java.util.List;

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

    /**
     * A server was read, and has lost bytes. Which files they are of is looked for when all servers were read: whoever is
     * killed before knows so much.
     *
     * @param server the server
     * @param lost   what is known of its loss by name, without any place where it is seen
     */
    void lost(ServerId server, List<Damage> lost);
}
