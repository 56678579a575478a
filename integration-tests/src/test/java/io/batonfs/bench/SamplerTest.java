package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The order in which samples are taken, and which of them count. */
class SamplerTest {
    private static final Row ROW = Samples.row("group", "row", Unit.SECONDS,
            Comparison.withHdfs(Contender.BATON_DAEMON, 2),
            Comparison.with(Contender.BATON_DAEMON, Contender.LOCAL_DISK));

    private final List<String> calls = new ArrayList<>();
    private int runs;

    /** Writes down what it is told; its figure is the number of the run. */
    private final class Recorder implements Entrant {
        private final Contender contender;

        Recorder(Contender contender) {
            this.contender = contender;
        }

        @Override
        public void open(Row row) {
            calls.add("open " + contender.title());
        }

        @Override
        public void before() {
            calls.add("before " + contender.title());
        }

        @Override
        public Sample run() {
            calls.add("run " + contender.title());
            runs++;
            return Samples.of(runs);
        }

        @Override
        public void after() {
            calls.add("after " + contender.title());
        }

        @Override
        public void end() {
            calls.add("end " + contender.title());
        }
    }

    @Test
    void contendersTakeTurnsInBeginningTooAndWarmupsDoNotCount() throws Exception {
        Sampler sampler = new Sampler(Recorder::new, () -> calls.add("quiet"),
                bytes -> calls.add("memory " + bytes), WarmUp.SHORT, 2, () -> 0);
        Map<Contender, Series> series = sampler.take(ROW);
        assertThat(calls.subList(0, 3)).containsExactly("open HDFS", "open disk", "open daemon");
        List<String> runs = calls.stream().filter(call -> call.startsWith("run ")).toList();
        assertThat(runs).containsExactly("run HDFS", "run disk", "run daemon", "run HDFS", "run disk", "run daemon",
                "run disk", "run daemon", "run HDFS");
        int start = 3;
        for (String run : runs) {
            String contender = run.substring("run ".length());
            List<String> expected = start < 12
                    ? List.of("before " + contender, run, "after " + contender)
                    : List.of("before " + contender, "quiet", "memory " + Samples.FRESH_BYTES, run, "after " + contender);
            assertThat(calls.subList(start, start + expected.size())).isEqualTo(expected);
            start += expected.size();
        }
        assertThat(calls.subList(start, calls.size())).containsExactly("end HDFS", "end disk", "end daemon");
        assertThat(series.get(Contender.HDFS).figures().samples()).containsExactly(4.0, 9.0);
        assertThat(series.get(Contender.LOCAL_DISK).figures().samples()).containsExactly(5.0, 7.0);
        assertThat(series.get(Contender.BATON_DAEMON).figures().samples()).containsExactly(6.0, 8.0);
        assertThat(sampler.stage()).isEqualTo("row HDFS sample 2 of 2");
    }

    @Test
    void warmingUpEndsWhenItGetsNoBetter() {
        WarmUp warmUp = new WarmUp(7, 0, 20);
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(), 0)).isTrue();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 9.0, 9.0), 0)).isTrue();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 5.0, 4.0, 4.0), 0)).isTrue();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 5.0, 4.0, 4.0, 4.1), 0)).isTrue();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 5.0, 4.0, 4.0, 4.1, 3.9), 0)).isFalse();
        assertThat(warmUp.wantsAnother(Unit.OPERATIONS_PER_SECOND, List.of(9.0, 5.0, 4.0, 3.0), 0)).isFalse();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0), 0)).isFalse();
        assertThat(WarmUp.SHORT.wantsAnother(Unit.SECONDS, List.of(9.0), 0)).isFalse();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 5.0), 19_999_999_999L)).isTrue();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 5.0), 20_000_000_000L)).isFalse();
    }

    @Test
    void warmingUpDoesNotEndBeforeTheCompilerHasHadItsTime() {
        WarmUp warmUp = new WarmUp(7, 5, 20);
        List<Double> many = Collections.nCopies(50, 4.0);
        assertThat(warmUp.wantsAnother(Unit.SECONDS, many, 4_999_999_999L)).isTrue();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, many, 5_000_000_000L)).isFalse();
        assertThat(warmUp.wantsAnother(Unit.SECONDS, List.of(9.0, 5.0), 5_000_000_000L)).isTrue();
        assertThat(WarmUp.USUAL.leastSeconds()).isLessThan(WarmUp.USUAL.mostSeconds());
    }

    @Test
    void failureOfOneContenderFailsTheRow() {
        Entrants entrants = contender -> {
            if (contender == Contender.BATON_DAEMON) {
                throw new IOException("the daemon does not start");
            }
            return new Recorder(contender);
        };
        Sampler sampler = new Sampler(
                entrants, () -> calls.add("quiet"), bytes -> { }, WarmUp.SHORT, 2, () -> 0);
        assertThatThrownBy(() -> sampler.take(ROW))
                .isInstanceOf(IOException.class).hasMessage("the daemon does not start");
        assertThat(calls).doesNotContain("quiet");
    }
}
