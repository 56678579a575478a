package io.batonfs.client;

import io.batonfs.client.BatonInput.RangeRead;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads many ranges of a file in as few batches as the memory for them allows: what goes to direct memory is received
 * where it belongs, what goes to the heap is packed into pooled buffers, small ranges side by side. A batch of which
 * anything failed is read again range by range, so that each range gets its own bytes or its own failure. One thread.
 */
final class VectoredRead {
    private static final Logger LOG = LoggerFactory.getLogger(VectoredRead.class);

    private final String path;
    private final RangeReader reader;
    private final BufferPool pool;
    private final int mostBuffers;
    private final Traffic traffic;

    /**
     * Of one file.
     *
     * @param mostBuffers pooled buffers of one batch at most
     */
    VectoredRead(String path, RangeReader reader, BufferPool pool, int mostBuffers, Traffic traffic) {
        this.path = path;
        this.reader = reader;
        this.pool = pool;
        this.mostBuffers = mostBuffers;
        this.traffic = traffic;
    }

    /** Reads ranges that lie within the file; all are done when it returns. */
    void of(List<RangeRead> ranges) {
        Deque<Wanted> waiting = new ArrayDeque<>(ranges.size());
        for (RangeRead range : ranges) {
            waiting.add(new Wanted(range, range.destination().position()));
        }
        while (!waiting.isEmpty()) {
            try {
                batch(waiting);
            } catch (InterruptedIOException e) {
                // Who interrupts wants no more of it.
                waiting.forEach(wanted -> wanted.range.done().completeExceptionally(e));
                return;
            }
        }
    }

    /** Reads what there is memory for, at least something of the first range; takes away who is done. */
    private void batch(Deque<Wanted> waiting) throws InterruptedIOException {
        Memory memory = new Memory();
        try {
            List<Share> shares = new ArrayList<>();
            for (Wanted wanted : waiting) {
                Share share = shareOf(wanted, memory);
                shares.add(share);
                if (share.bytes() < wanted.range.destination().remaining()) {
                    break;
                }
            }
            read(shares);
            for (Share share : shares) {
                if (share.wanted.range.done().isDone()) {
                    waiting.remove();
                }
            }
        } finally {
            memory.giveBack();
        }
    }

    private Share shareOf(Wanted wanted, Memory memory) {
        ByteBuffer destination = wanted.range.destination();
        long position = wanted.position();
        if (destination.isDirect()) {
            return new Share(wanted, List.of(new FileRange(path, position, destination.slice(), 0)));
        }
        List<FileRange> parts = new ArrayList<>();
        int left = destination.remaining();
        while (left > 0) {
            ByteBuffer piece = memory.take(left);
            if (piece == null) {
                break;
            }
            parts.add(new FileRange(path, position, piece, 0));
            position += piece.remaining();
            left -= piece.remaining();
        }
        return new Share(wanted, parts);
    }

    private void read(List<Share> shares) throws InterruptedIOException {
        List<FileRange> all = new ArrayList<>();
        shares.forEach(share -> all.addAll(share.parts));
        boolean whole = false;
        try {
            reader.read(all);
            whole = true;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("a batch of {} ranges of {} failed; each is read by itself", shares.size(), path, e);
        }
        for (Share share : shares) {
            if (whole) {
                took(share);
            } else {
                readAlone(share);
            }
        }
    }

    private void readAlone(Share share) throws InterruptedIOException {
        try {
            reader.read(share.parts);
            took(share);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            share.wanted.range.done().completeExceptionally(e);
        }
    }

    /** Puts what was read where it is wanted. */
    private void took(Share share) {
        ByteBuffer destination = share.wanted.range.destination();
        traffic.read(share.bytes());
        for (FileRange part : share.parts) {
            if (destination.isDirect()) {
                destination.position(destination.limit());
            } else {
                traffic.copied(part.target().remaining());
                destination.put(part.target().duplicate());
            }
        }
        if (!destination.hasRemaining()) {
            share.wanted.range.done().complete(null);
        }
    }

    /**
     * A range that is not done yet.
     *
     * @param start where its destination's position was at first
     */
    private record Wanted(RangeRead range, int start) {

        /** Where in the file the next byte is. */
        long position() {
            return range.position() + (range.destination().position() - start);
        }
    }

    /** What one batch reads of a range. */
    private record Share(Wanted wanted, List<FileRange> parts) {

        int bytes() {
            return parts.stream().mapToInt(part -> part.target().remaining()).sum();
        }
    }

    /** Pooled memory of one batch, handed out piece by piece; the first piece is there whatever others hold. */
    private final class Memory {
        private final List<ByteBuffer> taken = new ArrayList<>();
        private ByteBuffer current = ByteBuffer.allocate(0);

        /** At most so many bytes; null if this batch has had all it may have. */
        ByteBuffer take(int most) {
            if (!current.hasRemaining()) {
                ByteBuffer buffer = taken.isEmpty() ? pool.take() : taken.size() < mostBuffers ? pool.tryTake() : null;
                if (buffer == null) {
                    return null;
                }
                taken.add(buffer);
                current = buffer.duplicate();
            }
            int length = Math.min(most, current.remaining());
            ByteBuffer piece = current.slice(current.position(), length);
            current.position(current.position() + length);
            return piece;
        }

        void giveBack() {
            taken.forEach(pool::give);
        }
    }
}
