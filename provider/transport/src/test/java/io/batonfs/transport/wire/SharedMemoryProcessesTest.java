package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two processes, of which one is killed under traffic: the other hears of it, and nothing stays. */
@Timeout(60)
class SharedMemoryProcessesTest {
    private final long seed = Long.getLong("shm.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private Path base;
    private SharedMemoryWire wire;
    private Nic nic;

    @BeforeEach
    void start() throws IOException {
        System.out.println("SharedMemoryProcessesTest: -Dshm.seed=" + seed);
        base = SharedMemoryTests.newBase();
        wire = new SharedMemoryWire(SharedMemoryTests.config(base, 32, 16 * 1024, 30_000));
        nic = new Nic(wire);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        nic.close();
        assertEquals(0, nic.openQueuePairs());
        assertEquals(0, nic.registeredRegions());
        wire.close();
        SharedMemoryTests.checkNothingLeft(wire);
        assertEquals(0, descriptors(), "descriptors of ring files or sockets below " + base);
        awaitUnmapped();
        SharedMemoryTests.removeBase(base);
    }

    /** Files below the base directory that are still open. */
    private long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(fd -> {
                try {
                    return Files.readSymbolicLink(fd).startsWith(base);
                } catch (IOException e) {
                    // It was the one that lists.
                    return false;
                }
            }).count();
        }
    }

    /** The collector unmaps what nobody holds any more. */
    private void awaitUnmapped() throws IOException {
        while (Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).stream()
                .anyMatch(line -> line.contains(base.toString()))) {
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private Process program(String role) throws IOException {
        return new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx128m", "-classpath",
                System.getProperty("java.class.path"), SharedMemoryProgram.class.getName(), role, base.toString()))
                .redirectError(new File("/dev/null")).start();
    }

    private static void awaitLine(Process process, String line) throws IOException {
        BufferedReader output = process.inputReader();
        for (String read = output.readLine(); !String.valueOf(read).startsWith(line); read = output.readLine()) {
            assertTrue(read != null, "the process has ended before it said '" + line + "'");
        }
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }

    @Test
    void aListenerThatIsKilledIsNoticedAndTheNextTakesItsPlace() throws Exception {
        for (int round = 0; round < 2; round++) {
            Process listener = program("listen");
            awaitLine(listener, "listens at");
            assertThrows(BindException.class, () -> nic.listen(SharedMemoryProgram.ADDRESS, request -> { }));
            TcpPeer[] peers = new TcpPeer[3];
            Thread[] echoes = new Thread[3];
            for (int i = 0; i < peers.length; i++) {
                TcpPeer peer = new TcpPeer(nic, 8 * SharedMemoryProgram.MESSAGE_BYTES);
                peers[i] = peer;
                SharedMemoryProgram.post(peer);
                nic.connect(peer.pair, SharedMemoryProgram.ADDRESS);
                if (i > 0) {
                    for (int m = 0; m < 4; m++) {
                        peer.pair.postSend(new WorkRequest().send(1)
                                .gather(peer.memory, 0, SharedMemoryProgram.MESSAGE_BYTES));
                    }
                    echoes[i] = new Thread(() -> SharedMemoryProgram.echo(peer));
                    echoes[i].start();
                }
            }
            LockSupport.parkNanos(random.nextInt(20_000_000));
            kill(listener);
            peers[0].awaitEnd();
            peers[0].close();
            echoes[1].join();
            echoes[2].join();
            for (TcpPeer peer : peers) {
                assertEquals(WorkStatus.DISCONNECTED, peer.pair.cause());
            }
        }
        Listening next = nic.listen(SharedMemoryProgram.ADDRESS, request -> request.reject("nobody is wanted"));
        assertEquals(2, SharedMemoryTests.contents(base.resolve("baton-server")).size(), "lock and socket");
        next.close();
    }

    @Test
    void aClientThatIsKilledIsNoticedAndLeavesNothing() throws Exception {
        BlockingQueue<TcpPeer> accepted = new LinkedBlockingQueue<>();
        Listening listening = nic.listen(SharedMemoryProgram.ADDRESS, request -> {
            try {
                TcpPeer peer = new TcpPeer(nic, 8 * SharedMemoryProgram.MESSAGE_BYTES);
                SharedMemoryProgram.post(peer);
                request.accept(peer.pair);
                accepted.add(peer);
            } catch (VerbsException e) {
                request.reject(e.toString());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        for (int round = 0; round < 2; round++) {
            Process client = program("connect");
            TcpPeer peer = accepted.take();
            Thread echo = new Thread(() -> SharedMemoryProgram.echo(peer));
            echo.start();
            LockSupport.parkNanos(random.nextInt(20_000_000));
            kill(client);
            echo.join();
            assertEquals(WorkStatus.DISCONNECTED, peer.pair.cause());
        }
        assertEquals(2, SharedMemoryTests.contents(base.resolve("baton-server")).size(), "lock and socket");
        listening.close();
    }
}
