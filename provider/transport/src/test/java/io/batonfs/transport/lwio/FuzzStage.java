package io.batonfs.transport.lwio;

import io.batonfs.transport.RecordedLog;
import io.batonfs.transport.simulation.EventTrace;
import io.batonfs.transport.simulation.FaultPlan;
import io.batonfs.transport.simulation.FaultRates;
import io.batonfs.transport.simulation.ReliableLinkConfig;
import io.batonfs.transport.simulation.SeededScheduler;
import io.batonfs.transport.simulation.SimulatedNetwork;
import io.batonfs.transport.simulation.VirtualClock;
import io.batonfs.transport.verbs.Nic;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Where hostile peers are played: a server and a client NIC on a network without faults, all in one thread and virtual
 * time, so that a seed says everything that happens. Closing it checks that nothing is left and that nobody had to log
 * an exception that he could not handle.
 */
final class FuzzStage implements AutoCloseable {
    /** In which whatever is to happen has happened. */
    static final long BOUND_NANOS = 500_000_000;
    static final int IO_BYTES = 16 * 1024;
    static final int CREDITS = 6;
    static final int MAX_FIDS = 8;
    static final int MAX_CONNECTIONS = 16;
    /** Of connections that come when the large ones are taken; those who say that they send little get no more. */
    static final int SMALL_IO_BYTES = 6 * 1024;
    /** Fewer than all connections could use, and large ones for no more than three of them. */
    private static final int LARGE_BUFFERS = 8;
    private static final int SMALL_BUFFERS = 22;
    private static final int FILE_NANOS = 20_000;
    /** Who proves nothing leaves his key unused: those must not fill the store in a long run. */
    private static final long KEY_LIFETIME_MS = 50;
    private static final LwioServerConfig CONFIG = new LwioServerConfig(CREDITS, IO_BYTES,
            List.of(new ReceiveSizeClass(IO_BYTES, LARGE_BUFFERS * (long) (IO_BYTES + 256)),
                    new ReceiveSizeClass(SMALL_IO_BYTES, SMALL_BUFFERS * (long) (SMALL_IO_BYTES + 128))),
            6, MAX_CONNECTIONS, MAX_FIDS, 50, 100, 1000);
    private static final String ADDRESS = "server:data";

    final VirtualClock clock = new VirtualClock();
    final SplittableRandom random;
    final MemoryFiles files = new MemoryFiles();
    final AuthKeys keys;
    final LwioServer server;
    final Nic serverNic;
    /** Of honest clients and hostile ones. */
    final Nic clientNic;
    final SeededScheduler scheduler;
    private final SimulatedNetwork network;
    private final String again;
    private int largeGrants;
    private int smallGrants;

    FuzzStage(long seed, long actions, boolean carriesImmediate) throws IOException {
        again = "-Dfuzz.seed=" + seed + " -Dfuzz.actions=" + actions;
        RecordedLog.takeErrors();
        SplittableRandom seeds = new SplittableRandom(seed);
        random = seeds.split();
        EventTrace trace = new EventTrace(clock);
        scheduler = new SeededScheduler(clock, seeds.nextLong(), trace, TimeUnit.DAYS.toNanos(1));
        // No second try where no receive is posted: there, a client that overruns its credits has to be found out.
        ReliableLinkConfig link = new ReliableLinkConfig(4096, 16, 5_000, 500_000, 7, 100_000, 0, 0, 64 * 1024,
                carriesImmediate, true, true);
        network = new SimulatedNetwork(scheduler, clock, new FaultPlan(FaultRates.NONE, seeds.nextLong()), trace, link,
                seeds.nextLong());
        keys = new AuthKeys(seeds.split(), clock::millis, KEY_LIFETIME_MS, 1000);
        serverNic = new Nic(network.attach("server"));
        clientNic = new Nic(network.attach("clients"));
        server = new LwioServer(serverNic, CONFIG, files, keys, scheduler, scheduler, seeds.split(), clock::nanoTime,
                new FairCredits());
        server.listen(ADDRESS);
        SplittableRandom delays = seeds.split();
        files.completions = task -> {
            if (delays.nextInt(3) == 0) {
                task.run();
            } else {
                scheduler.schedule(task, delays.nextInt(FILE_NANOS), TimeUnit.NANOSECONDS);
            }
        };
    }

    /** The seed of a run. */
    static long seed() {
        return Long.getLong("fuzz.seed", System.nanoTime());
    }

    static String address() {
        return ADDRESS;
    }

    /** One more node. */
    Nic attach(String node) {
        return new Nic(network.attach(node));
    }

    LwioClient newClient(LwioClientConfig config) {
        return LwioClient.withExecutor(clientNic, config, scheduler, clock::nanoTime);
    }

    LwioConnection open(LwioClient client) throws IOException {
        UUID clientKey = new UUID(random.nextLong(), random.nextLong());
        AuthKeys.Issued issued = keys.issue(clientKey);
        return client.open(ADDRESS, clientKey, Guid.bytesOf(issued.serverKey()), issued.secret());
    }

    void pass(long nanos) {
        scheduler.runFor(nanos);
    }

    /** Lets time pass until something is so, which has to be soon. */
    void until(String what, BooleanSupplier condition) {
        long deadline = clock.nanoTime() + BOUND_NANOS;
        while (!condition.getAsBoolean()) {
            check(clock.nanoTime() < deadline, "not in time: " + what);
            scheduler.runFor(10_000);
        }
    }

    void check(boolean good, String what) {
        if (!good) {
            throw new AssertionError(again + ": " + what);
        }
    }

    /** A client has been granted buffers of one of the two sizes. */
    void seeGrant(boolean large) {
        largeGrants += large ? 1 : 0;
        smallGrants += large ? 0 : 1;
    }

    /** Whether both sizes have been granted. */
    boolean hasSeenBothSizes() {
        return largeGrants > 0 && smallGrants > 0;
    }

    /** Nobody may have had to log an exception. */
    void checkNoErrors() {
        List<String> errors = RecordedLog.takeErrors();
        check(errors.isEmpty(), "errors were logged: " + errors);
    }

    private void checkNone(int left, String what) {
        check(left == 0, left + " " + what + " left behind");
    }

    /** Once all clients are closed. */
    @Override
    public void close() throws IOException {
        until("the server sees the end of its clients", () -> server.connections() == 0 && files.open.get() == 0);
        checkNone(server.creditsGranted(), "credits");
        checkNone(server.buffersInUse(), "buffers of the server in use");
        checkNone(clientNic.registeredRegions(), "regions of clients");
        checkNone(clientNic.openQueuePairs(), "queue pairs of clients");
        server.close();
        checkNone(serverNic.registeredRegions(), "regions of the server");
        checkNone(serverNic.openQueuePairs(), "queue pairs of the server");
        checkNone(files.callsAfterClose.get(), "calls of closed files");
        clientNic.close();
        serverNic.close();
        scheduler.runUntil(() -> false);
        checkNone(scheduler.pending(), "tasks");
        checkNone(network.packetsOnTheWay(), "packets");
        checkNoErrors();
    }

    @Override
    public String toString() {
        return again;
    }
}
