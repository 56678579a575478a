package io.batonfs.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Takes the samples of a row: one of each contender, then the next of each, so that whatever the machine does beside
 * meets all of them alike. Each round begins with another contender, so that none always pays for what the one before it
 * has left to be done later. Used by one thread, but for {@link #stage}.
 */
final class Sampler {
    private final Entrants entrants;
    private final Quiet quiet;
    private final FreshMemory memory;
    private final WarmUp warmUp;
    private final int samples;
    private final LongSupplier clock;
    /** Written by the thread that takes samples, read by whoever shows how far it is. */
    private volatile String stage = "";

    /**
     * A sampler.
     *
     * @param quiet   waited for before each sample
     * @param memory  made ready after that, for rows that take much
     * @param warmUp  which runs of each contender are thrown away, before the first sample
     * @param samples runs of each contender that count, one at least
     * @param clock   nanoseconds, by which warming up ends
     */
    Sampler(
            Entrants entrants, Quiet quiet, FreshMemory memory, WarmUp warmUp, int samples, LongSupplier clock) {
        this.entrants = entrants;
        this.quiet = quiet;
        this.memory = memory;
        this.warmUp = warmUp;
        this.samples = samples;
        this.clock = clock;
    }

    /** What is being done, for people. */
    String stage() {
        return stage;
    }

    /** Takes a row's samples. If anything goes wrong the entrants are left as they are, in the middle of the row. */
    Map<Contender, Series> take(Row row) throws IOException, InterruptedException {
        Map<Contender, Entrant> running = new LinkedHashMap<>();
        for (Contender contender : row.contenders()) {
            stage = row.name() + " " + contender.title() + " lays out";
            Entrant entrant = entrants.running(contender);
            entrant.open(row);
            running.put(contender, entrant);
        }
        Map<Contender, List<Sample>> taken = new EnumMap<>(Contender.class);
        List<Map.Entry<Contender, Entrant>> order = new ArrayList<>(running.entrySet());
        for (Map.Entry<Contender, Entrant> entry : order) {
            stage = row.name() + " " + entry.getKey().title() + " warms up";
            warmUp(row.unit(), entry.getValue());
        }
        for (int round = 0; round < samples; round++) {
            for (Map.Entry<Contender, Entrant> entry : order) {
                stage = row.name() + " " + entry.getKey().title() + " sample " + (round + 1) + " of " + samples;
                taken.computeIfAbsent(entry.getKey(), contender -> new ArrayList<>()).add(
                        sample(row, entry.getValue()));
            }
            Collections.rotate(order, -1);
        }
        for (Entrant entrant : running.values()) {
            entrant.end();
        }
        Map<Contender, Series> series = new EnumMap<>(Contender.class);
        taken.forEach((contender, list) -> series.put(contender, new Series(list)));
        return series;
    }

    private void warmUp(Unit unit, Entrant entrant) throws IOException, InterruptedException {
        List<Double> figures = new ArrayList<>();
        long begun = clock.getAsLong();
        while (warmUp.wantsAnother(unit, figures, clock.getAsLong() - begun)) {
            entrant.before();
            figures.add(entrant.run().figure().value());
            entrant.after();
        }
    }

    private Sample sample(Row row, Entrant entrant) throws IOException, InterruptedException {
        entrant.before();
        quiet.await();
        memory.ready(row.freshBytes());
        Sample sample = entrant.run();
        entrant.after();
        return sample;
    }
}
