package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All that a group holds is placed and moved by hand: by a storage policy on its root (POOL-6, POOL-7). */
@Timeout(180)
class WholeVolumeTest extends DaemonCommands {
    private static final int FILES = 16;
    private static final int BYTES = 1 << 20;
    private static final int PIECE = 64 << 10;

    @BeforeEach
    void choosePools() {
        settings.put("baton.server.pools", "fast level=10 share=50; slow level=5 share=50");
    }

    private static byte[] bytes(int file, int length) {
        byte[] bytes = new byte[length];
        new Random(file).nextBytes(bytes);
        return bytes;
    }

    private static String path(int file) {
        return "/d" + file % 3 + "/" + file;
    }

    private static long used(BatonDaemon daemon, String pool) throws Exception {
        return PoolReports.decode(get(daemon, "/pools")).pools().stream()
                .filter(report -> report.pool().name().equals(pool)).map(PoolReport::usedBytes).findFirst().orElseThrow()
                .orElseThrow();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "not within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static void choose(BatonClient client, String path, String policy) throws IOException {
        client.setAttributes(path, AttributeChange.NONE.withStoragePolicy(policy));
    }

    /** Appends to a file until it is told to end; returns how much. */
    private static int append(BatonClient client, String path, AtomicBoolean end) throws IOException {
        byte[] all = bytes(99, 32 << 20);
        int written = 0;
        try (BatonOutput out = client.create(path, new CreateOptions(true, true, 0644, 128 << 20, 3))) {
            while (!end.get() && written < all.length) {
                out.write(all, written, PIECE);
                written += PIECE;
                out.hflush();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
        return written;
    }

    private static int readAll(BatonClient client, AtomicBoolean end) throws IOException {
        int reads = 0;
        for (int file = 0; !end.get(); file = (file + 1) % FILES) {
            assertArrayEquals(bytes(file, BYTES), read(client, path(file)), path(file));
            reads++;
        }
        return reads;
    }

    @Test
    void allGoesToAnotherPoolWhileItIsWrittenAndReadAndOverARestart() throws Exception {
        settings.put("baton.server.placement.bandwidth.mib", "1");
        ExecutorService users = Executors.newFixedThreadPool(2);
        int appended;
        long empty;
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            empty = used(daemon, "fast");
            for (int file = 0; file < FILES; file++) {
                client.mkdirs("/d" + file % 3, 0755, 0, true);
                write(client, path(file), bytes(file, BYTES));
            }
            assertTrue(used(daemon, "fast") >= empty + (long) FILES * BYTES);
            AtomicBoolean end = new AtomicBoolean();
            Future<Integer> writer = users.submit(() -> append(client, "/log", end));
            Future<Integer> reader = users.submit(() -> readAll(client, end));
            choose(client, "/", "SLOW");
            client.satisfyStoragePolicy("/");
            // What is appended meanwhile fills that pool too, before anything was looked for.
            await(() -> client.storagePolicyProgress("/").waitingExtents() > 0);
            await(() -> used(daemon, "slow") >= 3 * BYTES);
            StoragePolicyProgress progress = client.storagePolicyProgress("/");
            assertFalse(progress.satisfied());
            assertTrue(progress.waitingExtents() > 0 && progress.waitingExtents() <= FILES + 2, progress::toString);
            end.set(true);
            appended = writer.get();
            assertTrue(reader.get() > 0);
            // Whatever is new goes there at once.
            long before = used(daemon, "slow");
            write(client, "/new", bytes(50, BYTES));
            assertTrue(used(daemon, "slow") >= before + BYTES);
            assertFalse(client.storagePolicyProgress("/").satisfied(), "it is too late for a restart");
        } finally {
            users.shutdownNow();
        }
        settings.put("baton.server.placement.bandwidth.mib", "64");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            await(() -> client.storagePolicyProgress("/").satisfied());
            assertEquals(new StoragePolicyProgress(false, 0, 0, 0, 0), client.storagePolicyProgress("/"));
            assertTrue(used(daemon, "fast") < empty + BYTES, "not all has left");
            assertTrue(used(daemon, "slow") >= (long) (FILES + 1) * BYTES + appended);
            for (int file = 0; file < FILES; file++) {
                assertArrayEquals(bytes(file, BYTES), read(client, path(file)));
            }
            assertArrayEquals(Arrays.copyOf(bytes(99, 32 << 20), appended), read(client, "/log"));
            assertArrayEquals(bytes(50, BYTES), read(client, "/new"));
            assertFigure(daemon, "wanted_moves_", "extents_waiting 0");
            assertEquals(List.of(), daemon.health().reasons());
        }
        Run fsck = run("fsck");
        assertEquals(0, fsck.exitCode(), fsck.toString());
    }

    /** The other pool is too small for all: what waits is told, and the order can be taken back. */
    @Test
    void whatFindsNoRoomWaitsAndIsToldOf() throws Exception {
        settings.put("baton.server.pools", "fast level=10 share=80; slow level=5 share=20");
        int bytes = 4 << 20;
        int files = 10;
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            for (int file = 0; file < files; file++) {
                write(client, "/" + file, bytes(file, bytes));
            }
            choose(client, "/", "SLOW");
            client.satisfyStoragePolicy("/");
            await(() -> daemon.health().reasons().stream().anyMatch(reason -> reason.contains(
                    "extents wait to be carried to the pools of their storage policies: pool slow of server-1 has no room")));
            // What was carried is told at the end of a step, why something waits at once.
            await(() -> client.storagePolicyProgress("/").waitingExtents() < files);
            StoragePolicyProgress progress = client.storagePolicyProgress("/");
            assertTrue(!progress.looking() && progress.waitingExtents() > 0, progress::toString);
            assertEquals(progress.waitingExtents() * bytes, progress.waitingBytes());
            // Room comes when deleted files are given up, or elsewhere.
            choose(client, "/", "FAST");
            client.satisfyStoragePolicy("/");
            await(() -> client.storagePolicyProgress("/").satisfied() && daemon.health().reasons().isEmpty());
            for (int file = 0; file < files; file++) {
                assertArrayEquals(bytes(file, bytes), read(client, "/" + file));
            }
            assertTrue(used(daemon, "slow") < bytes, "what had been carried is back");
        }
    }

    /** Who asks for nothing else gets what the root says; who does, keeps it, whichever was first. */
    @Test
    void aFileWithAPolicyOfItsOwnStays() throws Exception {
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            long empty = used(daemon, "fast");
            choose(client, "/", "SLOW");
            client.mkdirs("/kept", 0755, 0, true);
            choose(client, "/kept", "FAST");
            write(client, "/kept/f", bytes(1, BYTES));
            write(client, "/f", bytes(2, BYTES));
            client.satisfyStoragePolicy("/");
            await(() -> client.storagePolicyProgress("/").satisfied());
            assertTrue(used(daemon, "fast") >= empty + BYTES && used(daemon, "fast") < empty + 2 * BYTES);
            assertTrue(used(daemon, "slow") >= BYTES);
        }
    }
}
