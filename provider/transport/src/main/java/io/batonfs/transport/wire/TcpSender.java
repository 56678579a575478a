package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.HeldRegions;
import io.batonfs.transport.verbs.WorkRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sending half of a connection: writes frames and payloads to the channel, and has what the socket does not take
 * wait, copied or where it is ({@link SendBuffer}).
 *
 * <p>All is guarded by the connection's write lock, which is the caller's to take, but for what is said to be for any
 * thread.
 */
final class TcpSender {
    /** Messages up to this are copied and leave with others at {@link #flush}; longer ones from where they are. */
    private static final int COALESCED_BYTES = 8 * 1024;
    /** From so many bytes on, what a socket does not take is left where it is until it does: less is copied at once. */
    private static final int HELD_BYTES = SendBuffer.CHUNK_BYTES;
    /** But not in smaller parts, on average: to keep account of one costs as much as copying it. */
    private static final int HELD_PART_BYTES = 2 * 1024;
    /** Buffers that one call writes: IOV_MAX of Linux. The JDK leaves the others unwritten. */
    private static final int MOST_GATHERED = 1024;

    private final IoLoop loop;
    private final SocketChannel channel;
    private final TcpCounters counters;
    private final Object lock;
    private final Owner owner;
    private final SendBuffer waiting;
    private final TcpFrame frame = new TcpFrame();
    private final ByteBuffer head = ByteBuffer.allocate(TcpFrame.BYTES + WorkRequest.MAX_INLINE_BYTES);
    private final List<ByteBuffer> views = new ArrayList<>();
    private ByteBuffer[] gather = new ByteBuffer[8];
    /** Nothing is written yet. */
    private boolean corked;
    /** The socket takes nothing at the moment: the loop goes on when it does. */
    private boolean blocked;
    private volatile int transmitted;
    /**
     * Whether bytes may wait in others' memory. Written under the lock: true before a message that may is counted as
     * transmitted, false when none do any more.
     */
    private volatile boolean mayHold;
    private volatile long lastWritten;

    /** The connection. */
    interface Owner {
        /** Messages of the peer's that have been delivered, which it is about to be told. Under the lock. */
        int acknowledgement();

        /** By the loop: has it say when the socket takes something again. */
        void awaitRoom();

        /** Nothing more is sent, and the connection ends. Under the lock. */
        void cut(String reason);
    }

    /** @param lock the connection's write lock */
    TcpSender(IoLoop loop, SocketChannel channel, SendBuffer waiting, TcpCounters counters, Object lock, Owner owner) {
        this.loop = loop;
        this.channel = channel;
        this.waiting = waiting;
        this.counters = counters;
        this.lock = lock;
        this.owner = owner;
        lastWritten = loop.now();
    }

    /** What goes before anything else, once it is {@linkplain #uncork uncorked}. */
    void begin(ByteBuffer greeting) throws IOException {
        corked = true;
        if (!waiting.append(greeting)) {
            throw new IOException("the wire has no memory left for what waits to be sent: its peers read too slowly");
        }
    }

    void uncork() {
        corked = false;
    }

    boolean isCorked() {
        return corked;
    }

    boolean isBlocked() {
        return blocked;
    }

    /** Whether what is sent now would wait. */
    boolean waits() {
        return blocked || corked;
    }

    /** Whether nothing waits. */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** The socket takes something again, and nothing waits. */
    void hasRoom() {
        blocked = false;
    }

    /** To be filled in and {@linkplain #append appended}. */
    TcpFrame frame() {
        return frame;
    }

    /** When the socket took something last; any thread. */
    long lastWritten() {
        return lastWritten;
    }

    /** As if it had taken something now. */
    void hasWritten(long nowNanos) {
        lastWritten = nowNanos;
    }

    /** Messages sent so far, modulo 2^32; any thread. */
    int transmittedCount() {
        return transmitted;
    }

    /**
     * Messages of which there is nothing left in others' memory, modulo 2^32. A peer that acknowledges more has not seen
     * what it acknowledges: to believe it would free memory that is still to be sent from, and be it with the bytes of
     * whoever uses it next. Any thread.
     */
    int acknowledgeableCount() {
        int count = transmitted;
        if (!mayHold) {
            // Looked at behind the count: none of those was held then, or is any more.
            return count;
        }
        synchronized (lock) {
            HeldMessage first = (HeldMessage) waiting.firstHeld();
            return first == null ? transmitted : first.number - 1;
        }
    }

    /** Sends a message; {@link #endSending} follows. */
    void send(WorkRequest request) throws IOException {
        if (request.lengthBytes() >= HELD_BYTES) {
            mayHold = true;
        }
        transmitted++;
        frame.message(request.opcode(), request.lengthBytes(), request.remoteAddress(), request.remoteHandle(),
                request.immediate(), request.wantsCompletion(blocked || corked), owner.acknowledgement());
        head.clear().put(frame.bytes());
        request.putInline(head);
        append(head.flip());
        request.addGathered(views);
        if (request.lengthBytes() <= COALESCED_BYTES) {
            for (ByteBuffer view : views) {
                append(view);
            }
            return;
        }
        List<ByteBuffer> payload = List.copyOf(views);
        if (!blocked && !corked) {
            write(payload);
        }
        appendRest(request, payload);
    }

    /** What the socket has not taken waits where it is if it is much, else it is copied. */
    private void appendRest(WorkRequest request, List<ByteBuffer> payload) throws IOException {
        long left = 0;
        long parts = 0;
        boolean direct = true;
        for (ByteBuffer view : payload) {
            left += view.remaining();
            parts += view.hasRemaining() ? 1 : 0;
            // What is not would be copied by each write.
            direct &= view.isDirect();
        }
        if (direct && left >= HELD_BYTES && left >= parts * HELD_PART_BYTES) {
            HeldMessage held = new HeldMessage();
            held.regions = request.hold(held);
            if (held.regions != null) {
                boolean waits = false;
                try {
                    waits = waiting.appendHeld(payload, held);
                } finally {
                    if (!waits) {
                        held.release();
                    }
                }
                if (!waits) {
                    throw overflow();
                }
                return;
            }
        }
        for (ByteBuffer view : payload) {
            append(view);
        }
    }

    /** A message of which the socket has not taken all; by its number. */
    private final class HeldMessage implements SendBuffer.Held, HeldRegions.Holder {
        private final int number = transmitted;
        private HeldRegions regions;

        @Override
        public void release() {
            regions.release();
        }

        /** Also if it has not come to be waited with. */
        @Override
        public void letGo(HeldRegions held) {
            synchronized (lock) {
                try {
                    copyHeld(this);
                } finally {
                    held.release();
                }
            }
        }
    }

    /** A message has been sent, or could not be; whether it, or what is behind it, waits. */
    boolean endSending() {
        views.clear();
        lookForHeld();
        return blocked || corked;
    }

    /** Writes what waits, as far as the socket takes it. */
    void write() throws IOException {
        write(List.of());
    }

    /** What waits is never sent. */
    void clear() {
        waiting.clear();
    }

    /** Adds a frame to what waits; {@link #write()} follows. */
    void append(ByteBuffer bytes) throws IOException {
        if (!waiting.append(bytes)) {
            throw overflow();
        }
    }

    private IOException overflow() {
        counters.overflows.increment();
        return new IOException("more than " + waiting.bytes()
                + " bytes would wait for a peer that reads too slowly, or all connections' together too many");
    }

    /** Copies what waits in others' memory. */
    void copyHeld() {
        copyHeld(null);
    }

    /** In that of one message, or, without one, of all. */
    private void copyHeld(HeldMessage message) {
        boolean copied = false;
        try {
            waiting.copyHeld(message);
            copied = true;
        } finally {
            if (!copied) {
                // After this the memory is taken as free, so nothing may be sent from it.
                owner.cut("what waits could not be copied");
            }
        }
        lookForHeld();
    }

    /** Whether others' memory is still held is looked at anew. */
    void lookForHeld() {
        if (mayHold && waiting.firstHeld() == null) {
            mayHold = false;
        }
    }

    /** Writes what waits and then the payload, as far as the socket takes it; {@code waiting} may then be empty or not. */
    private void write(List<ByteBuffer> payload) throws IOException {
        views.clear();
        waiting.addTo(views);
        views.addAll(payload);
        int count = views.size();
        if (gather.length < count) {
            gather = new ByteBuffer[count * 2];
        }
        for (int i = 0; i < count; i++) {
            gather[i] = views.get(i);
        }
        views.clear();
        try {
            if (!writeGathered(count) && !blocked) {
                blocked = true;
                loop.execute(owner::awaitRoom);
            }
        } finally {
            Arrays.fill(gather, 0, count, null);
            waiting.written();
        }
    }

    /** In several calls if it is more than one carries; whether the socket has taken all. */
    private boolean writeGathered(int count) throws IOException {
        for (int from = 0; from < count; from += MOST_GATHERED) {
            int n = Math.min(count - from, MOST_GATHERED);
            long wanted = 0;
            for (int i = from; i < from + n; i++) {
                wanted += gather[i].remaining();
            }
            long written = n == 1 ? channel.write(gather[from]) : channel.write(gather, from, n);
            if (written > 0) {
                lastWritten = loop.now();
            }
            if (written < wanted) {
                return false;
            }
        }
        return true;
    }
}
