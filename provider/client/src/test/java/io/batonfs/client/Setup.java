package io.batonfs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.CreateOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;

/** A fake group and a client of it. Closing looks for leaks. The seed is printed and taken from -Dbaton.seed. */
final class Setup implements Closeable {
    static final CreateOptions NEW = new CreateOptions(false, true, 0644, 1 << 20, 1);

    final FakeGroup group;
    final GroupClient client;
    final Random random;

    Setup() throws IOException {
        this(new FakeGroup(seed(), 2, 4, 2048), Map.of());
    }

    Setup(FakeGroup group, Map<String, String> settings) throws IOException {
        this.group = group;
        this.random = new Random(seed());
        this.client = new GroupClient(group, ClientConfig.from(prefixed(settings)), new Caller("u", List.of("g"), false),
                new ClientSeams(group.time, new Random(seed()), ids(seed())));
    }

    private static Supplier<UUID> ids(long seed) {
        Random random = new Random(seed + 2);
        return () -> new UUID(random.nextLong(), random.nextLong());
    }

    static Map<String, String> prefixed(Map<String, String> settings) {
        Map<String, String> full = new HashMap<>();
        settings.forEach((key, value) -> full.put("fs.baton.client." + key, value));
        return full;
    }

    static long seed() {
        return Long.getLong("baton.seed", 20261121L);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    byte[] file(String path, int length) throws IOException {
        byte[] bytes = bytes(length);
        try (BatonOutput output = client.create(path, NEW)) {
            output.write(bytes, 0, length);
        }
        return bytes;
    }

    static byte[] read(BatonInput input, long position, int length, boolean direct) throws IOException {
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
        int count = input.read(position, buffer);
        assertEquals(count < 0 ? 0 : count, buffer.position());
        byte[] bytes = new byte[buffer.position()];
        buffer.flip();
        buffer.get(bytes);
        return bytes;
    }

    byte[] readAll(String path) throws IOException {
        try (BatonInput input = client.open(path)) {
            return read(input, 0, (int) input.lengthBytes() + 100, false);
        }
    }

    static BatonException fails(ErrorCode code, Executable call) {
        BatonException failure = Assertions.assertThrows(BatonException.class, call);
        assertEquals(code, failure.code(), failure.toString());
        return failure;
    }

    @Override
    public void close() throws IOException {
        client.close();
        assertEquals(0, group.fids(), "Fids left over");
        assertEquals(0, group.openConnections(), "connections left over");
        assertEquals(0, client.pool().out(), "buffers left over");
        assertTrue(group.time.isClosed());
        assertTrue(group.closed);
    }
}
