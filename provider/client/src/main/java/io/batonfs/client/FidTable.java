package io.batonfs.client;

import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioStatus;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one stream has registered: a Fid for each (server, resume key, durability), renewed when its connection was
 * replaced, closed with the stream. Thread-safe by one lock, held while registering;
 * {@link #known} takes none.
 */
final class FidTable {
    private static final Logger LOG = LoggerFactory.getLogger(FidTable.class);

    private final Connections connections;
    private final int stream;
    private final Map<Key, Fid> fids = new ConcurrentHashMap<>();
    private boolean closed;

    FidTable(Connections connections, int stream) {
        this.connections = connections;
        this.stream = stream;
    }

    /** The Fid to use now. */
    synchronized Fid get(ServerId server, ResumeKey resumeKey, boolean writeThrough) throws IOException {
        LwioConnection connection = connections.get(server, stream);
        Key key = new Key(server, resumeKey, writeThrough);
        Fid fid = fids.get(key);
        if (fid == null || fid.connection != connection) {
            if (closed) {
                throw Failures.closedStream();
            }
            try {
                fid = new Fid(server, connection, connection.register(resumeKey, writeThrough, true));
            } catch (LwioException e) {
                if (e.status() == LwioStatus.IO_TIMEOUT) {
                    connections.shut(connection, server); // it may never answer again; the next try connects anew
                }
                throw Failures.of(e, connection, "registering with " + server);
            }
            fids.put(key, fid);
        }
        return fid;
    }

    /** The Fid to use now, if there is one on a connection that stands; null if not. */
    Fid known(ServerId server, ResumeKey resumeKey, boolean writeThrough) {
        Fid fid = fids.get(new Key(server, resumeKey, writeThrough));
        return fid != null && fid.connection.isOpen() ? fid : null;
    }

    /** The server does not know this Fid any more: the next use registers again. */
    synchronized void forget(Fid fid) {
        fids.values().removeIf(known -> known.equals(fid));
    }

    /** Closes the Fids of a key that has been replaced, or of an extent that has been left. */
    synchronized void retire(ResumeKey resumeKey) {
        Iterator<Map.Entry<Key, Fid>> all = fids.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Fid> entry = all.next();
            if (entry.getKey().resumeKey.equals(resumeKey)) {
                all.remove();
                close(entry.getValue());
            }
        }
    }

    /** Closes all Fids; later calls are refused. */
    synchronized void closeAll() {
        closed = true;
        fids.values().forEach(FidTable::close);
        fids.clear();
    }

    private static void close(Fid fid) {
        if (!fid.connection.isOpen()) {
            return; // the server dropped it with the connection
        }
        try {
            fid.connection.closeFid(fid.number);
        } catch (LwioException e) {
            LOG.debug("closing Fid {} at {} failed; the server recycles it in time", fid.number, fid.server, e);
        }
    }

    private record Key(ServerId server, ResumeKey resumeKey, boolean writeThrough) {
    }

    /**
     * A registered file.
     *
     * @param server     where
     * @param connection on which connection
     * @param number     under which number
     */
    record Fid(ServerId server, LwioConnection connection, int number) {
    }
}
