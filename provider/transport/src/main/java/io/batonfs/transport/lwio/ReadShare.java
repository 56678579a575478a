package io.batonfs.transport.lwio;

import java.util.ArrayDeque;
import java.util.List;

/**
 * A connection's share of the server's read buffers, so that one client that takes its answers slowly leaves the others
 * some: how many it has or waits for, and its READs beyond them. Thread-safe: guarded by {@code this}.
 */
final class ReadShare {
    private final int limit;
    private final ArrayDeque<ServerRequest> waiting = new ArrayDeque<>();
    private int held;
    private boolean ended;

    /** At most so many. */
    ReadShare(int limit) {
        this.limit = limit;
    }

    /** Whether a READ may have a buffer now; if not, {@link #leave} will name it. */
    synchronized boolean enter(ServerRequest request) {
        if (held < limit || ended) {
            held++;
            return true;
        }
        waiting.addLast(request);
        return false;
    }

    /** The READs of a Fid that wait, which then wait no longer. */
    synchronized List<ServerRequest> giveUp(FidTable.OpenFid fid) {
        List<ServerRequest> gone = waiting.stream().filter(request -> request.fid == fid).toList();
        waiting.removeAll(gone);
        return gone;
    }

    /** Nobody waits any more: those that did are the caller's to end, and who comes does not wait. */
    synchronized List<ServerRequest> end() {
        List<ServerRequest> gone = List.copyOf(waiting);
        waiting.clear();
        ended = true;
        return gone;
    }

    /** A buffer was given back: the READ that may have one now, or null. */
    synchronized ServerRequest leave() {
        ServerRequest next = waiting.pollFirst();
        if (next == null) {
            held--;
        }
        return next;
    }
}
