package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.RetireOrder;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the devices of sets made blank that are closed, and tells of those that can't be. They are tried again by themselves,
 * round after round, with a rest that doubles each time up to {@link #MOST_REST_MS}, since somebody may have one of them for a
 * moment only; and at once when an order comes.
 *
 * <p>Thread-safe: rounds run on an executor's thread, orders on their callers'; this object's lock, which is held while devices
 * are written, lets one of them in at a time. It is taken before that of {@link DeviceSets}. {@link #close} waits for nobody.
 */
final class BlankingRounds implements Closeable {
    /** One that is away for long costs a look at its path; one that does not answer holds up whoever gives orders about sets. */
    static final long MOST_REST_MS = 600_000;

    private static final Logger LOG = LoggerFactory.getLogger(BlankingRounds.class);

    private final ServerId server;
    private final DeviceSets sets;
    private final SetPlaces places;
    private final long leastRestMs;
    private final ScheduledExecutorService executor;
    private volatile boolean closed;
    /** What sets had that are closed, of which that could not be noted yet; guarded by this object's lock, as is what follows. */
    private final Map<Integer, SetPlaces.Had> unnoted = new HashMap<>();
    /** Numbers of sets that have devices which are to be tried again. */
    private final Set<Integer> again = new HashSet<>();
    private long restMs;
    /** The number of the round that is due; one of another number is superseded. */
    private long turn;
    /** By the numbers of sets, sentences about their devices. Any thread reads it. */
    private final Map<Integer, List<String>> told = new ConcurrentSkipListMap<>();

    /**
     * Goes on with what an earlier process has left.
     *
     * @param leastRestMs the first rest, milliseconds
     */
    BlankingRounds(ServerId server, DeviceSets sets, SetPlaces places, long leastRestMs, ScheduledExecutorService executor) {
        this.server = server;
        this.sets = sets;
        this.places = places;
        this.leastRestMs = leastRestMs;
        this.restMs = leastRestMs;
        this.executor = executor;
        synchronized (this) {
            places.rests().forEach(this::keep);
            next();
        }
    }

    /** Makes the devices of a set blank that was just closed, as far as they can be. */
    synchronized void begin(int set, SetPlaces.Had had) {
        unnoted.put(set, had);
        again.add(set);
        restMs = leastRestMs;
        makeBlank(set);
        next();
    }

    /** Whether a set is closed of which that could not be noted yet. */
    synchronized boolean isUnnoted(int set) {
        return unnoted.containsKey(set);
    }

    /**
     * Tries the devices of a set again, because somebody says so.
     *
     * @throws BatonException UNREACHABLE, with what is told of them, if some are not blank
     */
    synchronized RetireOrder.Answer order(int set) throws BatonException {
        again.add(set);
        restMs = leastRestMs;
        makeBlank(set);
        next();
        if (told.containsKey(set)) {
            throw new BatonException(ErrorCode.UNREACHABLE, String.join("; ", told.get(set)));
        }
        return new RetireOrder.Answer(false, 0);
    }

    /** As {@link SetPlaces#forget}. */
    synchronized RetireOrder.Answer forget(int set, String path) throws IOException {
        if (unnoted.containsKey(set)) {
            // What it had is known here only.
            makeBlank(set);
        }
        boolean forgotten = sets.forgetDevice(set, path, places);
        keep(set, places.rests().getOrDefault(set, SetPlaces.Rest.NONE));
        return new RetireOrder.Answer(forgotten, 0);
    }

    /** Called with this object's lock. */
    private void makeBlank(int set) {
        try {
            SetPlaces.Rest rest = sets.giveBack(set, unnoted.getOrDefault(set, SetPlaces.Had.NOTHING), places);
            unnoted.remove(set);
            keep(set, rest);
        } catch (IOException | RuntimeException e) {
            // A round that throws would be the last one.
            String sentence = which(set) + "the devices could not be made blank: " + e + again(set);
            if (!List.of(sentence).equals(told.put(set, List.of(sentence)))) {
                LOG.error("{}: the devices of set {} can't be made blank", server, set, e);
            }
        }
    }

    /** Called with this object's lock. */
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

    /** Called with this object's lock. */
    private void next() {
        long its = ++turn;
        if (again.isEmpty()) {
            return;
        }
        try {
            executor.schedule(() -> round(its), restMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    private synchronized void round(long its) {
        if (its != turn || closed) {
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

    /** No round begins any more. */
    @Override
    public void close() {
        closed = true;
    }
}
