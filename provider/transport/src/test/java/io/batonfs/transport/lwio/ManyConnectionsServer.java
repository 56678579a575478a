package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.TransportMetric;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server as it is by default, in a process of its own, whose memory is bounded by its JVM. Says where it listens;
 * then, for each line of its standard input, what it holds. Ends with its standard input.
 */
final class ManyConnectionsServer {
    private static final int THREADS = 3;

    private ManyConnectionsServer() {
    }

    /** Keys that both processes know without telling each other. */
    static final class KnownKeys implements LwioKeyStore {

        static byte[] secret(byte[] key) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(key);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Optional<byte[]> secretOf(byte[] key) {
            return Optional.of(secret(key));
        }

        @Override
        public Optional<UUID> clientKeyOf(byte[] key) {
            return Optional.of(UUID.nameUUIDFromBytes(key));
        }

        @Override
        public boolean use(byte[] key) {
            return true;
        }
    }

    /** What the server holds at a moment. */
    record Report(int connections, int credits, int buffersInUse, long bufferBytesMade, long registeredBytes,
            int threads, long heapBytes, long directBytes, long residentBytes, long smallerWrites) {

        static Report parse(String line) {
            String[] words = line.split(" ");
            return new Report(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]),
                    Long.parseLong(words[3]), Long.parseLong(words[4]), Integer.parseInt(words[5]),
                    Long.parseLong(words[6]), Long.parseLong(words[7]), Long.parseLong(words[8]),
                    Long.parseLong(words[9]));
        }

        private String line() {
            return connections + " " + credits + " " + buffersInUse + " " + bufferBytesMade + " " + registeredBytes
                    + " " + threads + " " + heapBytes + " " + directBytes + " " + residentBytes + " " + smallerWrites;
        }
    }

    /** See above. */
    public static void main(String[] arguments) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
        scheduler.setRemoveOnCancelPolicy(true);
        TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT);
        Nic nic = new Nic(wire);
        LwioServer server = new LwioServer(nic, LwioServerConfig.DEFAULT, new MemoryFiles(), new KnownKeys(), executor,
                scheduler, new SecureRandom());
        System.out.println(server.listen("localhost:0"));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals("idle")) {
                while (server.connections() > 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            }
            System.out.println(report(server, nic).line());
        }
        server.close();
        nic.close();
        wire.close();
        executor.shutdown();
        scheduler.shutdownNow();
    }

    private static Report report(LwioServer server, Nic nic) throws IOException {
        System.gc();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
        String resident = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:")).findFirst().orElseThrow().replaceAll("[^0-9]", "");
        return new Report(server.connections(), server.creditsGranted(), server.buffersInUse(),
                server.bufferBytesMade(), nic.registeredBytes(), ManagementFactory.getThreadMXBean().getThreadCount(),
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), direct,
                Long.parseLong(resident) * 1024, server.metrics().get(TransportMetric.SMALLER_WRITES));
    }
}
