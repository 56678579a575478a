package io.batonfs.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads ahead of a sequential reader, so that a stream of small reads isn't a round trip each, and the owner is not
 * idle while the reader works with a large one. Begins with the second read in a row that continues the one before,
 * with a window as small as that read, doubled for each further one up to the bound. One window is being used and two
 * are under way; a reader whose reads are larger than a window has as many under way as one of his reads takes, and two
 * more. As soon as a window has been used up the next is asked for, also in the middle of a read: else the owner would
 * idle until its end. Any other position ends it, so random reads pay nothing. What went wrong ahead of the reader is
 * dropped: the ordinary read that follows does the retrying and the reporting.
 *
 * <p>Large reads into direct memory are not read ahead of: they land there without a copy, which is worth more.
 *
 * <p>Thread-safe by its lock, which is never held while waiting for data or for a connection: it asks only where the
 * stream is registered already.
 */
final class ReadAhead {
    private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);
    private static final int FIRST_WINDOW_BYTES = 64 << 10;
    private static final int READS_IN_A_ROW = 2;
    /** Windows under way besides those of one read: what two threads of an owner are busy with, beside the reader. */
    private static final int MORE_WINDOWS = 2;
    /** With 512 KiB each 4 MiB: past that, more at a time gains nothing. */
    private static final int MOST_WINDOWS = 8;

    private final String path;
    private final ReadSender sender;
    private final BufferPool pool;
    private final Connections connections;
    private final ClientConfig config;
    private final Deque<ReadWindow> windows = new ArrayDeque<>();
    private long expectedPosition;
    private int readsInARow;
    private int nextWindowBytes = FIRST_WINDOW_BYTES;
    private int mostBytes;
    private boolean closed;

    ReadAhead(
            String path, ReadSender sender, BufferPool pool, Connections connections, ClientConfig config) {
        this.path = path;
        this.sender = sender;
        this.pool = pool;
        this.connections = connections;
        this.config = config;
        this.mostBytes = config.readAheadBytes();
    }

    /** From now on windows have at most so many bytes, which is at most a buffer of the pool; 0 for no windows. */
    synchronized void atMost(int bytes) {
        mostBytes = bytes;
        if (bytes == 0) {
            drop();
        }
    }

    /**
     * Puts what is there already into the destination; says how many bytes that were.
     *
     * @param view         to ask for more by
     * @param visibleBytes nothing past these is asked for
     */
    int serve(long position, ByteBuffer destination, ReadView view, long visibleBytes) {
        int wanted = destination.remaining();
        int served = 0;
        while (destination.hasRemaining()) {
            ReadWindow window = hold(position + served);
            if (window == null) {
                break;
            }
            int copied;
            try {
                copied = window.copyTo(position + served, destination, config.requestTimeoutMs(), connections);
            } finally {
                window.letGo();
            }
            if (copied == 0) {
                drop();
                break;
            }
            served += copied;
            if (position + served >= window.end() && destination.hasRemaining()) {
                usedUp(position, position + served, wanted, destination.isDirect(), view, visibleBytes);
            }
        }
        return served;
    }

    /** What was read ahead from before a position to behind it, checked and held for the caller; null if there is none. */
    ReadWindow held(long position) {
        ReadWindow window = hold(position);
        if (window == null || window.isGood(config.requestTimeoutMs(), connections)) {
            return window;
        }
        window.letGo();
        drop();
        return null;
    }

    /** In the middle of a read that goes on sequentially: windows before {@code reached} make room for others. */
    private synchronized void usedUp(
            long position, long reached, int lengthBytes, boolean direct, ReadView view, long visibleBytes) {
        if (position == expectedPosition && readsInARow >= READS_IN_A_ROW && mostBytes > 0 && !closed
                && !landsDirectly(direct, lengthBytes)) {
            dropBefore(reached);
            askUpTo(windowsFor(lengthBytes), reached, view, visibleBytes);
        }
    }

    private boolean landsDirectly(boolean direct, int lengthBytes) {
        return direct && lengthBytes >= mostBytes;
    }

    private void dropBefore(long reached) {
        while (!windows.isEmpty() && windows.peekFirst().end() <= reached) {
            windows.removeFirst().letGo();
        }
    }

    private int windowsFor(int lengthBytes) {
        return Math.min(MOST_WINDOWS, (lengthBytes - 1) / mostBytes + 1 + MORE_WINDOWS);
    }

    private void askUpTo(int most, long from, ReadView view, long visibleBytes) {
        while (windows.size() < most) {
            long start = windows.isEmpty() ? from : windows.peekLast().end();
            ReadWindow window = start < visibleBytes ? ask(view, start, visibleBytes) : null;
            if (window == null) {
                return;
            }
            windows.addLast(window);
        }
    }

    private synchronized ReadWindow hold(long position) {
        for (ReadWindow window : windows) {
            if (window.covers(position)) {
                window.hold();
                return window;
            }
        }
        return null;
    }

    /**
     * Takes note of a read that was done, and asks for what is likely to be wanted next.
     *
     * @param direct       whether it could be read without a copy
     * @param view         to read by
     * @param visibleBytes nothing past these is asked for
     */
    synchronized void note(long position, int lengthBytes, boolean direct, ReadView view, long visibleBytes) {
        if (mostBytes == 0 || closed) {
            return;
        }
        boolean continued = position == expectedPosition;
        expectedPosition = position + lengthBytes;
        if (!continued) {
            readsInARow = 0;
            nextWindowBytes = FIRST_WINDOW_BYTES;
            drop();
            return;
        }
        readsInARow = Math.min(READS_IN_A_ROW, readsInARow + 1);
        dropBefore(expectedPosition);
        if (readsInARow < READS_IN_A_ROW || landsDirectly(direct, lengthBytes)) {
            return;
        }
        nextWindowBytes = Math.max(nextWindowBytes, Math.min(lengthBytes, mostBytes));
        askUpTo(windowsFor(lengthBytes), expectedPosition, view, visibleBytes);
    }

    private ReadWindow ask(ReadView view, long start, long visibleBytes) {
        ByteBuffer buffer = pool.tryTake();
        if (buffer == null) {
            return null;
        }
        int wanted = (int) Math.min(Math.min(nextWindowBytes, mostBytes), visibleBytes - start);
        FileRange rest = new FileRange(path, start, buffer.slice(0, wanted), 0);
        List<ReadPiece> pieces = new ArrayList<>();
        try {
            while (rest.target().hasRemaining()) {
                ReadPiece piece = sender.sendIfRegistered(view, rest);
                if (piece == null) {
                    break;
                }
                pieces.add(piece);
                rest = rest.after(piece.range().target().remaining());
            }
        } catch (IOException e) {
            LOG.debug("read-ahead could not be sent; an ordinary read follows", e);
        }
        int asked = wanted - rest.target().remaining();
        if (asked == 0) {
            pool.give(buffer);
            return null;
        }
        nextWindowBytes = Math.min(mostBytes, nextWindowBytes * 2);
        return new ReadWindow(start, asked, buffer, pool, pieces);
    }

    /** Gives back what was read ahead. */
    synchronized void drop() {
        while (!windows.isEmpty()) {
            windows.removeFirst().letGo();
        }
    }

    /** Gives everything back; nothing is asked for after this. */
    synchronized void close() {
        closed = true;
        drop();
    }
}
