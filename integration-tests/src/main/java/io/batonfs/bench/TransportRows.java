package io.batonfs.bench;

import static io.batonfs.bench.Contender.AERON;
import static io.batonfs.bench.Contender.DOORBELL;
import static io.batonfs.bench.Contender.IN_PROCESS;
import static io.batonfs.bench.Contender.MEMORY_COPY;
import static io.batonfs.bench.Contender.NETTY;
import static io.batonfs.bench.Contender.NIO;
import static io.batonfs.bench.Contender.RING;
import static io.batonfs.bench.Contender.SHARED_MEMORY;
import static io.batonfs.bench.Contender.TCP;
import static io.batonfs.bench.Contender.UNIX_SOCKET;

import io.batonfs.bench.transport.Load;
import io.batonfs.bench.transport.Operation;
import io.batonfs.bench.transport.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Messages and bytes between two processes, and within one, without a file system: Baton's wires beside other
 * carriers.
 */
final class TransportRows {
    private static final String GROUP = "transport";
    private static final int MESSAGE_BYTES = 64;
    private static final int PAGE_BYTES = 4 << 10;
    private static final int MEBIBYTE = 1 << 20;
    private static final int[] LENGTHS = {64 << 10, MEBIBYTE, 4 << 20};
    private static final int MANY_OUTSTANDING = 8;
    /** Round trip of a message over shared memory. */
    private static final Yardstick MESSAGE_LIMIT_US = new Yardstick.Limit(0.3);
    /** A page read in polling mode. */
    private static final Yardstick PAGE_LIMIT_US = new Yardstick.Limit(1.5);
    /** p99 may be five times p50. */
    private static final double TAIL_GOAL = 1 / 5.0;
    private static final Yardstick OWN_MEDIAN = new Yardstick.Part(TransportFigure.P50_US, "its own p50", 0);
    /** May take 1.3 times as long as a bare doorbell. */
    private static final double DOORBELL_GOAL = 1 / 1.3;
    /** Of one memory copy. */
    private static final double COPY_GOAL = 0.8;
    /** Of plain NIO. */
    private static final double TCP_GOAL = 0.9;
    private static final String ANSWERED = "one request at a time, the next as soon as the answer is there";
    private static final String ECHOED = ANSWERED + "; over shared memory a thread of each end polls its queue pair";
    private static final String CARRIED =
            "a read is answered when its bytes are in the client's memory, a write when they are in the server's, where"
            + " the carrier puts them; nothing is forced, and what the server's file system would do is not in it";

    private final TransportSizes sizes;
    private final List<Row> rows = new ArrayList<>();

    private TransportRows(TransportSizes sizes) {
        this.sizes = sizes;
    }

    static List<Row> at(Sizes sizes) {
        TransportRows rows = new TransportRows(TransportSizes.of(sizes));
        rows.addLatencies();
        rows.addThroughputs();
        return rows.rows;
    }

    private void addLatencies() {
        Load echo = Load.hot(Operation.ECHO, MESSAGE_BYTES, 1, 1);
        add("verbs-64B", TransportFigure.P50, ECHOED, Service.VERBS, echo, List.of(
                to(SHARED_MEMORY, MESSAGE_LIMIT_US, 1), Comparison.with(SHARED_MEMORY, RING),
                Comparison.with(SHARED_MEMORY, AERON), Comparison.with(SHARED_MEMORY, UNIX_SOCKET),
                Comparison.with(IN_PROCESS, RING), Comparison.with(TCP, NIO), Comparison.with(TCP, NETTY)));
        add("verbs-64B-p99", TransportFigure.P99, ECHOED, Service.VERBS, echo, List.of(
                to(SHARED_MEMORY, OWN_MEDIAN, TAIL_GOAL), Comparison.with(SHARED_MEMORY, RING),
                Comparison.with(SHARED_MEMORY, AERON), Comparison.with(TCP, NIO), Comparison.with(TCP, NETTY)));
        Load page = Load.hot(Operation.READ, PAGE_BYTES, 1, 1);
        add("lwio-4KiB-polling", TransportFigure.P50, ANSWERED, Service.POLLING, page, List.of(
                to(IN_PROCESS, PAGE_LIMIT_US, 1), to(SHARED_MEMORY, PAGE_LIMIT_US, 1),
                Comparison.with(SHARED_MEMORY, RING), Comparison.with(SHARED_MEMORY, AERON),
                Comparison.with(SHARED_MEMORY, UNIX_SOCKET), Comparison.with(TCP, NIO), Comparison.with(TCP, NETTY)));
        add("lwio-4KiB-polling-p99", TransportFigure.P99, ANSWERED, Service.POLLING, page, List.of(
                to(IN_PROCESS, OWN_MEDIAN, TAIL_GOAL), to(SHARED_MEMORY, OWN_MEDIAN, TAIL_GOAL),
                Comparison.with(SHARED_MEMORY, RING), Comparison.with(SHARED_MEMORY, AERON)));
        add("lwio-4KiB-interrupt", TransportFigure.P50, ANSWERED + "; the wire looks for up to 50 us before it sleeps",
                Service.INTERRUPT, page, List.of(
                with(IN_PROCESS, DOORBELL, DOORBELL_GOAL), with(SHARED_MEMORY, DOORBELL, DOORBELL_GOAL),
                Comparison.with(TCP, NIO), Comparison.with(TCP, NETTY)));
        add("lwio-4KiB-doorbell", TransportFigure.P50,
                ANSWERED + "; the wire never looks: both ends are woken each time", Service.DOORBELL, page,
                List.of(with(SHARED_MEMORY, DOORBELL, DOORBELL_GOAL)));
    }

    private void addThroughputs() {
        for (Operation operation : List.of(Operation.READ, Operation.WRITE)) {
            for (int length : LENGTHS) {
                addThroughput(Load.hot(operation, length, 1, 1));
                addThroughput(Load.hot(operation, length, 1, MANY_OUTSTANDING));
                addThroughput(Load.hot(operation, length, sizes.connections(), 1));
            }
            // More at a time would be 512 MiB and 2 GiB under way.
            addThroughput(Load.hot(operation, LENGTHS[0], sizes.connections(), MANY_OUTSTANDING));
            Load wide = Load.hot(operation, MEBIBYTE, 1, MANY_OUTSTANDING);
            add(name(wide) + "-cpu", TransportFigure.PROCESSOR_TIME, CARRIED + ". Processor time of both processes",
                    Service.INTERRUPT, wide, List.of(with(TCP, NIO, 1), Comparison.with(TCP, NETTY)));
        }
        add("lwio-read-1MiB-cold", TransportFigure.THROUGHPUT, CARRIED
                        + ". File and memory are walked through and larger than the caches", Service.INTERRUPT,
                new Load(Operation.READ, MEBIBYTE, 1, 1, sizes.coldBytes()), List.of(
                with(IN_PROCESS, MEMORY_COPY, COPY_GOAL), with(SHARED_MEMORY, MEMORY_COPY, COPY_GOAL)));
    }

    private void addThroughput(Load load) {
        boolean judged = load.operation() == Operation.READ && load.lengthBytes() == MEBIBYTE;
        OptionalDouble copyGoal = judged ? OptionalDouble.of(COPY_GOAL) : OptionalDouble.empty();
        List<Comparison> comparisons = new ArrayList<>(List.of(
                new Comparison(IN_PROCESS, new Yardstick.Peer(MEMORY_COPY), copyGoal),
                new Comparison(SHARED_MEMORY, new Yardstick.Peer(MEMORY_COPY), copyGoal),
                Comparison.with(SHARED_MEMORY, UNIX_SOCKET)));
        if (load.connections() == 1) {
            // A stream of Aeron's takes nearly 100 MiB of shared memory: nobody has 64 of them.
            comparisons.add(Comparison.with(SHARED_MEMORY, AERON));
        }
        comparisons.add(with(TCP, NIO, TCP_GOAL));
        comparisons.add(Comparison.with(TCP, NETTY));
        add(name(load), TransportFigure.THROUGHPUT, CARRIED, Service.INTERRUPT, load, comparisons);
    }

    /** Connections and requests outstanding on each stand at the end. */
    private static String name(Load load) {
        String length = load.lengthBytes() < MEBIBYTE
                ? (load.lengthBytes() >> 10) + "KiB" : (load.lengthBytes() >> 20) + "MiB";
        return "lwio-" + load.operation().name().toLowerCase(Locale.ROOT) + "-" + length + "-" + load.connections()
                + "x" + load.outstanding();
    }

    private void add(String name, TransportFigure figure, String acknowledged, Service service, Load load,
            List<Comparison> comparisons) {
        rows.add(new Row(GROUP, name, figure.unit(), acknowledged, comparisons,
                site -> new TransportWork(site, load, service, sizes.spell(figure), figure)));
    }

    private static Comparison to(Contender subject, Yardstick yardstick, double goal) {
        return new Comparison(subject, yardstick, OptionalDouble.of(goal));
    }

    private static Comparison with(Contender subject, Contender peer, double goal) {
        return to(subject, new Yardstick.Peer(peer), goal);
    }
}
