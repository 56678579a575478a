package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What repeats operations, and what measures them and processes. */
class MeasuringTest {

    @Test
    void quantilesAreThoseOfTheSortedTimesToThreePercent() {
        long seed = Long.getLong("bench.seed", System.nanoTime());
        Random random = new Random(seed);
        Latencies one = new Latencies();
        Latencies other = new Latencies();
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            long nanos = random.nextLong(1L << 1 + random.nextInt(50));
            (random.nextBoolean() ? one : other).add(nanos);
            all.add(nanos);
        }
        one.merge(other);
        all.sort(null);
        assertThat(one.total()).isEqualTo(all.size());
        for (double part : new double[] {0.001, 0.25, 0.5, 0.9, 0.99, 1}) {
            long exact = all.get((int) Math.ceil(part * all.size()) - 1);
            assertThat(one.quantile(part)).as("%s of the times, -Dbench.seed=%s", part, seed)
                    .isBetween(exact, exact + exact / 32 + 1);
        }
    }

    @Test
    void quantileOfExtremes() {
        Latencies latencies = new Latencies();
        latencies.add(Long.MAX_VALUE);
        assertThat(latencies.quantile(1)).isEqualTo(Long.MAX_VALUE);
        latencies.add(0);
        assertThat(latencies.quantile(0.5)).isZero();
        assertThatThrownBy(() -> new Latencies().quantile(0.5)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no operation");
    }

    @Test
    void everyThreadDoesItSoOftenInItsOwnOrder() throws Exception {
        List<List<Long>> rounds = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Repetition repetition = Repetition.times(50, 3, (thread, round) -> rounds.get(thread).add(round));
        assertThat(repetition.latencies().total()).isEqualTo(150);
        assertThat(rounds).allSatisfy(own -> assertThat(own).hasSize(50).isSorted().startsWith(0L).endsWith(49L));
        Figure figure = repetition.perSecond();
        assertThat(figure.value()).isEqualTo(150 * 1e9 / repetition.nanos());
        assertThat(figure.details()).containsKeys("p50Us", "p99Us").containsEntry("operations", 150.0);
    }

    @Test
    void threadsRunAtTheSameTime() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        Repetition.times(1, 2, (thread, round) -> {
            both.countDown();
            both.await();
        });
        assertThat(both.getCount()).isZero();
    }

    @Test
    void aSpellEndsAndCountsWhatWasDone() throws Exception {
        AtomicLong done = new AtomicLong();
        Repetition repetition = Repetition.during(Duration.ofMillis(20), 2, (thread, round) -> done.incrementAndGet());
        assertThat(repetition.latencies().total()).isEqualTo(done.get()).isPositive();
        assertThat(repetition.nanos()).isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
    }

    @Test
    void whatAnOperationThrowsComesOut() {
        assertThatThrownBy(() -> Repetition.times(5, 2, (thread, round) -> {
            throw new IOException("no such file");
        })).isInstanceOf(IOException.class).hasMessage("no such file");
    }

    @Test
    void statusOfAProcessIsRead() throws Exception {
        List<String> status = List.of("Name:\tjava", "VmPeak:\t 9000 kB", "VmHWM:\t    2048 kB", "VmRSS:\t    1024 kB");
        assertThat(ProcessMeter.residentBytes(status, true)).isEqualTo(2048 * 1024);
        assertThat(ProcessMeter.residentBytes(status, false)).isEqualTo(1024 * 1024);
        assertThatThrownBy(() -> ProcessMeter.residentBytes(List.of("Name:\tjava"), true))
                .isInstanceOf(IOException.class).hasMessageContaining("has ended");
    }

    @Test
    void processorTimeAndMemoryOfAProcessAreMeasured() throws Exception {
        ProcessHandle self = ProcessHandle.current();
        ProcessMeter meter = ProcessMeter.start(self.pid());
        Duration before = self.info().totalCpuDuration().orElseThrow();
        long spun = 0;
        while (self.info().totalCpuDuration().orElseThrow().minus(before).toMillis() < 50) {
            spun++;
        }
        Usage usage = meter.stop();
        assertThat(usage.cpuSeconds()).as("after %s looks", spun).isGreaterThanOrEqualTo(0.05);
        assertThat(usage.residentBytes()).isGreaterThan(10 << 20);
    }

    @Test
    void quietWaitsUntilProcessesIdleAndForOthers() throws Exception {
        Deque<Long> spentMs = new ArrayDeque<>(List.of(0L, 100L, 190L, 200L, 900L));
        List<String> waited = new ArrayList<>();
        Quiet first = () -> waited.add("written");
        first.then(Quiet.idle(() -> Duration.ofMillis(spentMs.remove()))).await();
        assertThat(waited).containsExactly("written");
        assertThat(spentMs).as("looks that were not needed any more").containsExactly(900L);
    }
}
