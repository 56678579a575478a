package io.batonfs.embedded;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.server.local.LocalGroup;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A group on small devices whose clock the test moves, and clients of it. */
final class GroupUnderTest implements Closeable {
    static final String USER = "superuser";
    static final CreateOptions OPTIONS = new CreateOptions(true, true, 0644, 128 << 20, 3);

    private final AtomicLong nowMs = new AtomicLong(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli());
    private final EmbeddedGroups groups = new EmbeddedGroups(new MovedClock(nowMs), new SecureRandom());
    private final Map<String, String> settings;
    private final LocalGroup group;

    GroupUnderTest(Path directory, int servers) throws IOException {
        this(directory, servers, "fast", 128L << 20);
    }

    GroupUnderTest(Path directory, int servers, String pool, long deviceBytes) throws IOException {
        this(Map.of("baton.embedded.pool", pool, "baton.embedded.dir", directory.toString(), "baton.embedded.servers",
                Integer.toString(servers), "baton.embedded.device.bytes", Long.toString(deviceBytes)));
    }

    /** A group of settings of one's own, but for the superuser. */
    GroupUnderTest(Map<String, String> settings) throws IOException {
        this.settings = new TreeMap<>(settings);
        this.settings.put("baton.embedded.superuser", USER);
        this.group = groups.acquire(EmbeddedSettings.of(this.settings));
    }

    LocalGroup group() {
        return group;
    }

    BatonClient client() throws IOException {
        return client(USER);
    }

    BatonClient client(String user) throws IOException {
        return BatonClients.over(connection(), settings, new Caller(user, List.of(), false));
    }

    /** The bare ways to the group, for who does not keep to the client's manners. */
    EmbeddedConnection connection() throws IOException {
        groups.acquire(EmbeddedSettings.of(settings));
        return new EmbeddedConnection(groups, group);
    }

    void advance(Duration time) {
        nowMs.addAndGet(time.toMillis());
    }

    /** Waits for what background work brings about; a test's own time limit is what makes it fail. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within a minute: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    static void write(BatonClient client, String path, byte[] bytes) throws IOException {
        try (BatonOutput out = client.create(path, OPTIONS)) {
            out.write(bytes, 0, bytes.length);
        }
    }

    static byte[] read(BatonClient client, String path) throws IOException {
        try (BatonInput in = client.open(path)) {
            return read(in);
        }
    }

    static byte[] read(BatonInput in) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) in.lengthBytes());
        int count = 0;
        while (buffer.hasRemaining() && count >= 0) {
            count = in.read(buffer.position(), buffer);
        }
        return buffer.array();
    }

    @Override
    public void close() throws IOException {
        groups.release(group);
    }

    private static final class MovedClock extends Clock {
        private final AtomicLong nowMs;

        private MovedClock(AtomicLong nowMs) {
            this.nowMs = nowMs;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("the group's clock has no zone");
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs.get());
        }
    }
}
