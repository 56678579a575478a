package io.batonfs.bench.transport;

import java.io.IOException;

/** The client's end of a {@link SharedSlot}: one request at a time. */
final class SlotClient implements Connection {
    /** The most that a message can have. */
    static final int MESSAGE_BYTES = 64;

    private final SharedSlot slot;
    private final Waiting waiting;
    private long number;

    /** How the client tells of a request and waits for the answer. */
    interface Waiting {
        /** There is a request. */
        void ring() throws IOException;

        /** Waits until the answer's number is this. */
        void await(SharedSlot slot, long number) throws IOException;

        /** Ends it. */
        void close() throws IOException;
    }

    SlotClient(SharedSlot slot, Waiting waiting) {
        this.slot = slot;
        this.waiting = waiting;
        this.number = slot.number(SharedSlot.REQUEST);
    }

    @Override
    public void send(Request request) throws IOException {
        number++;
        slot.put(SharedSlot.REQUEST, number, request.message(), 0, request.message().limit());
        waiting.ring();
    }

    @Override
    public void receive(Request request) throws IOException {
        waiting.await(slot, number);
        slot.get(SharedSlot.ANSWER, request.data(), request.lengthBytes());
    }

    @Override
    public void close() throws IOException {
        waiting.close();
    }
}
