package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.server.storage.PoolReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is stored goes to the pool of another storage policy, over the wire, and though the server is killed on the way. */
@Timeout(120)
class SatisfyPolicyTest extends DaemonCommands {
    private static final int FILES = 12;
    private static final int BYTES = 1 << 20;

    private static byte[] bytes(int file) {
        byte[] bytes = new byte[BYTES];
        new Random(file).nextBytes(bytes);
        return bytes;
    }

    /** Bytes in use in the pool that is called slow. */
    private long inSlow() throws IOException {
        Run pools = run("pools", "--json");
        if (pools.out().isEmpty()) {
            return 0;
        }
        return PoolReports.decode(pools.out()).pools().stream().filter(report -> report.pool().name().equals("slow"))
                .mapToLong(report -> used(report)).sum();
    }

    private static long used(PoolReport report) {
        return report.freeBytes().isPresent() ? report.pool().capacityBytes() - report.freeBytes().getAsLong() : 0;
    }

    private long emptyGroup() throws IOException {
        BatonDaemon daemon = start();
        try {
            return inSlow();
        } finally {
            daemon.close();
        }
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "not within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Test
    void whatAKilledServerHadBegunIsCarriedToItsEnd() throws Exception {
        settings.put("baton.server.pools", "fast level=10 share=50; slow level=5 share=50");
        settings.put("baton.server.placement.bandwidth.mib", "1");
        long before = emptyGroup();
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            client.mkdirs("/d", 0755, 0, true);
            for (int file = 0; file < FILES; file++) {
                write(client, "/d/" + file, bytes(file));
            }
            client.setAttributes("/d", AttributeChange.NONE.withStoragePolicy("SLOW"));
            client.satisfyStoragePolicy("/d");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BatonCommand.class.getName(), "server"));
        settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader out = server.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith("ready ")) {
                line = out.readLine();
            }
            assertTrue(line != null, "the server ended");
            // At 1 MiB/s there are seconds to go then.
            await(() -> inSlow() >= before + BYTES);
            assertTrue(inSlow() < before + FILES * BYTES, "it would be killed too late");
        } finally {
            server.destroyForcibly().waitFor();
        }
        settings.put("baton.server.placement.bandwidth.mib", "64");
        try (BatonDaemon daemon = start(); BatonClient client = client(daemon)) {
            await(() -> client.storagePolicyProgress("/d").satisfied());
            assertTrue(inSlow() >= before + FILES * BYTES);
            for (int file = 0; file < FILES; file++) {
                assertArrayEquals(bytes(file), read(client, "/d/" + file));
            }
            assertEquals(List.of(), daemon.health().reasons());
            assertFigure(daemon, "wanted_moves_", "extents_waiting 0");
            assertFigure(daemon, "wanted_moves_", "pages_moved [1-9]");
        }
    }
}
