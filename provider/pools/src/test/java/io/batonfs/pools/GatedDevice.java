package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;

/** A device that answers nothing while its gate is shut, as one that hangs. Thread-safe. */
public final class GatedDevice extends ForwardingDevice {
    private final Deque<CountDownLatch> gates = new ConcurrentLinkedDeque<>();
    private volatile CountDownLatch waiting = new CountDownLatch(0);

    /** One whose gate is open. */
    public GatedDevice(BlockDevice device) {
        super(device);
    }

    /** From now on nothing is answered; what waits already, when the gates are opened that were shut before. */
    public void shut() {
        waiting = new CountDownLatch(1);
        gates.addLast(new CountDownLatch(1));
    }

    /** Waits until something waits for an answer. */
    public void awaitSomebody() throws InterruptedException {
        waiting.await();
    }

    /** What has come since the last gate was shut is answered, and what comes. */
    public void openLast() {
        gates.removeLast().countDown();
    }

    /** Everything is answered. */
    public void open() {
        while (!gates.isEmpty()) {
            openLast();
        }
    }

    private void pass() throws IOException {
        CountDownLatch its = gates.peekLast();
        if (its == null) {
            return;
        }
        waiting.countDown();
        try {
            its.await();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void read(long offset, ByteBuffer destination) throws IOException {
        pass();
        super.read(offset, destination);
    }

    @Override
    public void write(long offset, ByteBuffer source) throws IOException {
        pass();
        super.write(offset, source);
    }

    @Override
    public void force() throws IOException {
        pass();
        super.force();
    }
}
