package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Measures the shared-memory wire between two processes beside a plain Unix socket, in one run: {@code main} without
 * arguments starts the other process itself. No test: prints figures, and the load that they were taken under.
 */
public final class SharedMemoryMeasure {
    private static final int SMALL = 64;
    private static final int LARGE = 1 << 20;
    private static final int ROUNDS = Integer.getInteger("measure.rounds", 5);
    private static final int TRIPS = 20_000;
    /** So often as many, of which the last are counted. */
    private static final int WARM = 5;
    private static final int WRITES = 400;
    private static final int WINDOW = 8;

    private SharedMemoryMeasure() {
    }

    /** See above; with a directory, the other process. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            serve(Path.of(arguments[0]));
            return;
        }
        Path base = SharedMemoryTests.newBase();
        Process server = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-classpath", System.getProperty("java.class.path"), SharedMemoryMeasure.class.getName(),
                base.toString())).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            server.inputReader().readLine();
            System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
            for (int round = 0; round < ROUNDS; round++) {
                polled(base);
                if (!Boolean.getBoolean("measure.polledOnly")) {
                    verbs(base, "spinning", 50);
                    verbs(base, "doorbell", 0);
                    socket(base);
                }
            }
            System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
        } finally {
            server.destroyForcibly().waitFor();
            try (var left = Files.walk(base)) {
                for (Path path : left.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static SharedMemoryWire wire(Path base, int spinMicros) throws IOException {
        SharedMemoryWireConfig d = SharedMemoryWireConfig.DEFAULT;
        return new SharedMemoryWire(new SharedMemoryWireConfig(base, Set.of(), 1, spinMicros, d.slots(),
                Integer.getInteger("measure.area", d.areaBytes()), Integer.getInteger("measure.area", d.wideAreaBytes()),
                d.handshakeTimeoutMs(), d.maxHandshakes(), d.backlog(), d.stalledPeerTimeoutMs(), d.closeTimeoutMs(),
                d.maxMessageBytes(), d.maxQueuedBytes(), d.queueBudgetBytes(), d.maxMemoryBytes()));
    }

    /** One end; its doorbell handles what comes, on the thread that drives, or a thread polls. */
    private static final class End {
        final CompletionQueue completions;
        final WorkCompletion[] batch = WorkCompletion.batch(16);
        final WorkRequest work = new WorkRequest();
        final MemoryRegion memory;
        final MemoryRegion target;
        final QueuePair pair;
        final boolean echoes;
        volatile CompletableFuture<Void> answer = new CompletableFuture<>();
        volatile int written;
        int answers;
        boolean ended;

        End(Nic nic, boolean echoes, boolean armed) throws IOException {
            this.echoes = echoes;
            ProtectionDomain domain = nic.allocateDomain();
            completions = nic.createCompletionQueue();
            memory = domain.allocate(4096, Set.of(AccessRight.LOCAL_WRITE));
            target = domain.allocate(LARGE, Set.of(AccessRight.REMOTE_WRITE));
            pair = nic.createQueuePair(new QueuePairOptions(domain, completions, completions, 64, 16, this));
            for (int i = 0; i < 16; i++) {
                pair.postReceive(i, memory, i * SMALL, SMALL);
            }
            if (armed) {
                completions.arm(byWire -> drain());
            }
        }

        /** One look. */
        int poll() {
            int n = completions.poll(batch);
            if (n == 0) {
                if (!pair.progress()) {
                    Thread.onSpinWait();
                }
                n = completions.poll(batch);
            }
            for (int i = 0; i < n; i++) {
                ended |= batch[i].opcode() == WorkOpcode.DISCONNECT;
                handle(batch[i]);
            }
            return n;
        }

        void drain() {
            do {
                for (int n = completions.poll(batch); n > 0; n = completions.poll(batch)) {
                    for (int i = 0; i < n; i++) {
                        handle(batch[i]);
                    }
                }
            } while (!completions.arm(byWire -> drain()));
        }

        private void handle(WorkCompletion completion) {
            if (completion.status() != WorkStatus.SUCCESS) {
                return;
            }
            try {
                if (completion.opcode() == WorkOpcode.RECEIVE) {
                    int at = (int) completion.id() * SMALL;
                    if (echoes) {
                        memory.buffer().putLong(at, target.address()).putInt(at + 8, target.handle());
                        pair.postReceive(completion.id(), memory, at, SMALL);
                        pair.postSend(work.send(0).gather(memory, at, SMALL));
                    } else {
                        memory.buffer().putLong(4000, memory.buffer().getLong(at))
                                .putInt(4008, memory.buffer().getInt(at + 8));
                        pair.postReceive(completion.id(), memory, at, SMALL);
                        answers++;
                        answer.complete(null);
                    }
                } else if (completion.opcode() == WorkOpcode.RDMA_WRITE) {
                    written = written + 1;
                    answer.complete(null);
                }
            } catch (VerbsException e) {
                answer.completeExceptionally(e);
            }
        }
    }

    private static void serve(Path base) throws Exception {
        Nic polling = new Nic(wire(base, 50));
        polling.listen("polled", request -> {
            try {
                End end = new End(polling, true, false);
                request.accept(end.pair);
                new Thread(() -> {
                    while (!end.ended) {
                        end.poll();
                    }
                }).start();
            } catch (IOException e) {
                request.reject(e.toString());
            }
        });
        for (int spin : new int[] {50, 0}) {
            Nic nic = new Nic(wire(base, spin));
            nic.listen("spin-" + spin, request -> {
                try {
                    request.accept(new End(nic, true, true).pair);
                } catch (IOException e) {
                    request.reject(e.toString());
                }
            });
        }
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(base.resolve("raw")));
        System.out.println("ready");
        ByteBuffer buffer = ByteBuffer.allocateDirect(LARGE);
        while (true) {
            try (SocketChannel socket = listening.accept()) {
                for (int i = 0; i < TRIPS; i++) {
                    move(socket, buffer, SMALL, true);
                    move(socket, buffer, SMALL, false);
                }
                for (int i = 0; i < WRITES; i++) {
                    move(socket, buffer, LARGE, true);
                }
                move(socket, buffer, SMALL, false);
            }
        }
    }

    private static void move(SocketChannel socket, ByteBuffer buffer, int length, boolean in) throws IOException {
        buffer.clear().limit(length);
        while (buffer.hasRemaining()) {
            if ((in ? socket.read(buffer) : socket.write(buffer)) < 0) {
                throw new EOFException("the other process has gone");
            }
        }
    }

    private static void report(String what, long[] trips, long writeNanos) {
        Arrays.sort(trips);
        System.out.printf("%-12s 64 B round trip p50 %.2f p99 %.2f us; 1 MiB one way %.2f GB/s%n",
                what, trips[trips.length / 2] / 1e3, trips[trips.length * 99 / 100] / 1e3, (double) WRITES * LARGE
                        / writeNanos);
    }

    private static void verbs(Path base, String what, int spinMicros) throws Exception {
        long minute = TimeUnit.MINUTES.toNanos(1);
        try (SharedMemoryWire wire = wire(base, spinMicros)) {
            Nic nic = new Nic(wire);
            End end = new End(nic, false, true);
            nic.connect(end.pair, "spin-" + spinMicros);
            WorkRequest request = new WorkRequest();
            ByteBuffer small = ByteBuffer.allocate(SMALL);
            long[] trips = new long[TRIPS];
            for (int i = 0; i < WARM * TRIPS; i++) {
                long begin = System.nanoTime();
                end.answer = new CompletableFuture<>();
                end.pair.postSend(request.send(1).inline(small, 0, SMALL));
                if (!end.pair.await(end.answer, minute)) {
                    throw new AssertionError("no answer");
                }
                trips[i % TRIPS] = System.nanoTime() - begin;
            }
            long address = end.memory.buffer().getLong(4000);
            int handle = end.memory.buffer().getInt(4008);
            long begin = System.nanoTime();
            for (int i = 0; i < WRITES; i++) {
                while (i - end.written >= WINDOW) {
                    awaitWritten(end, i - WINDOW + 1, minute);
                }
                end.pair.postSend(request.write(i, address, handle).gather(end.target, 0, LARGE).signaled());
            }
            awaitWritten(end, WRITES, minute);
            report(what, trips, System.nanoTime() - begin);
            end.pair.disconnect();
            nic.close();
        }
    }

    /** Both ends poll, and do the wire's work themselves. */
    private static void polled(Path base) throws Exception {
        try (SharedMemoryWire wire = wire(base, 50)) {
            Nic nic = new Nic(wire);
            End end = new End(nic, false, false);
            nic.connect(end.pair, "polled");
            WorkRequest request = new WorkRequest();
            ByteBuffer small = ByteBuffer.allocate(SMALL);
            long[] trips = new long[TRIPS];
            for (int i = 0; i < WARM * TRIPS; i++) {
                long begin = System.nanoTime();
                int before = end.answers;
                end.pair.postSend(request.send(1).inline(small, 0, SMALL));
                while (end.answers == before) {
                    end.poll();
                }
                trips[i % TRIPS] = System.nanoTime() - begin;
            }
            long address = end.memory.buffer().getLong(4000);
            int handle = end.memory.buffer().getInt(4008);
            long doorbells = wire.counters().doorbells();
            long begin = System.nanoTime();
            for (int i = 0; i < WRITES; i++) {
                while (i - end.written >= WINDOW) {
                    end.poll();
                }
                end.pair.postSend(request.write(i, address, handle).gather(end.target, 0, LARGE).signaled());
            }
            while (end.written < WRITES) {
                end.poll();
            }
            report("polled", trips, System.nanoTime() - begin);
            System.out.println("doorbells " + doorbells);
            end.pair.disconnect();
            nic.close();
        }
    }

    private static void awaitWritten(End end, int count, long nanos) throws InterruptedException {
        while (end.written < count) {
            CompletableFuture<Void> next = new CompletableFuture<>();
            end.answer = next;
            if (end.written < count) {
                end.pair.await(next, nanos);
            }
        }
    }

    private static void socket(Path base) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(LARGE);
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(base.resolve("raw")));
            long[] trips = new long[TRIPS];
            for (int i = 0; i < TRIPS; i++) {
                long begin = System.nanoTime();
                move(socket, buffer, SMALL, false);
                move(socket, buffer, SMALL, true);
                trips[i] = System.nanoTime() - begin;
            }
            long begin = System.nanoTime();
            for (int i = 0; i < WRITES; i++) {
                move(socket, buffer, LARGE, false);
            }
            move(socket, buffer, SMALL, true);
            report("unix socket", trips, System.nanoTime() - begin);
        }
    }
}
