package io.batonfs.server.local;

import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does things to devices that may never answer. Each has a daemon thread of its own while that lasts, so one that hangs in the
 * kernel, where nothing can end it, keeps nobody from the others; who asks waits for a bounded time. At most one thing is under
 * way on each: so there are at most as many threads as devices that hang.
 *
 * <p>Thread-safe. After {@link #close} nobody waits and nothing is begun; what is under way ends when its device answers.
 */
final class DeviceTries implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceTries.class);

    private final ThreadFactory daemons;
    private final long patienceMs;
    private final LongSupplier nanoTime;
    /** What is asked at this moment. */
    private final Set<Object> underWay = ConcurrentHashMap.newKeySet();
    /** Of those who wait. */
    private final Set<CountDownLatch> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param patienceMs how long all devices that are asked together may take, milliseconds
     * @param nanoTime   a clock that only goes forward, for who looks himself how long a device takes
     */
    DeviceTries(ThreadFactory daemons, long patienceMs, LongSupplier nanoTime) {
        this.daemons = daemons;
        this.patienceMs = patienceMs;
        this.nanoTime = nanoTime;
    }

    /** It did not answer while somebody waited. */
    static final class SilentException extends IOException {
        private static final long serialVersionUID = 1;

        private SilentException() {
            super("it does not answer");
        }
    }

    /** It was not asked at all, which says nothing of it. */
    static final class NotAskedException extends IOException {
        private static final long serialVersionUID = 1;

        private NotAskedException(String why, Throwable cause) {
            super(why, cause);
        }
    }

    /** What is done to a device, or to something that is known by another key. */
    @FunctionalInterface
    interface Work<K, T> {
        T on(K key) throws IOException;
    }

    /** What came of it. */
    @FunctionalInterface
    interface Answer<T> {
        /**
         * What came.
         *
         * @throws IOException why there is none; {@link SilentException} if it did not answer yet, also since nobody waits any
         *                     more; {@link NotAskedException} if it was not asked
         */
        T get() throws IOException;
    }

    /** How long a device may take, milliseconds. */
    long patienceMs() {
        return patienceMs;
    }

    /** The time by a clock that only goes forward, nanoseconds. */
    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Whether what is under way had better end, since nobody waits for it. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Does something to devices, to all at once. One that was asked before and has not answered since is not asked again.
     *
     * @param late is given what comes when nobody waits any more
     * @return by devices, in their order
     */
    <K, T> Map<K, Answer<T>> ask(Collection<K> devices, Work<K, T> work, Consumer<T> late) {
        return ask(devices, patienceMs, work, late);
    }

    /**
     * The same about something that asks devices itself.
     *
     * @param key  what it is known by
     * @param late is given what comes when nobody waits any more
     */
    <K, T> Answer<T> askOfSeveral(K key, Work<K, T> work, Consumer<T> late) {
        return ask(Set.of(key), 2 * patienceMs, work, late).get(key);
    }

    private <K, T> Map<K, Answer<T>> ask(Collection<K> devices, long mostMs, Work<K, T> work, Consumer<T> late) {
        CountDownLatch left = new CountDownLatch(devices.size());
        Map<K, Try<K, T>> tries = new LinkedHashMap<>();
        waiting.add(left);
        try {
            for (K device : devices) {
                Try<K, T> one = new Try<>(device, work, late, left);
                tries.put(device, one);
                begin(one);
            }
            if (!closed) {
                left.await(mostMs, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.remove(left);
        }
        Map<K, Answer<T>> answers = new LinkedHashMap<>();
        tries.forEach((device, one) -> answers.put(device, one.take()));
        return answers;
    }

    private void begin(Try<?, ?> one) {
        if (closed) {
            one.end(null, new NotAskedException("the server is ending", null));
        } else if (!underWay.add(one.key)) {
            one.left.countDown();
        } else {
            try {
                daemons.newThread(one).start();
            } catch (OutOfMemoryError e) {
                underWay.remove(one.key);
                one.end(null, new NotAskedException(
                        "this process can have no more threads; see the bounds of its user and container", e));
            }
        }
    }

    /** Who waits gets what there is. */
    @Override
    public void close() {
        closed = true;
        for (CountDownLatch left : waiting) {
            while (left.getCount() > 0) {
                left.countDown();
            }
        }
    }

    /** What is done to one. */
    private final class Try<K, T> implements Runnable {
        private final K key;
        private final Work<K, T> work;
        private final Consumer<T> late;
        private final CountDownLatch left;
        /** Guarded by this object's lock, as is what follows. */
        private boolean taken;
        private boolean ended;
        private T value;
        private IOException failure;

        private Try(K key, Work<K, T> work, Consumer<T> late, CountDownLatch left) {
            this.key = key;
            this.work = work;
            this.late = late;
            this.left = left;
        }

        @Override
        public void run() {
            T itsValue = null;
            IOException itsFailure = null;
            try {
                itsValue = work.on(key);
            } catch (IOException e) {
                itsFailure = e;
            } catch (RuntimeException | Error e) {
                LOG.error("{}: it ended unexpectedly", key, e);
                itsFailure = new IOException(e.toString(), e);
            }
            // First: who has the answer may ask again.
            underWay.remove(key);
            end(itsValue, itsFailure);
        }

        private void end(T itsValue, IOException itsFailure) {
            boolean isLate;
            synchronized (this) {
                isLate = taken;
                ended = true;
                value = itsValue;
                failure = itsFailure;
            }
            left.countDown();
            if (isLate && itsFailure == null) {
                late.accept(itsValue);
            }
        }

        private synchronized Answer<T> take() {
            taken = true;
            boolean answered = ended;
            T itsValue = value;
            IOException itsFailure = !answered ? new SilentException() : failure;
            return () -> {
                if (itsFailure != null) {
                    throw itsFailure;
                }
                return itsValue;
            };
        }
    }
}
