package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever sends garbage to a daemon hurts nobody but himself: others work on, and nothing of him is left. */
class DaemonGarbageTest {
    private static final int CONNECTIONS = 500;
    private static final int SENDERS_OF_EACH = 20;
    private static final int LENGTH = 300_000;
    private static final int PATIENCE_S = 60;
    /** Threads' own descriptors and a connection more or less of the good client. */
    private static final int SLACK = 20;

    @TempDir
    private java.nio.file.Path scratch;

    private final AtomicBoolean enough = new AtomicBoolean();

    /** What does not belong on a port. */
    private enum Garbage {
        RANDOM {
            @Override
            byte[] bytes(Random random) {
                byte[] bytes = new byte[1 + random.nextInt(100_000)];
                random.nextBytes(bytes);
                return bytes;
            }
        },
        HUGE_LENGTH_AFTER_RPC_HEADER {
            @Override
            byte[] bytes(Random random) {
                return ByteBuffer.allocate(11).put(RPC_HEADER).putInt(Integer.MAX_VALUE).array();
            }
        },
        NEGATIVE_LENGTH_AFTER_RPC_HEADER {
            @Override
            byte[] bytes(Random random) {
                return ByteBuffer.allocate(11).put(RPC_HEADER).putInt(-2 - random.nextInt(1000)).array();
            }
        },
        HALF_A_FRAME {
            @Override
            byte[] bytes(Random random) {
                byte[] half = new byte[500];
                random.nextBytes(half);
                return ByteBuffer.allocate(511).put(RPC_HEADER).putInt(1000).put(half).array();
            }
        },
        HTTP {
            @Override
            byte[] bytes(Random random) {
                return "GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            }
        };

        /** Hadoop's: magic, version 9, no service class, no authentication protocol. */
        private static final byte[] RPC_HEADER = {'h', 'r', 'p', 'c', 9, 0, 0};

        abstract byte[] bytes(Random random);
    }

    private static void send(InetSocketAddress port, byte[] bytes) throws IOException {
        try (Socket socket = new Socket(port.getAddress(), port.getPort())) {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                // Told to go before all was said: as good as hearing it to the end.
                assertThat(e).isInstanceOf(SocketException.class);
            }
        }
    }

    /** Opens connections that say a byte or nothing and stay. */
    private static List<Socket> loiter(InetSocketAddress port, int count, int bytesEach) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(port.getAddress(), port.getPort());
            sockets.add(socket);
            if (bytesEach > 0) {
                socket.getOutputStream().write('h');
            }
        }
        return sockets;
    }

    private int work(BatonFileSystem fs, Counted rounds) throws IOException {
        int round = 0;
        while (!enough.get()) {
            Path file = new Path("/good-" + round % 10);
            Contents.write(fs, file, round, LENGTH);
            Contents.holds(fs, file, round, LENGTH);
            rounds.raiseTo(++round);
        }
        return round;
    }

    @Test
    void goodClientWorksOnAndNothingIsLeftOfTheOthers() throws Exception {
        Random random = Seed.random("garbage");
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (ServerProcess server = new ServerProcess(scratch.resolve("logs"), scratch.resolve("group")).start();
                BatonFileSystem fs = server.open()) {
            Counted rounds = new Counted();
            Future<Integer> good = threads.submit(() -> work(fs, rounds));
            rounds.await(2);
            long before = server.descriptors();
            List<Socket> left = new ArrayList<>();
            for (InetSocketAddress port : List.of(server.control(), server.data())) {
                for (Garbage garbage : Garbage.values()) {
                    for (int i = 0; i < SENDERS_OF_EACH; i++) {
                        send(port, garbage.bytes(random));
                    }
                    rounds.await(rounds.value() + 1);
                }
                left.addAll(loiter(port, CONNECTIONS / 2, 0));
                left.addAll(loiter(port, CONNECTIONS / 2, 1));
                rounds.await(rounds.value() + 2);
                assertThat(server.health().statusCode()).as(server.health().body()).isEqualTo(200);
                try (BatonFileSystem newcomer = server.open()) {
                    Contents.write(newcomer, new Path("/newcomer"), 7, LENGTH);
                    Contents.holds(newcomer, new Path("/newcomer"), 7, LENGTH);
                }
            }
            for (Socket socket : left) {
                socket.close();
            }
            rounds.await(rounds.value() + 2);
            enough.set(true);
            assertThat(good.get()).isPositive();
            descriptorsReturn(server, before);
            assertThat(server.health().body()).contains("\"healthy\"");
        } finally {
            enough.set(true);
            threads.shutdownNow();
        }
    }

    /** The daemon tells nobody when it has closed a connection: it is asked until it has. */
    private static void descriptorsReturn(ServerProcess server, long before) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (server.descriptors() > before + SLACK) {
            assertThat(System.nanoTime()).as("%d descriptors are open, %d were before it", server.descriptors(), before)
                    .isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }
}
