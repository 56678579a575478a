package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.TransportMetric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Connections that keep receive buffers which they do not use from those who came later and had to take smaller ones. A
 * connection is <i>dormant</i> when no file is open on it, nothing is under way, and its client has sent nothing for
 * ten minutes. Its one credit can't be asked back; but it can be ended, and its client loses nothing by that: it
 * connects again when it has something to do, and then gets what there is room for.
 *
 * <p>For each newcomer who got less than he wished at most one is ended, so that the next one finds room. There is no
 * timer: newcomers who got all that they wished cost nothing, others a look at all connections in ten minutes.
 *
 * <p>Thread-safe, guarded by {@code this}; a caller may hold the server's lock. Connections are ended with neither
 * held. One that has ended is never known here: it says so before it is forgotten, and is asked under the lock before
 * it is noted.
 */
final class DormantConnections {
    /** Longer than the pauses of a client that is at work; about as long as a pool of connections keeps one. */
    static final long DORMANT_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final LongSupplier nanoClock;
    /** Messages that each had sent at the last look. */
    private final Map<ServerConnection, Long> seen = new HashMap<>();
    /** That had sent nothing from the look before until then, largest buffers first. */
    private final Set<ServerConnection> silent = new LinkedHashSet<>();
    private boolean looked;
    private long lookedAtNanos;

    DormantConnections(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * Ends one dormant connection, if there is any, whose buffers are larger than a newcomer's and not larger than he
     * wished.
     *
     * @param gotBytes    MaxRecvBufferSize that he got
     * @param wishedBytes that he would have got with nobody else there
     * @param standing    all connections
     */
    void makeRoom(int gotBytes, int wishedBytes, Supplier<List<ServerConnection>> standing) {
        if (isDue()) {
            look(standing.get());
        }
        for (ServerConnection one = next(gotBytes, wishedBytes); one != null; one = next(gotBytes, wishedBytes)) {
            if (isDormant(one)) {
                one.disconnect("it has done nothing for long, and others want its receive buffers");
                return;
            }
        }
    }

    private synchronized boolean isDue() {
        return !looked || nanoClock.getAsLong() - lookedAtNanos >= DORMANT_NANOS;
    }

    private static long messagesOf(ServerConnection one) {
        return one.get(TransportMetric.SENDS_RECEIVED);
    }

    private synchronized void look(List<ServerConnection> standing) {
        if (!isDue()) {
            return;
        }
        List<ServerConnection> found = new ArrayList<>();
        Map<ServerConnection, Long> now = new HashMap<>();
        for (ServerConnection one : standing) {
            if (one.state() != ServerConnectionState.READY) {
                // It may have been forgotten since the list was made, and would be kept with all that it has.
                continue;
            }
            long messages = messagesOf(one);
            now.put(one, messages);
            if (seen.getOrDefault(one, -1L) == messages) {
                found.add(one);
            }
        }
        found.sort(Comparator.comparingInt(ServerConnection::receiveBytes).reversed());
        silent.clear();
        silent.addAll(found);
        seen.clear();
        seen.putAll(now);
        looked = true;
        lookedAtNanos = nanoClock.getAsLong();
    }

    /** The next one of the sizes that help, which is not looked at again. */
    private synchronized ServerConnection next(int gotBytes, int wishedBytes) {
        for (ServerConnection one : silent) {
            if (one.receiveBytes() <= gotBytes) {
                // Nor do those behind it help, of which there may be very many.
                return null;
            }
            if (one.receiveBytes() <= wishedBytes) {
                silent.remove(one);
                return one;
            }
        }
        return null;
    }

    /** Whether it still stands, sends nothing and has nothing open. */
    private boolean isDormant(ServerConnection one) {
        Long before;
        synchronized (this) {
            before = seen.get(one);
        }
        return before != null && before == messagesOf(one) && one.state() == ServerConnectionState.READY
                && one.openFids() == 0 && one.get(TransportMetric.REQUESTS_UNDER_WAY) == 0;
    }

    /** Connections that are known here, for leak checks. */
    synchronized int known() {
        return seen.size();
    }

    /** A connection has ended. */
    synchronized void forget(ServerConnection one) {
        seen.remove(one);
        silent.remove(one);
    }
}
