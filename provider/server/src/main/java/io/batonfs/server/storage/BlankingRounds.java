package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.server.OpenParts;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the devices of sets made blank that are closed, and tells of those that can't be. They are tried again by themselves,
 * round after round, with a rest that doubles each time up to {@link #MOST_REST_MS}, since somebody may have one of them for a
 * moment only; and at once when an order comes.
 *
 * <p>Thread-safe. One thread of its own makes the rounds and carries out the orders, whose callers wait for it: it alone waits
 * for devices, each time for as long as {@link SetPlaces} do, and holds no lock meanwhile. So a disk that does not answer holds
 * up nobody but, for that long, who gives orders about sets that are closed. {@link #close} waits for the round under way, which
 * waits for no device any more.
 */
final class BlankingRounds implements Closeable {
    /** One that is away for long costs a look at its path. */
    static final long MOST_REST_MS = 600_000;

    private static final Logger LOG = LoggerFactory.getLogger(BlankingRounds.class);

    private final ServerId server;
    private final SetPlaces places;
    private final long leastRestMs;
    private final ScheduledThreadPoolExecutor executor;
    private volatile boolean closed;
    /** What sets had that are closed, of which that could not be noted yet. */
    private final Map<Integer, SetPlaces.Had> unnoted = new ConcurrentHashMap<>();
    /** By the numbers of sets, sentences about their devices. Changed by the executor's thread. */
    private final Map<Integer, List<String>> told = new ConcurrentSkipListMap<>();
    /** Numbers of sets that have devices which are to be tried again. Of the executor's thread alone, as is what follows. */
    private final Set<Integer> again = new HashSet<>();
    private long restMs;
    /** The round that is due; null if none is. */
    private Future<?> due;

    /**
     * Goes on with what an earlier process has left.
     *
     * @param leastRestMs the first rest, milliseconds
     * @param threads     for one thread, which is made when there is something to do
     */
    BlankingRounds(ServerId server, SetPlaces places, long leastRestMs, ThreadFactory threads) {
        this.server = server;
        this.places = places;
        this.leastRestMs = leastRestMs;
        this.restMs = leastRestMs;
        this.executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        places.rests().forEach(this::keep);
        next();
    }

    /** Notes that a set was closed, and has its devices made blank, as far as they can be. Waits for no device. */
    void begin(int set, SetPlaces.Had had) {
        unnoted.put(set, had);
        try {
            note(set);
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: that set {} is empty and closed can't be noted; that is tried again", server, set, e);
        }
        try {
            executor.execute(() -> tryNow(set));
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
            // The next start goes on.
        }
    }

    private void note(int set) throws IOException {
        SetPlaces.Had had = unnoted.get(set);
        if (had != null) {
            places.noteEmptied(set, had);
            unnoted.remove(set);
        }
    }

    /** Whether a set is closed of which that could not be noted yet. */
    boolean isUnnoted(int set) {
        return unnoted.containsKey(set);
    }

    /** A set that is closed and of which that could not be noted yet. */
    OptionalInt unnoted() {
        return unnoted.keySet().stream().mapToInt(Integer::intValue).min();
    }

    /**
     * Tries the devices of a set again, because somebody says so.
     *
     * @throws BatonException UNREACHABLE, with what is told of them, if some are not blank
     */
    RetireOrder.Answer order(int set) throws IOException {
        return carryOut(() -> {
            tryNow(set);
            if (told.containsKey(set)) {
                throw new BatonException(ErrorCode.UNREACHABLE, String.join("; ", told.get(set)));
            }
            return new RetireOrder.Answer(false, 0);
        });
    }

    /** As {@link SetPlaces#forget}. */
    RetireOrder.Answer forget(int set, String path) throws IOException {
        return carryOut(() -> {
            if (unnoted.containsKey(set)) {
                // What it had is known here only.
                makeBlank(set);
            }
            boolean forgotten = places.forget(set, path);
            keep(set, places.rests().getOrDefault(set, SetPlaces.Rest.NONE));
            next();
            return new RetireOrder.Answer(forgotten, 0);
        });
    }

    /** By the executor's thread. */
    private RetireOrder.Answer carryOut(Callable<RetireOrder.Answer> order) throws IOException {
        try {
            return executor.submit(() -> {
                if (closed) {
                    // It was in the queue: what has no delay is carried out to the end.
                    throw ending(null);
                }
                return order.call();
            }).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } catch (RejectedExecutionException | CancellationException e) {
            throw ending(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while an order about devices was carried out, which may go on", e);
        }
    }

    private BatonException ending(Exception cause) {
        return new BatonException(ErrorCode.UNREACHABLE, server + " is ending; start it again first", cause);
    }

    private void tryNow(int set) {
        again.add(set);
        restMs = leastRestMs;
        makeBlank(set);
        next();
    }

    private void makeBlank(int set) {
        try {
            note(set);
            keep(set, places.giveBack(set));
        } catch (IOException | RuntimeException e) {
            // A round that throws would be the last one.
            String sentence = which(set) + "the devices could not be made blank: " + e + again(set);
            if (!List.of(sentence).equals(told.put(set, List.of(sentence)))) {
                LOG.error("{}: the devices of set {} can't be made blank", server, set, e);
            }
        }
    }

    private void keep(int set, SetPlaces.Rest rest) {
        if (rest.again().isEmpty()) {
            again.remove(set);
        } else {
            again.add(set);
        }
        List<String> sentences = new ArrayList<>();
        rest.again().forEach(device -> sentences.add(which(set) + "one could not be made blank: " + device + again(set)));
        rest.others().forEach(device -> sentences.add(which(set) + "one was not made blank: " + device
                + "; it is left as it is, and this is told until the server ends"));
        if (sentences.isEmpty()) {
            told.remove(set);
        } else {
            told.put(set, List.copyOf(sentences));
        }
    }

    private String which(int set) {
        return server + ": of set " + set + " of its devices, which is given back, ";
    }

    private String again(int set) {
        String order = "\"baton devices retire-set " + server.value() + " " + set;
        return "; it is tried again by itself, and at once by " + order + "\"; if it does not come back, " + order
                + " --forget PATH\"";
    }

    private void next() {
        if (due != null) {
            due.cancel(false);
        }
        if (again.isEmpty() || closed) {
            return;
        }
        try {
            due = executor.schedule(this::round, restMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    private void round() {
        if (closed) {
            return;
        }
        restMs = Math.min(MOST_REST_MS, 2 * restMs);
        List.copyOf(again).forEach(this::makeBlank);
        next();
    }

    /** Devices that are not blank, a sentence each. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        told.values().forEach(problems::addAll);
        return problems;
    }

    /** No round begins any more, no order is begun, none that waits for a device forgets it, and no device is waited for. */
    @Override
    public void close() throws IOException {
        closed = true;
        places.close();
        executor.shutdown();
        OpenParts.awaitEnd(server + ", which make devices blank,", executor);
    }
}
