package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.crash.Pattern;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to a daemon with writers: it ends in order and in time, and they go on at the next one. */
class DaemonShutdownTest {
    private static final int WRITERS = 3;
    private static final int PIECE = 50_000;

    @TempDir
    private java.nio.file.Path scratch;

    private final AtomicBoolean enough = new AtomicBoolean();

    private long write(BatonFileSystem fs, Path file, long content, Counted acknowledged) throws IOException {
        Pattern pattern = new Pattern(content);
        try (FSDataOutputStream out = fs.create(file)) {
            while (!enough.get()) {
                out.write(pattern.bytes(out.getPos(), PIECE));
                out.hflush();
                acknowledged.raiseTo(out.getPos());
            }
            return out.getPos();
        }
    }

    @Test
    void endsInOrderWhileClientsWrite() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (ServerProcess server = new ServerProcess(scratch.resolve("logs"), scratch.resolve("group"))
                .with("baton.server.shutdown.timeout.ms", "30000")
                .with("baton.server.shared.memory.enabled", "false").start();
                BatonFileSystem fs = server.open()) {
            List<Counted> acknowledged = new ArrayList<>();
            List<Future<Long>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                Counted counted = new Counted();
                acknowledged.add(counted);
                writers.add(threads.submit(() -> write(fs, new Path("/file-" + writer), writer, counted)));
            }
            for (Counted counted : acknowledged) {
                counted.await(4 * PIECE);
            }
            server.terminate();
            // 4 if it had taken longer than baton.server.shutdown.timeout.ms.
            assertThat(server.exitCode()).as(server.logTail()).isZero();
            List<Long> prefixes = acknowledged.stream().map(Counted::value).toList();
            server.start();
            try (BatonFileSystem another = server.open()) {
                for (int i = 0; i < WRITERS; i++) {
                    Contents.beginsWith(another, new Path("/file-" + i), i, prefixes.get(i));
                }
            }
            for (int i = 0; i < WRITERS; i++) {
                acknowledged.get(i).await(prefixes.get(i) + PIECE);
            }
            enough.set(true);
            for (int i = 0; i < WRITERS; i++) {
                Contents.holds(fs, new Path("/file-" + i), i, Math.toIntExact(writers.get(i).get()));
            }
            assertThat(fs.groupStatus().problems()).isEmpty();
        } finally {
            enough.set(true);
            threads.shutdownNow();
        }
    }
}
