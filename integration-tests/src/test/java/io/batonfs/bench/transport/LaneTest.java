package io.batonfs.bench.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A carrier that loses, mixes up or damages bytes does not get away with it. */
class LaneTest {
    private static final int BYTES = 4096;
    private static final Load READS = new Load(Operation.READ, BYTES, 1, 2, 4 * BYTES);

    private long nowNanos;
    private final List<Long> latencies = new ArrayList<>();
    private final Run run = new Run(Duration.ofNanos(100), () -> nowNanos, latencies::add);

    private static Request bring(Request request) {
        Content.fill(request.data(), BYTES, request.offset());
        return request;
    }

    @Test
    void takesWhatIsRight() throws IOException {
        Lane lane = Lane.of(READS).get(0);
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            offsets.add(bring(lane.next(nowNanos)).offset());
            lane.answered(run);
        }
        lane.check();
        assertThat(offsets).as("offsets, one after the other, around the file")
                .containsExactly(0L, 4096L, 8192L, 12288L, 0L, 4096L);
        assertThat(lane.outstanding()).isZero();
    }

    @Test
    void noticesThatNothingCame() throws IOException {
        Lane lane = Lane.of(READS).get(0);
        for (int i = 0; i < 4; i++) {
            bring(lane.next(nowNanos));
            lane.answered(run);
        }
        lane.next(nowNanos);
        assertThatThrownBy(() -> lane.answered(run)).as("memory has what was read there before")
                .isInstanceOf(IOException.class).hasMessageContaining("wrong bytes");
    }

    @Test
    void noticesBytesOfAnotherPlace() {
        Lane lane = Lane.of(READS).get(0);
        Content.fill(lane.next(nowNanos).data(), BYTES, BYTES);
        assertThatThrownBy(() -> lane.answered(run)).isInstanceOf(IOException.class);
    }

    @Test
    void noticesOneWrongByteAfterTheSample() throws IOException {
        Lane lane = Lane.of(READS).get(0);
        Request request = bring(lane.next(nowNanos));
        request.data().put(1000, (byte) ~request.data().get(1000));
        lane.answered(run);
        assertThatThrownBy(lane::check).isInstanceOf(IOException.class).hasMessageContaining("at 1000");
    }

    @Test
    void noticesAnEchoOfSomethingElse() throws IOException {
        Lane lane = Lane.of(Load.hot(Operation.ECHO, 64, 1, 1)).get(0);
        Request first = lane.next(nowNanos);
        first.data().put(0, first.message(), 0, 64);
        lane.answered(run);
        lane.next(nowNanos);
        assertThatThrownBy(() -> lane.answered(run)).as("the first echo again").isInstanceOf(IOException.class)
                .hasMessageContaining("echo 1");
    }

    @Test
    void aServerNoticesAWriteThatIsDamaged() throws IOException {
        Request write = Lane.of(Load.hot(Operation.WRITE, BYTES, 1, 1)).get(0).next(nowNanos);
        IncomingRequest incoming = new IncomingRequest(new ServedFile());
        incoming.wanted().put(write.message());
        assertThat(incoming.isComplete()).isFalse();
        incoming.wanted().put(write.data());
        assertThat(incoming.isComplete()).isTrue();
        write.answer().put(incoming.answer());
        write.checkReceipt();

        write.data().putLong(BYTES - Long.BYTES, 7).clear();
        write.message().clear();
        incoming.wanted().put(write.message());
        incoming.isComplete();
        incoming.wanted().put(write.data());
        assertThatThrownBy(incoming::answer).isInstanceOf(IOException.class).hasMessageContaining("wrong bytes");
    }

    @Test
    void aServerTakesALongWriteAfterAShortOne() throws IOException {
        IncomingRequest incoming = new IncomingRequest(new ServedFile());
        for (int length : new int[] {4 * BYTES, BYTES, 4 * BYTES}) {
            Request write = Lane.of(Load.hot(Operation.WRITE, length, 1, 1)).get(0).next(nowNanos);
            incoming.wanted().put(write.message());
            assertThat(incoming.isComplete()).isFalse();
            incoming.wanted().put(write.data());
            assertThat(incoming.isComplete()).isTrue();
            write.answer().put(incoming.answer());
            write.checkReceipt();
        }
    }

    @Test
    void aRequestLastsFromItsBeginningToItsAnswer() throws IOException {
        Lane lane = Lane.of(READS).get(0);
        nowNanos = 5;
        long begun = run.begin();
        bring(lane.next(begun));
        bring(lane.next(begun));
        nowNanos = 25;
        long now = lane.answered(run);
        assertThat(run.goesOn(now)).isTrue();
        nowNanos = 105;
        assertThat(run.goesOn(lane.answered(run))).isFalse();
        assertThat(latencies).containsExactly(20L, 100L);
        assertThat(run.requests()).isEqualTo(2);
        assertThat(run.nanos()).isEqualTo(100);
    }
}
