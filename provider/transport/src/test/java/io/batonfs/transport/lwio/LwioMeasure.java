package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.wire.InProcessWire;
import io.batonfs.transport.wire.SharedMemoryWire;
import io.batonfs.transport.wire.SharedMemoryWireConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/**
 * Measures reads from a file in memory, of a page and one at a time unless it is told otherwise, in polling and in
 * interrupt mode, within this process and from another one by shared memory: {@code main} without arguments starts that
 * itself. No test: prints figures, and the load that they were taken under.
 */
public final class LwioMeasure {
    private static final int ROUNDS = Integer.getInteger("measure.rounds", 5);
    private static final int READS = Integer.getInteger("measure.reads", 50_000);
    private static final int PAGE_BYTES = Integer.getInteger("measure.bytes", 4096);
    private static final int OUTSTANDING = Integer.getInteger("measure.outstanding", 1);
    private static final int AREA_BYTES =
            Integer.getInteger("measure.area", SharedMemoryWireConfig.DEFAULT.wideAreaBytes());
    private static final String ONLY = System.getProperty("measure.only", "");
    private static final long TIMEOUT_MS = 10_000;
    private static final String SERVER = "server";

    private LwioMeasure() {
    }

    /** See above; with a directory, the other process. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            serve(new SharedMemoryWire(config(Path.of(arguments[0]))));
            System.out.println("ready");
            if (System.in.read() < 0) {
                System.exit(0);
            }
        }
        Path base = Files.createTempDirectory(Path.of("/dev/shm"), "measure");
        Process other = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-Dmeasure.bytes=" + PAGE_BYTES, "-Dmeasure.area=" + AREA_BYTES, "-classpath",
                System.getProperty("java.class.path"),
                LwioMeasure.class.getName(),
                base.toString())).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        InProcessWire here = new InProcessWire();
        SharedMemoryWire shared = new SharedMemoryWire(config(base));
        Closeable server = serve(here);
        try {
            for (String line = ""; !line.equals("ready"); line = other.inputReader().readLine()) {
                System.out.print(line);
            }
            System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
            for (int round = 0; round < ROUNDS; round++) {
                for (boolean polls : new boolean[] {true, false}) {
                    read("in-process", here, polls);
                    read("shared", shared, polls);
                }
            }
            System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
        } finally {
            server.close();
            shared.close();
            other.getOutputStream().close();
            other.waitFor();
            try (Stream<Path> left = Files.walk(base)) {
                for (Path path : left.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static SharedMemoryWireConfig config(Path base) {
        SharedMemoryWireConfig usual = SharedMemoryWireConfig.DEFAULT;
        return new SharedMemoryWireConfig(base, usual.admittedUsers(), usual.ioThreads(), usual.spinMicros(),
                usual.slots(), AREA_BYTES, AREA_BYTES, usual.handshakeTimeoutMs(),
                usual.maxHandshakes(), usual.backlog(),
                usual.stalledPeerTimeoutMs(), usual.closeTimeoutMs(), usual.maxMessageBytes(), usual.maxQueuedBytes(),
                usual.queueBudgetBytes(), usual.maxMemoryBytes());
    }

    private static Closeable serve(Wire wire) throws IOException {
        ExecutorService executor = Executors.newFixedThreadPool(2);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        Nic nic = new Nic(wire);
        LwioServer server = new LwioServer(nic, LwioServerConfig.DEFAULT, (key, session, through, checksummed) ->
                new Page(), new ManyConnectionsServer.KnownKeys(), executor, scheduler, new SecureRandom());
        server.listen(SERVER);
        return () -> {
            server.close();
            nic.close();
            executor.shutdown();
            scheduler.shutdownNow();
        };
    }

    /** The same bytes wherever one reads. */
    private static final class Page implements RegisteredFile {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE_BYTES);

        @Override
        public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
            readAtOnce(offset, destination, pieceCrcs);
            result.complete(LwioStatus.SUCCESS, destination.remaining());
        }

        @Override
        public boolean readAtOnce(long offset, ByteBuffer destination, int[] pieceCrcs) {
            destination.put(destination.position(), bytes, 0, destination.remaining());
            return true;
        }

        @Override
        public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
            throw new UnsupportedOperationException("only reads are measured");
        }

        @Override
        public void close() {
            // It is memory.
        }
    }

    private static long doorbells(Wire wire) {
        return wire instanceof SharedMemoryWire shared ? shared.counters().doorbells() : 0;
    }

    private static void read(String what, Wire wire, boolean polls) throws Exception {
        String name = what + (polls ? " polling" : " interrupt");
        if (!name.contains(ONLY)) {
            return;
        }
        byte[] key = Guid.bytesOf(UUID.randomUUID());
        try (Nic nic = new Nic(wire);
                LwioConnection connection = LwioClient.connect(nic, SERVER, LwioClientConfig.DEFAULT,
                        UUID.nameUUIDFromBytes(key), key, ManyConnectionsServer.KnownKeys.secret(key))) {
            int fid = connection.register(MemoryFiles.key(1), Set.of());
            LwioIo io = polls ? connection.polling() : connection;
            List<ByteBuffer> pages = new ArrayList<>();
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < OUTSTANDING; i++) {
                pages.add(ByteBuffer.allocateDirect(PAGE_BYTES));
                answers.add(io.read(fid, 0, pages.get(i), null));
            }
            long[] nanos = new long[READS];
            long doorbells = doorbells(wire);
            long start = 0;
            // The first half to warm up.
            for (int i = 0; i < 2 * READS; i++) {
                start = i == READS ? System.nanoTime() : start;
                long begin = System.nanoTime();
                CompletableFuture<Integer> answer = answers.get(i % OUTSTANDING);
                if (!connection.await(answer, TIMEOUT_MS) || answer.get() != PAGE_BYTES) {
                    throw new AssertionError("no answer");
                }
                answers.set(i % OUTSTANDING, io.read(fid, 0, pages.get(i % OUTSTANDING), null));
                nanos[i % READS] = System.nanoTime() - begin;
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            for (CompletableFuture<Integer> answer : answers) {
                connection.await(answer, TIMEOUT_MS);
            }
            Arrays.sort(nanos);
            System.out.printf("%-22s p50 %.2f p90 %.2f p99 %.2f p99.9 %.2f us, doorbells %d, %.0f MB/s%n", name,
                    nanos[READS / 2] / 1e3, nanos[READS * 9 / 10] / 1e3, nanos[READS * 99 / 100] / 1e3,
                    nanos[READS * 999 / 1000] / 1e3, doorbells(wire) - doorbells,
                    (double) READS * PAGE_BYTES / seconds / 1e6);
        }
    }
}
