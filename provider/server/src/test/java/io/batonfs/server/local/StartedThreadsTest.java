package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server has the threads that its connections need before the first client comes. */
class StartedThreadsTest {
    private static final long DEVICE_BYTES = 128L << 20;

    @TempDir
    private Path scratch;

    private static Set<Thread> running() {
        return Thread.getAllStackTraces().keySet();
    }

    @Test
    void aServerStartsItsThreadsWhenItOpens() throws Exception {
        List<Path> devices = IntStream.range(0, 4).mapToObj(i -> scratch.resolve("d" + i)).toList();
        for (Path device : devices) {
            grow(device);
        }
        LocalGroupConfig config = new LocalGroupConfig(scratch.resolve("group"), 1, devices.size(), DEVICE_BYTES,
                List.of(devices),
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices", devices.size()),
                0, MaintenanceSettings.scrubbing(1 << 20, 1, "baton.server."), "operator", "baton.server.");
        Set<Thread> before = running();
        try (LocalGroup group = LocalGroup.open(config, Clock.systemUTC(), new SecureRandom())) {
            List<String> started = running().stream().filter(thread -> !before.contains(thread)).map(Thread::getName)
                    .collect(Collectors.toList());
            assertTrue(started.stream().filter(name -> name.contains("-lwio-")).count() >= 2, started::toString);
            assertTrue(started.stream().anyMatch(name -> name.contains("-timer-")), started::toString);
            assertTrue(group.id() != null);
        }
    }

    private static void grow(Path device) throws IOException {
        try (FileChannel file = FileChannel.open(device, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[1]), DEVICE_BYTES - 1);
        }
    }
}
