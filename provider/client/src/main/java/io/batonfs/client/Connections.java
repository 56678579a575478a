package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.StorageService.Negotiated;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.NegotiateRequest;
import io.batonfs.transport.lwio.NegotiateResponse;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * LWIO connections of one client: to each server a fixed number of places, filled at first use and again after the
 * connection there broke. Thread-safe; each place has its own lock, held while it connects, so that waiting for one
 * server delays nobody who talks to another.
 */
final class Connections implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private static final int MOST_RESPONSE_BYTES = 0xFFFF;
    /** UTF-16 units that the request has room for. */
    private static final int MOST_NAME_UNITS = 255;

    private final GroupConnection group;
    private final Calls calls;
    private final int placesPerServer;
    private final String clientName;
    private final Supplier<UUID> clientKeys;
    private final Map<PlaceId, Place> places = new ConcurrentHashMap<>();
    private final LongAdder retiredPayloadBytes = new LongAdder();
    private final LongAdder retiredCopiedBytes = new LongAdder();
    private volatile boolean closed;

    Connections(
            GroupConnection group, Calls calls, int placesPerServer, String clientName, Supplier<UUID> clientKeys) {
        this.group = group;
        this.calls = calls;
        this.placesPerServer = placesPerServer;
        this.clientName = clientName.substring(0, Math.min(MOST_NAME_UNITS, clientName.length()));
        this.clientKeys = clientKeys;
    }

    /**
     * A usable connection.
     *
     * @param stream any number that stays the same for a stream, so that it stays with one connection: its WRITEs have
     *               to arrive in order
     */
    LwioConnection get(ServerId server, int stream) throws IOException {
        PlaceId id = new PlaceId(server, Math.floorMod(stream, placesPerServer));
        Place place = places.computeIfAbsent(id, unused -> new Place());
        synchronized (place) {
            if (closed) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT,
                        "the client is closed; open the file system again");
            }
            if (place.connection != null && !place.connection.isOpen()) {
                retire(id, place);
            }
            if (place.connection == null) {
                place.connection = connect(server);
            }
            return place.connection;
        }
    }

    private LwioConnection connect(ServerId server) throws IOException {
        // Fresh for each connection, as the server's key is.
        UUID clientKey = clientKeys.get();
        byte[] request =
                new NegotiateRequest(clientName, clientKey, MOST_RESPONSE_BYTES, group.providers()).encode();
        Negotiated negotiated = calls.storage(server, (storage, context) -> storage.negotiate(context, request));
        try {
            return group.connectLwio(
                    NegotiateResponse.decode(negotiated.response()), clientKey, negotiated.authSecret());
        } catch (IOException e) {
            throw Failures.connecting(e, server);
        }
    }

    private void retire(PlaceId id, Place place) {
        LwioConnection connection = place.connection;
        place.connection = null;
        shut(connection, id.server);
        retiredPayloadBytes.add(connection.payloadBytes());
        retiredCopiedBytes.add(connection.copiedBytes());
    }

    /** Ends a connection that does not answer any more: everything outstanding on it fails, the next get connects anew. */
    void shut(LwioConnection connection, ServerId server) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("closing a connection to {} failed; it is given up all the same", server, e);
        }
    }

    /** File bytes that passed through all connections so far. */
    long payloadBytes() {
        return retiredPayloadBytes.sum() + sumOfOpen(LwioConnection::payloadBytes);
    }

    /** What of it the connections copied from or to memory of their own. */
    long copiedBytes() {
        return retiredCopiedBytes.sum() + sumOfOpen(LwioConnection::copiedBytes);
    }

    private long sumOfOpen(ToLongFunction<LwioConnection> figure) {
        long sum = 0;
        for (Place place : places.values()) {
            LwioConnection connection = place.connection;
            if (connection != null) {
                sum += figure.applyAsLong(connection);
            }
        }
        return sum;
    }

    @Override
    public void close() {
        closed = true;
        places.forEach((id, place) -> {
            synchronized (place) {
                if (place.connection != null) {
                    retire(id, place);
                }
            }
        });
    }

    private record PlaceId(ServerId server, int number) {
    }

    private static final class Place {
        private volatile LwioConnection connection;
    }
}
