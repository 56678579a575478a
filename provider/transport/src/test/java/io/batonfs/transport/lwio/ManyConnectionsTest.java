package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.lwio.ManyConnectionsServer.KnownKeys;
import io.batonfs.transport.lwio.ManyConnectionsServer.Report;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Very many connections on one server, whose process has a bounded heap and bounded direct memory (LW-16). The number is
 * {@code -Dlwio.connections}: 10,000 need that many descriptors in each process, and half a minute.
 */
@Timeout(300)
class ManyConnectionsTest {
    private static final int CONNECTIONS = Integer.getInteger("lwio.connections", 500);
    /** One for each, and a few: whoever has more gives them back before the last has come. */
    private static final int RECEIVE_BUFFERS = CONNECTIONS + CONNECTIONS / 5;
    private static final int BLOCK_BYTES = 4096;
    /** Of pools that have not started all of theirs when the first connection stands. */
    private static final int FEW_THREADS = 8;
    private static final int BLOCKS = MemoryFiles.FILE_BYTES / BLOCK_BYTES;
    /** For classes, files, threads' buffers and what a collector needs to breathe. */
    private static final long HEAP_BASE_BYTES = 96L << 20;
    private static final long DIRECT_BASE_BYTES = 16L << 20;
    /** What a connection may cost on the heap. */
    private static final int HEAP_BYTES_EACH = 12 * 1024;
    /** Of ten thousand, and fewer: heap, buffers and all that a JVM takes besides. */
    private static final long MAX_RESIDENT_BYTES = 1L << 30;
    private static final long MAX_HEAP_BYTES = HEAP_BASE_BYTES + (long) CONNECTIONS * HEAP_BYTES_EACH;
    private static final long MAX_DIRECT_BYTES =
            DIRECT_BASE_BYTES + (long) RECEIVE_BUFFERS * ManyConnectionsServer.RECEIVE_BUFFER_BYTES;

    private static byte[] block(int number) {
        byte[] bytes = new byte[BLOCK_BYTES];
        ByteBuffer.wrap(bytes).putInt(0, number).putInt(BLOCK_BYTES - 4, ~number);
        return bytes;
    }

    /** The server's process. */
    private static final class Server implements AutoCloseable {
        private final Process process;
        private final BufferedReader output;
        private final PrintStream input;
        final String address;

        Server() throws IOException {
            process = new ProcessBuilder(
                    System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                    "-Xmx" + MAX_HEAP_BYTES, "-XX:MaxDirectMemorySize=" + MAX_DIRECT_BYTES, "-XX:+UseSerialGC", "-cp",
                    System.getProperty("java.class.path"), ManyConnectionsServer.class.getName(),
                    Integer.toString(CONNECTIONS), Integer.toString(RECEIVE_BUFFERS))
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            output = process.inputReader(StandardCharsets.UTF_8);
            input = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
            address = line();
        }

        private String line() throws IOException {
            String line = output.readLine();
            assertTrue(line != null, "the server's process has ended");
            return line;
        }

        Report asked(String command) throws IOException {
            input.println(command);
            return Report.parse(line());
        }

        @Override
        public void close() throws IOException {
            input.close();
            try {
                assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
            } catch (InterruptedException e) {
                throw new InterruptedIOException("interrupted while it ends");
            } finally {
                process.destroyForcibly();
            }
            assertEquals(0, process.exitValue());
        }
    }

    private static LwioConnection open(LwioClient client, String address, int number) throws IOException {
        byte[] key = Guid.bytesOf(new UUID(1, number));
        while (true) {
            try {
                return client.open(address, UUID.nameUUIDFromBytes(key), key, KnownKeys.secret(key));
            } catch (LwioException e) {
                // Others are asked for the credits that they don't need; it is tried again.
                assertEquals(LwioStatus.INSUFFICIENT_RESOURCES, e.status());
            }
        }
    }

    @Test
    void connectionsShareMemoryAndThreads() throws Exception {
        try (Server server = new Server(); TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT)) {
            Nic nic = new Nic(wire);
            try (LwioClient client = new LwioClient(nic, new LwioClientConfig(ManyConnectionsServer.CREDITS,
                    ManyConnectionsServer.IO_BYTES, ManyConnectionsServer.IO_BYTES, 1024, 100, 60_000), Thread::new)) {
                List<LwioConnection> connections = new ArrayList<>();
                connections.add(open(client, server.address, 0));
                use(connections, 0);
                Report one = server.asked("report");
                for (int i = 1; i < CONNECTIONS; i++) {
                    connections.add(open(client, server.address, i));
                }
                use(connections, 1);
                Report all = server.asked("report");
                System.out.println(CONNECTIONS + " connections: " + all + ", after one: " + one);
                checkAll(one, all);
                for (LwioConnection connection : connections) {
                    connection.close();
                }
                Report none = server.asked("idle");
                System.out.println("none: " + none);
                assertEquals(0, none.credits());
                assertEquals(0, none.buffersInUse());
                checkOnlyPooled(none);
            }
            nic.close();
        }
    }

    /** Each has its own file, or block of one: writes it, and reads what it has written when all have. */
    private static void use(List<LwioConnection> connections, int round) throws Exception {
        int count = connections.size();
        int[] fids = new int[count];
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fids[i] = connections.get(i).register(MemoryFiles.key(i / BLOCKS), false, false);
            writes.add(connections.get(i).write(fids[i], (long) i % BLOCKS * BLOCK_BYTES,
                    ByteBuffer.wrap(block(i + round)), null));
        }
        for (CompletableFuture<Integer> write : writes) {
            assertEquals(BLOCK_BYTES, write.get(60, TimeUnit.SECONDS));
        }
        ByteBuffer found = ByteBuffer.allocateDirect(BLOCK_BYTES);
        byte[] bytes = new byte[BLOCK_BYTES];
        for (int i = 0; i < count; i++) {
            assertEquals(BLOCK_BYTES, connections.get(i).read(fids[i], (long) i % BLOCKS * BLOCK_BYTES, found.clear(),
                    null).get(60, TimeUnit.SECONDS));
            found.get(0, bytes);
            assertArrayEquals(block(i + round), bytes, "connection " + i);
            connections.get(i).closeFid(fids[i]);
        }
    }

    /** Nothing is registered but buffers of the two pools, of which those for reads are a header shorter. */
    private static void checkOnlyPooled(Report report) {
        long shorter = (long) report.buffersMade() * ManyConnectionsServer.RECEIVE_BUFFER_BYTES - report.registeredBytes();
        assertEquals(0, shorter % CommonHeader.BYTES, report.toString());
        assertTrue(shorter >= 0 && shorter / CommonHeader.BYTES <= ManyConnectionsServer.READ_BUFFERS, report.toString());
    }

    private static void checkAll(Report one, Report all) {
        assertEquals(CONNECTIONS, all.connections());
        assertTrue(all.credits() >= CONNECTIONS && all.credits() <= RECEIVE_BUFFERS, all.credits() + " credits");
        // So a connection costs the receives that it was granted.
        assertTrue(all.buffersMade() <= RECEIVE_BUFFERS + ManyConnectionsServer.READ_BUFFERS);
        checkOnlyPooled(all);
        assertTrue(all.directBytes() <= MAX_DIRECT_BYTES);
        assertTrue(all.residentBytes() <= Math.max(MAX_RESIDENT_BYTES, MAX_RESIDENT_BYTES / 10_000 * CONNECTIONS),
                all.residentBytes() + " bytes resident at the most");
        assertTrue(all.threads() <= one.threads() + FEW_THREADS, all.threads() + " threads");
    }
}
