package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The oldest of what is not answered, whoever asked for how much. */
class PendingIoTest {
    private static final int PLACES = PendingIo.PLACES;

    private final PendingIo pending = new PendingIo();

    @Test
    void theOldestIsKnownInWhateverOrderTheyAreAnswered() {
        long seed = Long.getLong("baton.pools.seed", 11);
        Random random = new Random(seed);
        // By when they began, as several may have begun in the same moment.
        TreeMap<Long, List<Integer>> open = new TreeMap<>();
        int count = 0;
        for (long now = 1; now < 5000; now++) {
            if (count < PLACES && random.nextInt(100) < 55) {
                open.computeIfAbsent(now / 3 + 1, key -> new ArrayList<>()).add(pending.begin(now / 3 + 1));
                count++;
            } else if (count > 0) {
                List<Long> times = List.copyOf(open.keySet());
                long time = times.get(random.nextInt(times.size()));
                pending.end(open.get(time).remove(0));
                open.values().removeIf(List::isEmpty);
                count--;
            }
            assertEquals(open.isEmpty() ? PendingIo.NONE : open.firstKey(), pending.oldest(), "seed " + seed + " at " + now);
        }
    }

    @Test
    void whatIsBegunBesideAsManyAsAreKnownTakesNobodysPlace() {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < PLACES + 3; i++) {
            places.add(pending.begin(i + 1));
        }
        assertEquals(PLACES, places.stream().distinct().filter(place -> place >= 0).count());
        places.subList(PLACES, PLACES + 3).forEach(pending::end);
        assertEquals(1, pending.oldest(), "what is not known ends nothing that is");
        places.subList(0, PLACES).forEach(pending::end);
        assertEquals(PendingIo.NONE, pending.oldest());
        pending.end(pending.begin(7));
        assertEquals(PendingIo.NONE, pending.oldest());
    }

    /** One hangs while others come and go, also those whose own place it has. */
    @Test
    void oneThatHangsIsSeenBesideManyThatDoNot() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch busy = new CountDownLatch(8);
        try {
            int hanging = pending.begin(1);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(threads.submit(() -> {
                    while (!stop.get()) {
                        pending.end(pending.begin(5));
                        busy.countDown();
                    }
                }));
            }
            busy.await();
            for (int look = 0; look < 10_000; look++) {
                assertEquals(1, pending.oldest());
            }
            stop.set(true);
            for (Future<?> each : all) {
                each.get();
            }
            pending.end(hanging);
            assertEquals(PendingIo.NONE, pending.oldest(), "nothing is left of those that came and went");
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }
}
