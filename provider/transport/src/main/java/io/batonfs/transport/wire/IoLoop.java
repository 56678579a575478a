package io.batonfs.transport.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread with a selector, which owns the channels that are registered with it. Others hand it tasks, which it runs in
 * their order between two selections. Everything else here belongs to its thread.
 *
 * <p>Ends when it was told to and its channels have gone, or at a deadline, when it closes what is left.
 */
final class IoLoop {
    private static final Logger LOG = LoggerFactory.getLogger(IoLoop.class);
    private static final long NANOS_PER_MS = 1_000_000;
    /** How long the acknowledgement of a message that nobody waits for may wait for a frame to travel with. */
    private static final long ACKNOWLEDGE_WITHIN_MS = 1;
    /** What one read takes in at best: small messages come together, and large ones go on straight to their place. */
    private static final int READ_BYTES = 64 * 1024;

    private final Selector selector;
    private final Thread thread;
    private final LongSupplier nanoClock;
    private final long tickNanos;
    private final long closeNanos;
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean wakeUpPending = new AtomicBoolean();
    private final AcknowledgementsOwed owed = new AcknowledgementsOwed(ACKNOWLEDGE_WITHIN_MS * NANOS_PER_MS);
    private volatile boolean stopping;
    private boolean ended;
    private long stopDeadline;
    private long nextTick;

    /** What is registered: the attachment of its key. Called by the loop's thread only. */
    interface Handler {
        /** The channel can do what its key is interested in. */
        void ready(SelectionKey key);

        /** Some time has passed. */
        void tick(long nowNanos);

        /** The wire is being closed: end in order. */
        void endInOrder();

        /** End now, and close the channel. */
        void drop(String reason);
    }

    IoLoop(String name, TcpWireConfig config, LongSupplier nanoClock) throws IOException {
        this.nanoClock = nanoClock;
        int shortest = Math.min(config.handshakeTimeoutMs(), Math.min(config.closeTimeoutMs(), config.deadPeerTimeoutMs()));
        tickNanos = Math.max(10, Math.min(1000, shortest / 8)) * NANOS_PER_MS;
        closeNanos = config.closeTimeoutMs() * NANOS_PER_MS;
        selector = Selector.open();
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isLoopThread() {
        return Thread.currentThread() == thread;
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** Shared by the loop's channels: whoever reads into it has used its bytes up before returning. */
    ByteBuffer readBuffer() {
        return readBuffer;
    }

    AcknowledgementsOwed owed() {
        return owed;
    }

    /**
     * Runs a task on the loop's thread.
     *
     * @return false if the loop has ended: the task is not run
     */
    boolean execute(Runnable task) {
        synchronized (tasks) {
            if (ended) {
                return false;
            }
            tasks.add(task);
        }
        if (!isLoopThread() && wakeUpPending.compareAndSet(false, true)) {
            selector.wakeup();
        }
        return true;
    }

    /** From within the loop. */
    SelectionKey register(SelectableChannel channel, int interest, Handler handler) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, interest, handler);
    }

    /** Lets connections end in order for a while, then ends. {@link #join} waits for it. */
    void stop() {
        execute(() -> {
            stopDeadline = now() + closeNanos;
            stopping = true;
            selector.keys().forEach(key -> guarded(key, Handler::endInOrder));
        });
    }

    /** Waits until the thread has ended. */
    void join() throws InterruptedException {
        if (!isLoopThread()) {
            thread.join();
        }
    }

    private void run() {
        nextTick = now() + tickNanos;
        try {
            while (!stopping || !selector.keys().isEmpty() && now() - stopDeadline < 0) {
                selector.select(this::ready, selectMs());
                runTasks();
                long now = now();
                owed.settle(now);
                if (now - nextTick >= 0) {
                    nextTick = now + tickNanos;
                    selector.keys().forEach(key -> guarded(key, handler -> handler.tick(now)));
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("{} fails; its connections end", thread.getName(), e);
        } finally {
            end();
        }
    }

    /** Closed channels leave the selector at the next selection only: at the end that must not be long after. */
    private long selectMs() {
        return owed.isEmpty() && !stopping ? tickNanos / NANOS_PER_MS : ACKNOWLEDGE_WITHIN_MS;
    }

    private void ready(SelectionKey key) {
        guarded(key, handler -> handler.ready(key));
    }

    /** One connection's failure is no other's. */
    private void guarded(SelectionKey key, Consumer<Handler> call) {
        Handler handler = (Handler) key.attachment();
        try {
            if (key.isValid()) {
                call.accept(handler);
            }
        } catch (CancelledKeyException e) {
            LOG.trace("a channel was closed while it was looked at", e);
        } catch (RuntimeException e) {
            LOG.error("a connection of {} ends: what it brought could not be handled", thread.getName(), e);
            handler.drop("it could not be handled: " + e);
        }
    }

    private void runTasks() {
        wakeUpPending.set(false);
        Runnable task = tasks.poll();
        while (task != null) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("a task of {} failed", thread.getName(), e);
            }
            task = tasks.poll();
        }
    }

    private void end() {
        synchronized (tasks) {
            ended = true;
        }
        runTasks();
        selector.keys().forEach(key -> guarded(key, handler -> handler.drop("the wire is closed")));
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("the selector of {} can't be closed", thread.getName(), e);
        }
    }
}
