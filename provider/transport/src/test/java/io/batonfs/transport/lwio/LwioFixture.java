package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** A server over files in memory and the means to connect to it; closing it checks that nothing is left behind. */
final class LwioFixture implements AutoCloseable {
    private static final int SERVER_THREADS = 3;

    private final TestFabric fabric;
    final Nic serverNic;
    final Nic clientNic;
    final MemoryFiles files = new MemoryFiles();
    final AuthKeys keys = new AuthKeys(new SecureRandom(), () -> System.nanoTime() / 1_000_000, 60_000, 10_000);
    final ExecutorService executor = Executors.newFixedThreadPool(SERVER_THREADS);
    /** Before a task is handed to the executor: may throw what that throws if it has no thread. */
    volatile Runnable whenExecuting = () -> { };
    /** Behind that, when a thread may be at it already. */
    volatile Runnable whenExecuted = () -> { };
    /** The same of the scheduler. */
    volatile Runnable whenScheduling = () -> { };
    volatile boolean looksForFailures = true;
    private final Runnable[] handedOver = new Runnable[10_000];
    private int first;
    private int tasks;
    private volatile boolean lockless;
    private volatile boolean closing;
    final ScheduledExecutorService scheduler = new ScheduledThreadPoolExecutor(1) {
        @Override
        public void execute(Runnable task) {
            whenScheduling.run();
            super.execute(task);
        }

        /** The server's look for what has failed: oftener, or not at all. */
        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
            return super.scheduleWithFixedDelay(() -> {
                if (looksForFailures) {
                    task.run();
                }
            }, 1, 1, TimeUnit.MILLISECONDS);
        }
    };
    final LwioServer server;
    final String address;
    LwioClientConfig clientConfig = LwioClientConfig.DEFAULT;

    /** @param fabric closed with this */
    LwioFixture(LwioServerConfig config, TestFabric fabric) throws IOException {
        this(config, fabric, new FairCredits());
    }

    LwioFixture(LwioServerConfig config, TestFabric fabric, CreditPolicy policy) throws IOException {
        this(config, fabric, policy, System::nanoTime);
    }

    LwioFixture(LwioServerConfig config, TestFabric fabric, CreditPolicy policy, LongSupplier nanoClock)
            throws IOException {
        this.fabric = fabric;
        serverNic = new Nic(fabric.listening());
        clientNic = new Nic(fabric.connecting());
        server = new LwioServer(serverNic, config, files, keys, this::execute, scheduler, new SecureRandom(),
                nanoClock, policy);
        address = server.listen(fabric.address());
    }

    private void execute(Runnable task) {
        whenExecuting.run();
        if (lockless) {
            handOver(task);
        } else {
            executor.execute(task);
        }
        whenExecuted.run();
    }

    /**
     * From now on whoever hands tasks over calls no lock's method: a thread whose stack ends in one may leave it locked.
     * One more thread hands them on.
     */
    void withoutLocks() {
        lockless = true;
        executor.execute(() -> {
            while (!closing) {
                Runnable task = null;
                synchronized (handedOver) {
                    if (tasks > 0) {
                        tasks--;
                        task = handedOver[first];
                        first = (first + 1) % handedOver.length;
                    }
                }
                if (task == null) {
                    LockSupport.parkNanos(100_000);
                } else {
                    executor.execute(task);
                }
            }
        });
    }

    private void handOver(Runnable task) {
        synchronized (handedOver) {
            handedOver[(first + tasks) % handedOver.length] = task;
            tasks++;
        }
    }

    LwioConnection connect() throws IOException {
        return connect(clientNic);
    }

    /** By another client's NIC. */
    LwioConnection connect(Nic nic) throws IOException {
        UUID clientKey = UUID.randomUUID();
        AuthKeys.Issued issued = keys.issue(clientKey);
        return LwioClient.connect(nic, address, clientConfig, clientKey, Guid.bytesOf(issued.serverKey()),
                issued.secret());
    }

    /** Until something is so, or the test's time is over. */
    static void spinWhile(BooleanSupplier isNotSo) {
        while (isNotSo.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("its time is over, and it is not so");
            }
            Thread.onSpinWait();
        }
    }

    /** Until the server has seen the end of every connection, and all that they had is back. */
    void awaitForgotten() {
        spinWhile(() -> server.connections() > 0 || server.buffersInUse() > 0 || server.creditsGranted() > 0
                || files.open.get() > 0);
    }

    /** As {@link #awaitForgotten}, for all connections but one, which has a file open and nothing under way. */
    void awaitOneLeft() {
        spinWhile(() -> server.connections() > 1 || server.buffersInUse() > server.creditsGranted()
                || files.open.get() > 1);
    }

    /** Until what the server was doing is over, the taking in of its answers by a client in process too. */
    void awaitServerThreads() throws InterruptedException {
        CountDownLatch met = new CountDownLatch(SERVER_THREADS);
        for (int i = 0; i < SERVER_THREADS; i++) {
            executor.execute(() -> {
                met.countDown();
                try {
                    // So each thread takes one of these, behind what it had to do.
                    met.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        met.await();
    }

    @Override
    public void close() throws IOException {
        server.close();
        clientNic.close();
        serverNic.close();
        closing = true;
        executor.shutdown();
        scheduler.shutdownNow();
        try {
            if (!executor.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new AssertionError("the server's work does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
        check("connections", server.connections());
        check("credits", server.creditsGranted());
        check("server buffers in use", server.buffersInUse());
        check("server regions", serverNic.registeredRegions());
        check("server queue pairs", serverNic.openQueuePairs());
        check("files", files.open.get());
        check("calls after close", files.callsAfterClose.get());
        fabric.close();
    }

    /** Also that clients left nothing; for tests that have closed theirs. */
    void checkClientsGone() {
        check("client regions", clientNic.registeredRegions());
        check("client queue pairs", clientNic.openQueuePairs());
    }

    private static void check(String what, int left) {
        if (left != 0) {
            throw new AssertionError(left + " " + what + " left behind");
        }
    }
}
