package io.batonfs.client;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Ends I/O in an order of its own, on a thread of its own, one after the other; may hold everything back. */
final class FakeWire implements Closeable {
    private final Random random;
    private final List<Runnable> pending = new ArrayList<>();
    private final Thread thread = new Thread(this::work, "fake-wire");
    private volatile Throwable failure;
    private boolean held;
    private boolean closed;

    FakeWire(long seed) {
        random = new Random(seed);
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void later(Runnable completion) {
        pending.add(completion);
        notifyAll();
    }

    synchronized void hold(boolean on) {
        held = on;
        notifyAll();
    }

    synchronized int pending() {
        return pending.size();
    }

    /** Waits until something is pending. */
    synchronized void awaitPending(int count) throws InterruptedException {
        while (pending.size() < count) {
            wait();
        }
    }

    private void work() {
        while (true) {
            Runnable next;
            synchronized (this) {
                while (!closed && (held || pending.isEmpty())) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                if (closed && pending.isEmpty()) {
                    return;
                }
                next = pending.remove(random.nextInt(pending.size()));
            }
            try {
                next.run();
            } catch (Throwable e) {
                failure = e;
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            held = false;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new AssertionError("the wire met a failure", failure);
        }
    }
}
