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
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
    /** The same of the scheduler. */
    volatile Runnable whenScheduling = () -> { };
    final ScheduledExecutorService scheduler = new ScheduledThreadPoolExecutor(1) {
        @Override
        public void execute(Runnable task) {
            whenScheduling.run();
            super.execute(task);
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
        executor.execute(task);
    }

    LwioConnection connect() throws IOException {
        UUID clientKey = UUID.randomUUID();
        AuthKeys.Issued issued = keys.issue(clientKey);
        return LwioClient.connect(clientNic, address, clientConfig, clientKey, Guid.bytesOf(issued.serverKey()),
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
