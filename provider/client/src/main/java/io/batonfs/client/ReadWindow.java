package io.batonfs.client;

import io.batonfs.model.BatonException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes that were asked for before anybody wanted them. States: PENDING -> CHECKED or BAD, by the first who looks, once.
 * Its buffer goes back to the pool when the last holder has let go and no READ is outstanding. Some of it may be lent to
 * a user, who is a holder then; if he does not give it back before his stream is closed, nobody writes to the buffer any
 * more. Thread-safe by its lock.
 */
final class ReadWindow {
    private static final Logger LOG = LoggerFactory.getLogger(ReadWindow.class);

    private enum State { PENDING, CHECKED, BAD }

    private final long start;
    private final int lengthBytes;
    private final ByteBuffer buffer;
    private final BufferPool pool;
    private final List<ReadPiece> pieces;
    private State state = State.PENDING;
    private int holders = 1;
    private int lent;
    private boolean left;

    /** A window over READs under way; the maker is its first holder. */
    ReadWindow(long start, int lengthBytes, ByteBuffer buffer, BufferPool pool, List<ReadPiece> pieces) {
        this.start = start;
        this.lengthBytes = lengthBytes;
        this.buffer = buffer;
        this.pool = pool;
        this.pieces = pieces;
    }

    long end() {
        return start + lengthBytes;
    }

    boolean covers(long position) {
        return position >= start && position < end();
    }

    synchronized void hold() {
        holders++;
    }

    void letGo() {
        boolean forgotten;
        synchronized (this) {
            if (--holders > 0) {
                return;
            }
            forgotten = left;
        }
        CompletableFuture.allOf(pieces.stream().map(ReadPiece::answer).toArray(CompletableFuture<?>[]::new))
                .whenComplete((none, failure) -> {
                    if (forgotten) {
                        pool.forget(buffer);
                    } else {
                        pool.give(buffer);
                    }
                });
    }

    /**
     * Lends bytes that are there and checked.
     *
     * @return a read-only view, for which {@link #takeBack} or {@link #leave} is called once; null if users have as many
     *         buffers as they may have
     */
    synchronized ByteBuffer lend(long position, int mostBytes) {
        if (lent == 0 && !pool.lend()) {
            return null;
        }
        lent++;
        holders++;
        int skip = (int) (position - start);
        return buffer.slice(skip, Math.min(mostBytes, lengthBytes - skip)).asReadOnlyBuffer();
    }

    /** A user has done with what was lent to him. */
    void takeBack() {
        synchronized (this) {
            if (--lent == 0) {
                pool.lendingEnds();
            }
        }
        letGo();
    }

    /** A user keeps what was lent to him: it stays as it is as long as he can reach it. */
    void leave() {
        synchronized (this) {
            left = true;
        }
        takeBack();
    }

    /** Waits until the bytes are there and checked; says whether they can be used. */
    synchronized boolean isGood(long timeoutMs, Connections connections) {
        if (state == State.PENDING) {
            state = check(timeoutMs, connections);
        }
        return state == State.CHECKED;
    }

    /** Copies bytes that are there and checked; 0 if they can't be used. */
    int copyTo(long position, ByteBuffer destination, long timeoutMs, Connections connections) {
        if (!isGood(timeoutMs, connections)) {
            return 0;
        }
        int skip = (int) (position - start);
        int length = Math.min(destination.remaining(), lengthBytes - skip);
        destination.put(buffer.duplicate().limit(skip + length).position(skip));
        return length;
    }

    private State check(long timeoutMs, Connections connections) {
        State outcome = State.CHECKED;
        for (ReadPiece piece : pieces) {
            try {
                piece.await(timeoutMs, connections);
            } catch (BatonException e) {
                LOG.debug("read-ahead given up; an ordinary read follows", e);
                outcome = State.BAD;
            }
        }
        return outcome;
    }
}
