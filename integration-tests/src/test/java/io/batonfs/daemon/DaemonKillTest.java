package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.crash.Pattern;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that live through {@code kill -9} of their daemon and its next start: streams go on, what was acknowledged is
 * there, and each call has happened once, although its answer may have been lost.
 */
class DaemonKillTest {
    private static final int KILLS = 3;
    private static final int READ_LENGTH = 8 << 20;
    private static final int MOST_AT_ONCE = 100_000;
    private static final int CALLERS = 3;

    @TempDir
    private java.nio.file.Path scratch;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean enough = new AtomicBoolean();
    private ServerProcess server;
    private BatonFileSystem fs;

    @BeforeEach
    void open() throws Exception {
        server = new ServerProcess(scratch.resolve("logs"), scratch.resolve("group")).start();
        fs = server.open();
    }

    @AfterEach
    void close() throws Exception {
        enough.set(true);
        threads.shutdownNow();
        fs.close();
        server.close();
    }

    /** Writes until told that it is enough; returns the length. Each flush that was acknowledged is counted. */
    private long write(Path file, long content, long seed, Counted acknowledged) throws IOException {
        Random random = new Random(seed);
        Pattern pattern = new Pattern(content);
        try (FSDataOutputStream out = fs.create(file)) {
            while (!enough.get()) {
                out.write(pattern.bytes(out.getPos(), 1 + random.nextInt(MOST_AT_ONCE)));
                if (random.nextInt(4) == 0) {
                    out.hflush();
                    acknowledged.raiseTo(out.getPos());
                }
            }
            return out.getPos();
        }
    }

    /** Reads a file again and again by one stream; counts what was read and right. */
    private long read(Path file, long content, Counted rightBytes) throws IOException {
        Pattern pattern = new Pattern(content);
        byte[] buffer = new byte[MOST_AT_ONCE];
        try (FSDataInputStream in = fs.open(file)) {
            while (!enough.get()) {
                long position = in.getPos();
                int count = in.read(buffer);
                if (count < 0) {
                    assertThat(position).isEqualTo(READ_LENGTH);
                    in.seek(0);
                } else {
                    assertThat(pattern.rightBytes(position, buffer, count)).as("right bytes at %d", position)
                            .isEqualTo(count);
                    rightBytes.raiseTo(rightBytes.value() + count);
                }
            }
        }
        return rightBytes.value();
    }

    @Test
    void streamsGoOnAndFlushedPrefixesAreThere() throws Exception {
        Random random = Seed.random("streams");
        Path written = new Path("/written");
        Path toRead = new Path("/read");
        Contents.write(fs, toRead, 2, READ_LENGTH);
        Counted acknowledged = new Counted();
        Counted rightBytes = new Counted();
        long seed = random.nextLong();
        Future<Long> writer = threads.submit(() -> write(written, 1, seed, acknowledged));
        Future<Long> reader = threads.submit(() -> read(toRead, 2, rightBytes));
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged.await(acknowledged.value() + 1 + random.nextInt(1 << 20));
            rightBytes.await(rightBytes.value() + 1 + random.nextInt(1 << 20));
            server.kill();
            long prefix = acknowledged.value();
            server.start();
            try (BatonFileSystem another = server.open()) {
                assertThat(another.isFileClosed(written)).isFalse();
                Contents.beginsWith(another, written, 1, prefix);
            }
        }
        acknowledged.await(acknowledged.value() + 1);
        rightBytes.await(rightBytes.value() + 1);
        enough.set(true);
        reader.get();
        Contents.holds(fs, written, 1, Math.toIntExact(writer.get()));
        assertThat(fs.isFileClosed(written)).isTrue();
        assertThat(fs.groupStatus().problems()).isEmpty();
    }

    /** One round of calls in a directory of the caller's own, each of which has to succeed, and exactly once. */
    private void callOnce(Path home, int round) throws IOException {
        Path counter = new Path(home, "counter-" + round);
        Path next = new Path(home, "counter-" + (round + 1));
        assertThat(fs.rename(counter, next)).as("rename to %s", next).isTrue();
        Path directory = new Path(home, "directory-" + round);
        assertThat(fs.mkdirs(directory)).isTrue();
        Path file = new Path(directory, "file");
        Path tail = new Path(directory, "tail");
        for (Path made : new Path[] {file, tail}) {
            // Refuses what is there already: a create that was done twice would be told.
            try (FSDataOutputStream out = fs.create(made, false)) {
                out.write((made.getName() + round).getBytes(StandardCharsets.UTF_8));
            }
        }
        fs.setXAttr(next, "user.round-" + round % 50, new byte[] {(byte) round}, EnumSet.of(XAttrSetFlag.CREATE));
        if (round >= 20) {
            fs.removeXAttr(next, "user.round-" + (round - 20) % 50);
        }
        fs.concat(file, new Path[] {tail});
        Path copy = new Path(home, "copy-" + round);
        fs.copyByToken(file, Optional.empty(), 0, -1, copy, FsPermission.getFileDefault(), (short) 1,
                fs.getDefaultBlockSize(copy));
        if (round % 2 == 0) {
            assertThat(fs.delete(directory, true)).as("delete of %s", directory).isTrue();
        }
    }

    private int callUntilEnough(Path home, Counted rounds) throws IOException {
        int round = 0;
        while (!enough.get()) {
            callOnce(home, round++);
            rounds.raiseTo(round);
        }
        return round;
    }

    @Test
    void eachCallHappensOnce() throws Exception {
        Random random = Seed.random("calls");
        List<Counted> rounds = new ArrayList<>();
        List<Future<Integer>> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            Path home = new Path("/caller-" + caller);
            fs.create(new Path(home, "counter-0")).close();
            Counted counted = new Counted();
            rounds.add(counted);
            callers.add(threads.submit(() -> callUntilEnough(home, counted)));
        }
        for (int kill = 0; kill < KILLS; kill++) {
            for (Counted counted : rounds) {
                counted.await(counted.value() + 1 + random.nextInt(5));
            }
            server.killAndStart();
        }
        for (Counted counted : rounds) {
            counted.await(counted.value() + 1);
        }
        enough.set(true);
        for (int caller = 0; caller < CALLERS; caller++) {
            hasHappenedOnce(new Path("/caller-" + caller), callers.get(caller).get());
        }
        assertThat(fs.groupStatus().problems()).isEmpty();
    }

    private void hasHappenedOnce(Path home, int rounds) throws IOException {
        List<String> expected = new ArrayList<>(List.of("counter-" + rounds));
        for (int round = 0; round < rounds; round++) {
            expected.add("copy-" + round);
            if (round % 2 != 0) {
                expected.add("directory-" + round);
            }
        }
        List<String> found = new ArrayList<>();
        for (var status : fs.listStatus(home)) {
            found.add(status.getPath().getName());
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        for (int round = 0; round < rounds; round++) {
            try (FSDataInputStream in = fs.open(new Path(home, "copy-" + round))) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .as("copy of what concat made, in which the tail is once").isEqualTo("file" + round + "tail" + round);
            }
        }
        List<String> attributes = new ArrayList<>();
        for (int round = Math.max(0, rounds - 20); round < rounds; round++) {
            attributes.add("user.round-" + round % 50);
        }
        assertThat(fs.listXAttrs(new Path(home, "counter-" + rounds))).containsExactlyInAnyOrderElementsOf(attributes);
    }
}
