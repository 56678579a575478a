package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.RebuildState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Orders about devices, and what "baton pools" says of them. For tests that extend it. */
abstract class DeviceCommands extends DaemonCommands {
    static final long DEVICE_BYTES = 64L << 20;
    /** What is in a file. */
    static final byte[] BYTES = new byte[6 << 20];
    /** Between two looks, each of which takes as much of a processor as the server's work does. */
    private static final long LOOK_MS = 50;

    static {
        new Random(7).nextBytes(BYTES);
    }

    PoolsAnswer answer() throws IOException {
        return PoolReports.decode(run("pools", "--json").out());
    }

    PoolsAnswer await(Predicate<PoolsAnswer> condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        PoolsAnswer answer = answer();
        while (!condition.test(answer)) {
            assertTrue(System.nanoTime() < deadline, answer::toString);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
            answer = answer();
        }
        return answer;
    }

    interface Condition {
        boolean holds() throws IOException;
    }

    static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "not within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
        }
    }

    /** On its way to more than the metadata. */
    static boolean isUnderWay(PoolsAnswer answer) {
        return answer.rebuilds().stream().anyMatch(report -> report.progress().state() == RebuildState.RUNNING
                && report.progress().doneBytes() > 0 && report.progress().secondsLeft().isPresent());
    }

    Path blank(String name) throws IOException {
        return blank(name, DEVICE_BYTES);
    }

    Path blank(String name, long bytes) throws IOException {
        Path path = directory.resolve(name);
        FileBlockDevice.create(path, bytes).close();
        return path;
    }

    void assertHealthy(BatonDaemon daemon) {
        assertEquals(List.of(), daemon.health().reasons());
        Run pools = run("pools");
        assertEquals(0, pools.exitCode(), pools.toString());
    }

    void assertSound() {
        Run fsck = run("fsck");
        assertEquals(0, fsck.exitCode(), fsck.toString());
    }

    void writeAndClose() throws IOException {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            write(client, "/f", BYTES);
        }
    }
}
