package io.batonfs.bench.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A server's end of {@link Frame}: says where the bytes of a connection that come next belong, and what the answer is.
 * For one thread.
 */
final class IncomingRequest {
    private final ServedFile file;
    private final ByteBuffer frame = Memory.allocate(Frame.BYTES);
    /** An ECHO's whole message, or a WRITE's bytes; made larger when more come. */
    private ByteBuffer body = Memory.allocate(Frame.BYTES);
    private ByteBuffer wanted = frame;

    IncomingRequest(ServedFile file) {
        this.file = file;
    }

    /** Where the next bytes belong, from position to limit. */
    ByteBuffer wanted() {
        return wanted;
    }

    /** What was wanted is full; whether that completes the request. */
    boolean isComplete() throws IOException {
        if (wanted != frame) {
            return true;
        }
        int length = Frame.lengthBytes(frame);
        if (length < Frame.BYTES || length > ServedFile.SEGMENT_BYTES) {
            throw new IOException("a request of " + length + " bytes: client and server are out of step");
        }
        switch (Frame.operation(frame)) {
            case READ -> {
                return true;
            }
            case ECHO -> {
                makeRoom(length);
                body.put(0, frame, 0, Frame.BYTES);
                body.limit(length).position(Frame.BYTES);
            }
            case WRITE -> {
                makeRoom(length);
                Content.clearSpots(body, length);
                body.limit(length);
            }
        }
        wanted = body;
        return !body.hasRemaining();
    }

    /** The limit of an earlier body must not be in the way of a longer one. */
    private void makeRoom(int lengthBytes) {
        if (body.capacity() < lengthBytes) {
            body = Memory.allocate(lengthBytes);
        }
        body.clear();
    }

    /** What to answer, from position to limit; good until the next bytes come. Begins with the next request. */
    ByteBuffer answer() throws IOException {
        int length = Frame.lengthBytes(frame);
        long offset = Frame.offset(frame);
        wanted = frame;
        frame.clear();
        return switch (Frame.operation(frame)) {
            case READ -> file.view(offset, length);
            case ECHO -> body.slice(0, length);
            case WRITE -> {
                Content.spotCheck(body, 0, length, offset);
                yield frame.slice(0, Frame.BYTES);
            }
        };
    }
}
