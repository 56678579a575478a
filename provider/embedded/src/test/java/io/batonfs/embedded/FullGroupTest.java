package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A group without room refuses to write, keeps what it has, and takes writes again when something was deleted. */
@Timeout(120)
class FullGroupTest {
    private static final byte[] BYTES = GroupUnderTest.random(6 << 20);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"fast", "capacity"})
    void writesFailWithNoSpaceAndGoOnAfterADelete(String pool) throws Exception {
        List<String> kept = new ArrayList<>();
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            BatonException refusal = fill(client, kept);
            assertEquals(ErrorCode.NO_SPACE, refusal.code(), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("server-1") && refusal.getMessage().contains("free space"),
                    refusal.getMessage());
            assertTrue(kept.size() > 3, () -> "only " + kept);
            checkAll(client, kept);
        }
        try (GroupUnderTest group = open(pool); BatonClient client = group.client()) {
            checkAll(client, kept);
            client.delete(kept.remove(0), false);
            client.delete(kept.remove(0), false);
            GroupUnderTest.await("there is room again", () -> {
                group.advance(Duration.ofMinutes(1));
                return group.group().server(new ServerId(1)).report().pools().stream()
                        .anyMatch(space -> space.name().equals(pool) && space.freeBytes() > BYTES.length);
            });
            GroupUnderTest.write(client, "/again", BYTES);
            kept.add("/again");
            checkAll(client, kept);
        }
    }

    /** Writes files until one fails, and says how. */
    private static BatonException fill(BatonClient client, List<String> written) throws IOException {
        BatonException refusal = null;
        for (int i = 0; refusal == null && i < 40; i++) {
            String path = "/file-" + i;
            try {
                BatonOutput out = client.create(path, GroupUnderTest.OPTIONS);
                try {
                    out.write(BYTES, 0, BYTES.length);
                    out.close();
                    written.add(path);
                } finally {
                    out.abort();
                }
            } catch (BatonException e) {
                refusal = e;
            }
        }
        assertNotNull(refusal, "40 files of 6 MiB fit into devices of 4 x 64 MiB");
        return refusal;
    }

    private static void checkAll(BatonClient client, List<String> paths) throws IOException {
        for (String path : paths) {
            assertArrayEquals(BYTES, GroupUnderTest.read(client, path), path);
        }
    }

    private GroupUnderTest open(String pool) throws IOException {
        return new GroupUnderTest(directory, 1, pool, 64L << 20);
    }
}
