package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.StorageService.Negotiated;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.NegotiateRequest;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.ProviderEntry;
import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
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
 *
 * <p>If the connections of a place break again and again soon after they were made, the next one goes by another provider,
 * if there is another: one can be made and then of no use, as memory can.
 */
final class Connections implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** A connection that breaks sooner may be of no use: longer than it takes until its memory has all been used. */
    private static final long SHORT_LIFE_MS = 10_000;
    /** In a row: one may break since the server was started anew. */
    private static final int MOST_SHORT_LIVES = 2;
    private static final int MOST_RESPONSE_BYTES = 0xFFFF;
    /** UTF-16 units that the request has room for. */
    private static final int MOST_NAME_UNITS = 255;

    private final GroupConnection group;
    private final Calls calls;
    private final int placesPerServer;
    private final String clientName;
    private final Supplier<UUID> clientKeys;
    private final ClientTime time;
    private final Map<PlaceId, Place> places = new ConcurrentHashMap<>();
    private final LongAdder retiredPayloadBytes = new LongAdder();
    private final LongAdder retiredSharedMemoryBytes = new LongAdder();
    private final LongAdder retiredCopiedBytes = new LongAdder();
    private volatile boolean closed;

    Connections(
            GroupConnection group, Calls calls, int placesPerServer, String clientName, Supplier<UUID> clientKeys,
            ClientTime time) {
        this.group = group;
        this.calls = calls;
        this.placesPerServer = placesPerServer;
        this.clientName = clientName.substring(0, Math.min(MOST_NAME_UNITS, clientName.length()));
        this.clientKeys = clientKeys;
        this.time = time;
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
                place.broke(time.nowMs());
                retire(id, place);
            }
            if (place.connection == null) {
                place.connection = connect(server, place);
                place.madeMs = time.nowMs();
            }
            return place.connection;
        }
    }

    private LwioConnection connect(ServerId server, Place place) throws IOException {
        // Fresh for each connection, as the server's key is.
        UUID clientKey = clientKeys.get();
        List<ProviderEntry> providers = providers(place.avoided());
        byte[] request = new NegotiateRequest(clientName, clientKey, MOST_RESPONSE_BYTES, providers).encode();
        Negotiated negotiated = calls.storage(server, (storage, context) -> storage.negotiate(context, request));
        try {
            return group.connectLwio(
                    NegotiateResponse.decode(negotiated.response()), clientKey, negotiated.authSecret());
        } catch (IOException e) {
            if (!providers.isEmpty()) {
                place.avoid(providers.get(0).name());
            }
            throw Failures.connecting(e, server);
        }
    }

    /** Never without the one to avoid: where no other leads to the server it is better than none. */
    private List<ProviderEntry> providers(String avoided) throws IOException {
        return group.providers().stream()
                .sorted(Comparator.comparing(provider -> provider.name().equals(avoided))).toList();
    }

    private void retire(PlaceId id, Place place) {
        LwioConnection connection = place.connection;
        place.connection = null;
        shut(connection, id.server);
        retiredPayloadBytes.add(connection.payloadBytes());
        if (group.sharesMemory(connection.provider())) {
            retiredSharedMemoryBytes.add(connection.payloadBytes());
        }
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

    /** Those of them that passed by shared memory. */
    long sharedMemoryBytes() {
        return retiredSharedMemoryBytes.sum() + sumOfOpen(
                connection -> group.sharesMemory(connection.provider()) ? connection.payloadBytes() : 0);
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

    /** Guarded by itself, but for looking at the connection. */
    private static final class Place {
        private volatile LwioConnection connection;
        private long madeMs;
        private String brokenProvider = "";
        private int shortLives;

        void broke(long nowMs) {
            boolean again = connection.provider().equals(brokenProvider);
            brokenProvider = connection.provider();
            shortLives = nowMs - madeMs >= SHORT_LIFE_MS ? 0 : again ? shortLives + 1 : 1;
        }

        /** No connection came about that would have gone by this provider, or then by others: they come first now. */
        void avoid(String provider) {
            brokenProvider = provider;
            shortLives = MOST_SHORT_LIVES;
        }

        /** The provider that the next connection goes by only if no other leads there; empty if any will do. */
        String avoided() {
            return shortLives >= MOST_SHORT_LIVES ? brokenProvider : "";
        }
    }
}
