package io.batonfs.histories;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One race: each client does what its part of the seed says, on a thread of its own, all begin together; at the end what
 * they have open is closed, and one of them looks at everything. The clock counts calls: a number is taken before a call
 * begins and after it has ended, so that an order of numbers is an order in time, in whatever JVM the client works.
 */
final class RaceRun {
    private static final long PATIENCE_S = 300;
    /** Each call may make a file, whose tag is the value of a byte. */
    private static final int MOST_TAGS = Byte.MAX_VALUE;

    private final long seed;
    private final String root;
    private final List<? extends Client> clients;
    private final int callsPerClient;
    private final List<String> names;
    private final CountDownLatch untilDisturbance;
    private final Disturbance disturbance;
    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger tags = new AtomicInteger();

    /** What befalls a race from outside. */
    @FunctionalInterface
    interface Disturbance {
        /** Nothing. */
        Disturbance NONE = () -> { };

        /** Lets it happen; clients go on meanwhile. */
        void happen() throws Exception;
    }

    /**
     * A race.
     *
     * @param seed           what the clients do; when they do it is up to the threads
     * @param root           a directory that is there, empty, and nobody else's
     * @param callsPerClient operations of each, besides closing
     * @param disturbance    happens once, after a number of calls that the seed says
     */
    RaceRun(long seed, String root, List<? extends Client> clients, int callsPerClient, Disturbance disturbance) {
        this.seed = seed;
        this.root = root;
        this.clients = clients;
        this.callsPerClient = callsPerClient;
        this.disturbance = disturbance;
        if (clients.size() * callsPerClient > MOST_TAGS) {
            throw new IllegalArgumentException("more than " + MOST_TAGS + " calls: use fewer clients or calls");
        }
        Workload choices = new Workload(seed, Workload.NAMES);
        List<String> some = new ArrayList<>(Workload.NAMES);
        for (int drop = choices.choose(some.size() - 2); drop > 0; drop--) {
            some.remove(choices.choose(some.size()));
        }
        this.names = some;
        this.untilDisturbance = new CountDownLatch(1 + choices.choose(clients.size() * callsPerClient));
    }

    /** Runs it and gives what happened. */
    History run() throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(clients.size() + 1);
        try {
            CyclicBarrier start = new CyclicBarrier(clients.size());
            List<Future<List<Call>>> running = new ArrayList<>();
            for (int i = 0; i < clients.size(); i++) {
                int number = i;
                running.add(threads.submit((Callable<List<Call>>) () -> {
                    start.await(PATIENCE_S, TimeUnit.SECONDS);
                    return work(number);
                }));
            }
            Future<?> disturbed = threads.submit((Callable<Void>) () -> {
                untilDisturbance.await();
                disturbance.happen();
                return null;
            });
            List<Call> calls = new ArrayList<>();
            for (Future<List<Call>> one : running) {
                calls.addAll(one.get());
            }
            disturbed.get();
            calls.addAll(threads.submit(this::lookAtAll).get());
            return new History(calls);
        } finally {
            threads.shutdownNow();
            if (!threads.awaitTermination(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new AssertionError("a client of history " + seed + " does not end");
            }
        }
    }

    private List<Call> work(int number) throws Exception {
        Workload workload = new Workload(seed * 31 + number, names);
        List<Call> calls = new ArrayList<>();
        Deque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < callsPerClient; i++) {
            if (!open.isEmpty() && workload.choose(3) == 0) {
                calls.add(call(number, new Operation.Close(open.removeFirst())));
            }
            Operation operation = workload.next(tags.incrementAndGet());
            Call call = call(number, operation);
            calls.add(call);
            if (operation instanceof Operation.Create && call.outcome().equals(new Outcome.Returned(true))) {
                open.addLast(((Operation.Create) operation).tag());
            }
        }
        while (!open.isEmpty()) {
            calls.add(call(number, new Operation.Close(open.removeFirst())));
        }
        return calls;
    }

    private List<Call> lookAtAll() throws Exception {
        List<Call> calls = new ArrayList<>();
        calls.add(call(0, new Operation.ListEntries("/")));
        for (String name : Workload.NAMES) {
            calls.add(call(0, new Operation.ListEntries(name)));
            calls.add(call(0, new Operation.Read(name)));
        }
        return calls;
    }

    private Call call(int number, Operation operation) throws Exception {
        long invoked = clock.incrementAndGet();
        Outcome outcome = clients.get(number).perform(root, operation);
        untilDisturbance.countDown();
        return new Call(number, invoked, clock.incrementAndGet(), operation, outcome);
    }
}
