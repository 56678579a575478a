package io.batonfs.bench.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A request of a client, used again and again, and its memory. Owned by its lane's thread. */
final class Request {
    private final Load load;
    /** As it is sent: the frame, and the rest of an ECHO's message behind it. */
    private final ByteBuffer message;
    private final ByteBuffer data;
    private final ByteBuffer receipt = Memory.allocate(Frame.BYTES);
    private long offset;
    private long begunNanos;
    private boolean used;

    Request(Load load, ByteBuffer data, long firstOffset) {
        this.load = load;
        this.data = data;
        this.offset = firstOffset;
        this.message = Memory.allocate(isEcho() ? load.lengthBytes() : Frame.BYTES);
        if (load.operation() == Operation.WRITE) {
            Content.fill(data, load.lengthBytes(), firstOffset);
        }
    }

    private boolean isEcho() {
        return load.operation() == Operation.ECHO;
    }

    /** Makes it ready to be sent; {@code at} is ignored by a WRITE, whose bytes are those of its memory. */
    void begin(long at, long nowNanos) {
        begunNanos = nowNanos;
        used = true;
        if (load.operation() != Operation.WRITE) {
            offset = at;
            Content.clearSpots(data, load.lengthBytes());
        }
        if (isEcho()) {
            Content.fill(message, load.lengthBytes(), at);
        }
        Frame.put(message, load.operation(), load.lengthBytes(), offset);
        message.clear();
        data.clear();
        receipt.clear();
    }

    Operation operation() {
        return load.operation();
    }

    int lengthBytes() {
        return load.lengthBytes();
    }

    long offset() {
        return offset;
    }

    long begunNanos() {
        return begunNanos;
    }

    /** What is sent first, from position to limit. */
    ByteBuffer message() {
        return message;
    }

    /** A WRITE's bytes, or where the answer to another request belongs; from position to limit. */
    ByteBuffer data() {
        return data;
    }

    /** Where a server that has no protocol of its own puts its answer; from position to limit. */
    ByteBuffer answer() {
        return load.operation() == Operation.WRITE ? receipt : data;
    }

    /** That a server without a protocol of its own has answered this WRITE. */
    void checkReceipt() throws IOException {
        if (load.operation() == Operation.WRITE && Frame.offset(receipt) != offset) {
            throw new IOException("the answer is to another request: to that of offset " + Frame.offset(receipt)
                    + " instead of " + offset);
        }
    }

    /** Looks at some of what came. */
    void spotCheck() throws IOException {
        switch (load.operation()) {
            case READ -> Content.spotCheck(data, 0, load.lengthBytes(), offset);
            case ECHO -> {
                int rest = load.lengthBytes() - Frame.BYTES;
                if (Frame.offset(data) != offset) {
                    throw new IOException("echo " + Frame.offset(data) + " came instead of " + offset);
                }
                if (rest > 0) {
                    Content.spotCheck(data, Frame.BYTES, rest, offset + Frame.BYTES);
                }
            }
            case WRITE -> {
                // The server has looked at what came.
            }
        }
    }

    /** Makes a READ's memory zero. */
    void clear() {
        used = false;
        if (load.operation() == Operation.READ) {
            for (int i = 0; i < load.lengthBytes(); i += Long.BYTES) {
                data.putLong(i, 0);
            }
        }
    }

    /** Looks at all that a READ brought last. */
    void check() throws IOException {
        if (used && load.operation() == Operation.READ) {
            Content.check(data, load.lengthBytes(), offset);
        }
    }
}
