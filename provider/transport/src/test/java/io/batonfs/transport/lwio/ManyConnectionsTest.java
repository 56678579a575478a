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
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Very many connections of clients as they are by default on one server as it is by default, whose process has a
 * bounded heap and bounded direct memory (LW-16). The number is {@code -Dlwio.connections}: 10,000 need that many
 * descriptors in each process, and half a minute.
 */
@Timeout(300)
class ManyConnectionsTest {
    private static final int CONNECTIONS = Integer.getInteger("lwio.connections", 500);
    /** The server's classes are worth it for so many connections, the smallest not counted. */
    private static final int LARGE_CONNECTIONS = 56;
    private static final int MEDIUM_CONNECTIONS = 224;
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
    private static final LwioServerConfig SERVER = LwioServerConfig.DEFAULT;
    /** Receive buffers, and read buffers with room for one block more than a READ has. */
    private static final long MAX_BUFFER_BYTES = SERVER.receiveBudgetBytes()
            + SERVER.maxReadBuffers() * (long) ChecksumPieces.maxBytes(SERVER.maxReadBytes());
    private static final long MAX_DIRECT_BYTES = DIRECT_BASE_BYTES + MAX_BUFFER_BYTES;

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
                    System.getProperty("java.class.path"), ManyConnectionsServer.class.getName())
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
            try (LwioClient client = new LwioClient(nic, LwioClientConfig.DEFAULT, Thread::new)) {
                List<LwioConnection> connections = new ArrayList<>();
                connections.add(open(client, server.address, 0));
                use(connections, 0);
                Report one = server.asked("report");
                for (int i = 1; i < CONNECTIONS; i++) {
                    connections.add(open(client, server.address, i));
                }
                use(connections, 1);
                Map<Integer, Integer> sizes = transferBySize(connections);
                Report all = server.asked("report");
                System.out.println(CONNECTIONS + " connections, by the most that they write: " + sizes + ", " + all
                        + ", after one: " + one);
                checkAll(one, all);
                checkSizes(sizes, all);
                for (LwioConnection connection : connections) {
                    connection.close();
                }
                checkNone(server.asked("idle"));
                try (LwioConnection next = open(client, server.address, CONNECTIONS)) {
                    assertEquals(largest(), next.maxWriteBytes(), "who comes now finds room");
                }
                checkNone(server.asked("idle"));
            }
            nic.close();
        }
    }

    private static int largest() {
        return SERVER.receiveClasses().get(0).maxWriteBytes();
    }

    /** One connection of each size fills a file, as much at a time as it may, while the others do nothing. */
    private static Map<Integer, Integer> transferBySize(List<LwioConnection> connections) throws Exception {
        Map<Integer, Integer> sizes = new TreeMap<>();
        for (LwioConnection connection : connections) {
            if (sizes.merge(connection.maxWriteBytes(), 1, Integer::sum) == 1) {
                transfer(connection);
            }
        }
        return sizes;
    }

    private static void transfer(LwioConnection connection) throws Exception {
        int most = connection.maxWriteBytes();
        int fid = connection.register(MemoryFiles.key(most), false, false);
        ByteBuffer bytes = ByteBuffer.wrap(LwioEndToEndTest.random(MemoryFiles.FILE_BYTES, most));
        List<CompletableFuture<Integer>> writes = new ArrayList<>();
        for (int at = 0; at < MemoryFiles.FILE_BYTES; at += most) {
            writes.add(connection.write(fid, at, bytes.slice(at, most), null));
        }
        for (CompletableFuture<Integer> write : writes) {
            assertEquals(most, write.get(60, TimeUnit.SECONDS));
        }
        ByteBuffer found = ByteBuffer.allocate(MemoryFiles.FILE_BYTES);
        for (int at = 0; at < MemoryFiles.FILE_BYTES; at += connection.maxReadBytes()) {
            connection.read(fid, at, found.slice(at, connection.maxReadBytes()), null).get(60, TimeUnit.SECONDS);
        }
        assertEquals(bytes, found);
        connection.closeFid(fid);
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

    private static void checkNone(Report none) {
        System.out.println("none: " + none);
        assertEquals(0, none.credits());
        assertEquals(0, none.buffersInUse());
        assertEquals(none.bufferBytesMade(), none.registeredBytes());
    }

    private static void checkAll(Report one, Report all) {
        assertEquals(CONNECTIONS, all.connections());
        assertTrue(all.credits() >= CONNECTIONS && all.buffersInUse() >= all.credits(), all.toString());
        // So a connection costs the receives that it was granted.
        assertEquals(all.bufferBytesMade(), all.registeredBytes());
        assertTrue(all.bufferBytesMade() <= MAX_BUFFER_BYTES, all.toString());
        assertTrue(all.directBytes() <= MAX_DIRECT_BYTES);
        assertTrue(all.residentBytes() <= Math.max(MAX_RESIDENT_BYTES, MAX_RESIDENT_BYTES / 10_000 * CONNECTIONS),
                all.residentBytes() + " bytes resident at the most");
        assertTrue(all.threads() <= one.threads() + FEW_THREADS, all.threads() + " threads");
    }

    /** Those who came first have the large buffers, and as many as they are kept for. */
    private static void checkSizes(Map<Integer, Integer> sizes, Report all) {
        int large = sizes.get(largest());
        assertTrue(large > 0 && large <= LARGE_CONNECTIONS, sizes.toString());
        assertEquals(CONNECTIONS - large, all.smallerWrites());
        for (ReceiveSizeClass one : SERVER.receiveClasses()) {
            sizes.putIfAbsent(one.maxWriteBytes(), 0);
        }
        assertEquals(SERVER.receiveClasses().size(), sizes.size(), sizes.toString());
        int small = sizes.get(SERVER.receiveClasses().get(SERVER.receiveClasses().size() - 1).maxWriteBytes());
        assertTrue(small >= CONNECTIONS - LARGE_CONNECTIONS - MEDIUM_CONNECTIONS, sizes.toString());
    }
}
