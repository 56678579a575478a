package io.batonfs.bench.transport;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Answers the requests of a {@link SharedSlot}, in a daemon thread of its own. Closing it interrupts that. */
final class SlotServer implements Closeable {
    private final SharedSlot slot;
    private final ServedFile file = new ServedFile();
    private final ByteBuffer message = Memory.allocate(SlotClient.MESSAGE_BYTES);
    private final NextNumber next;
    private final Thread thread;
    /** Owned by the thread. */
    private long number;
    private volatile boolean ending;

    /** Waits for requests. */
    interface NextNumber {
        /** Waits until the slot has another number than this; returns it. An interrupted thread gets an exception. */
        long after(long number) throws IOException;
    }

    /** Tells that there is an answer. */
    interface Bell {
        /** There is one. */
        void ring() throws IOException;
    }

    /** Serves from now on. */
    SlotServer(SharedSlot slot, NextNumber next, Bell bell) {
        this.slot = slot;
        this.next = next;
        // Before any client can send something.
        this.number = slot.number(SharedSlot.REQUEST);
        thread = new Thread(() -> serve(bell), "slot-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Bell bell) {
        try {
            while (true) {
                number = next.after(number);
                answer();
                bell.ring();
            }
        } catch (IOException e) {
            if (!ending) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void answer() {
        slot.get(SharedSlot.REQUEST, message, SlotClient.MESSAGE_BYTES);
        int length = Frame.lengthBytes(message);
        switch (Frame.operation(message)) {
            case ECHO -> slot.put(SharedSlot.ANSWER, number, message, 0, length);
            case READ -> {
                long offset = Frame.offset(message);
                slot.put(SharedSlot.ANSWER, number, file.segment(offset), ServedFile.place(offset), length);
            }
            case WRITE -> throw new UnsupportedOperationException("the slot is for round trips: reads and echoes");
        }
    }

    @Override
    public void close() {
        ending = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
