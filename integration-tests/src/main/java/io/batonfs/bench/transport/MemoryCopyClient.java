package io.batonfs.bench.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * No transport at all: one copy in one thread, from where the bytes of the server would be to where the client wants
 * them, or the reverse. What no transport that copies can beat.
 */
final class MemoryCopyClient implements Connection {
    private final ServedFile file = new ServedFile();
    private final ByteBuffer received = Memory.allocate(ServedFile.SEGMENT_BYTES);

    @Override
    public void send(Request request) throws IOException {
        int length = request.lengthBytes();
        switch (request.operation()) {
            case READ -> request.data().put(
                    0, file.segment(request.offset()), ServedFile.place(request.offset()), length);
            case WRITE -> {
                received.put(0, request.data(), 0, length);
                Content.spotCheck(received, 0, length, request.offset());
                Content.clearSpots(received, length);
            }
            case ECHO -> throw new UnsupportedOperationException("an echo is no copy");
        }
    }

    @Override
    public void receive(Request request) {
        // It was there when it was sent.
    }

    @Override
    public void close() {
        // Memory is the collector's.
    }
}
