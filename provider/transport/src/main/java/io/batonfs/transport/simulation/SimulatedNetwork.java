package io.batonfs.transport.simulation;

import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network of packets under a virtual clock: brings each to its node after the latency, in the order of their sending
 * between any two nodes, but for what its {@link FaultPlan} does. {@link SimulatedWire} makes reliable connections of
 * it.
 *
 * <p>Nodes are attached, cut off and killed by any thread; packets belong to the scheduler's tasks. Guarded by
 * {@code this}, which is held while nothing else is called but the plan, the trace and the scheduler's queue.
 */
public final class SimulatedNetwork {
    private static final int NEAR_THE_END = 256;

    private final SeededScheduler scheduler;
    private final VirtualClock clock;
    private final FaultPlan plan;
    private final EventTrace trace;
    private final ReliableLinkConfig config;
    private final SplittableRandom random;
    private final LinkCounters counters = new LinkCounters();
    private final AtomicInteger linkNumbers = new AtomicInteger();

    private final Map<String, Integer> nodeNumbers = new HashMap<>();
    /** The port at each node, dead or alive. */
    private final List<SimulatedWire> ports = new ArrayList<>();
    private final Map<Long, Path> paths = new HashMap<>();
    /** Until when two nodes are cut off from each other. */
    private final Map<Long, Long> cuts = new HashMap<>();
    /** How many packets between two nodes have met one. */
    private final Map<Long, Long> faults = new HashMap<>();
    private int packetsOnTheWay;

    /**
     * A network without nodes.
     *
     * @param seed of what the reliable connections choose for themselves
     */
    public SimulatedNetwork(SeededScheduler scheduler, VirtualClock clock, FaultPlan plan, EventTrace trace,
            ReliableLinkConfig config, long seed) {
        this.scheduler = scheduler;
        this.clock = clock;
        this.plan = plan;
        this.trace = trace;
        this.config = config;
        this.random = new SplittableRandom(seed);
    }

    /** Packets from one node to another that arrive in their order. */
    private static final class Path {
        private final ArrayDeque<byte[]> inOrder = new ArrayDeque<>();
        private long lastDue;
    }

    SeededScheduler scheduler() {
        return scheduler;
    }

    VirtualClock clock() {
        return clock;
    }

    EventTrace trace() {
        return trace;
    }

    ReliableLinkConfig config() {
        return config;
    }

    /** What its connections have met. */
    public LinkCounters counters() {
        return counters;
    }

    int nextLinkNumber() {
        return linkNumbers.incrementAndGet();
    }

    /** Random, as RDMA's is, but every other connection meets the end of the numbers soon. */
    synchronized int firstSequence() {
        return random.nextBoolean() ? random.nextInt(Packet.SEQUENCE_MASK + 1)
                : Packet.SEQUENCE_MASK - random.nextInt(NEAR_THE_END);
    }

    /**
     * Plugs in a NIC.
     *
     * @param node a new name, or that of a node whose NIC has died
     */
    public synchronized SimulatedWire attach(String node) {
        Integer known = nodeNumbers.get(node);
        if (known != null && ports.get(known).isAlive()) {
            throw new IllegalStateException(node + " has a NIC that is alive");
        }
        int number = known != null ? known : ports.size();
        SimulatedWire port = new SimulatedWire(this, number, node);
        if (known != null) {
            ports.set(number, port);
        } else {
            nodeNumbers.put(node, number);
            ports.add(port);
        }
        return port;
    }

    synchronized int nodeNumber(String node) throws UnknownHostException {
        Integer number = nodeNumbers.get(node);
        if (number == null) {
            throw new UnknownHostException("there is no node " + node + " in the simulated network");
        }
        return number;
    }

    private synchronized SimulatedWire port(int node) {
        return ports.get(node);
    }

    private static long pathKey(int from, int to) {
        return (long) from << Integer.SIZE | to;
    }

    private static long pairKey(int one, int other) {
        return pathKey(Math.min(one, other), Math.max(one, other));
    }

    /**
     * Nothing goes between two nodes for a while.
     *
     * @param nanos {@link Long#MAX_VALUE} until {@link #heal}
     */
    public synchronized void cut(String one, String other, long nanos) {
        cut(nodeNumbers.get(one), nodeNumbers.get(other), nanos);
    }

    private void cut(int one, int other, long nanos) {
        long now = clock.nanoTime();
        cuts.merge(pairKey(one, other), nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos, Math::max);
        trace.record("cut", pairKey(one, other), nanos);
    }

    /** Ends all cuts. */
    public synchronized void heal() {
        cuts.clear();
    }

    /** The NIC of a node dies, and everything on it ends; what is on its way there is lost. */
    public void kill(String node) {
        SimulatedWire port;
        synchronized (this) {
            port = ports.get(nodeNumbers.get(node));
        }
        scheduler.execute(port::die);
    }

    /** Faults that packets between two nodes have met. */
    public synchronized long faultsBetween(String one, String other) {
        return faults.getOrDefault(pairKey(nodeNumbers.get(one), nodeNumbers.get(other)), 0L);
    }

    /** Packets that have been sent and have neither arrived nor been lost. */
    public synchronized int packetsOnTheWay() {
        return packetsOnTheWay;
    }

    /** Sends a packet, which must not be changed afterwards. */
    void send(int from, int to, byte[] bytes) {
        Fault fault = plan.next();
        if (fault != Fault.NONE) {
            trace.record(fault.name(), pathKey(from, to), bytes.length);
            synchronized (this) {
                faults.merge(pairKey(from, to), 1L, Long::sum);
            }
        }
        switch (fault) {
            case NONE -> inOrder(from, to, bytes, 0);
            case DELAY -> inOrder(from, to, bytes, plan.lateNanos());
            case REORDER -> alone(from, to, bytes, plan.lateNanos());
            case DUPLICATE -> {
                inOrder(from, to, bytes, 0);
                alone(from, to, bytes, plan.lateNanos());
            }
            case CORRUPT -> {
                byte[] changed = bytes.clone();
                int bit = plan.bit(bytes.length);
                changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                inOrder(from, to, changed, 0);
            }
            case CUT -> cutNow(from, to, plan.cutNanos());
            case CUT_FOR_GOOD -> cutNow(from, to, Long.MAX_VALUE);
            case NIC_DEATH -> scheduler.execute(port(to)::die);
            case DROP -> { }
        }
    }

    private synchronized void cutNow(int from, int to, long nanos) {
        cut(from, to, nanos);
    }

    /** Lets go of it behind all that went before on its path. */
    private void inOrder(int from, int to, byte[] bytes, long lateNanos) {
        Path path;
        long delay;
        synchronized (this) {
            path = paths.computeIfAbsent(pathKey(from, to), unused -> new Path());
            path.inOrder.addLast(bytes);
            path.lastDue = Math.max(path.lastDue + 1, clock.nanoTime() + config.latencyNanos() + lateNanos);
            delay = path.lastDue - clock.nanoTime();
            packetsOnTheWay++;
        }
        scheduler.after(delay, () -> {
            byte[] next;
            synchronized (this) {
                next = path.inOrder.removeFirst();
            }
            arrive(from, to, next);
        });
    }

    private void alone(int from, int to, byte[] bytes, long lateNanos) {
        synchronized (this) {
            packetsOnTheWay++;
        }
        scheduler.after(config.latencyNanos() + lateNanos, () -> arrive(from, to, bytes));
    }

    private void arrive(int from, int to, byte[] bytes) {
        SimulatedWire port = null;
        synchronized (this) {
            packetsOnTheWay--;
            if (cuts.getOrDefault(pairKey(from, to), 0L) <= clock.nanoTime()) {
                port = ports.get(to);
            }
        }
        if (port != null && port.isAlive()) {
            trace.record("packet", pathKey(from, to), fingerprint(bytes));
            port.take(from, bytes);
        }
    }

    /** The checksum says all; the length in case there is none. */
    private static long fingerprint(byte[] bytes) {
        long sum = bytes.length;
        for (int i = Packet.CHECKSUM_OFFSET; i < Packet.BYTES; i++) {
            sum = sum << Byte.SIZE | Byte.toUnsignedLong(bytes[i]);
        }
        return sum;
    }
}
