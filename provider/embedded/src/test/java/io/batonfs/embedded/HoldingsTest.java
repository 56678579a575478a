package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.ReadGrant;
import io.batonfs.model.Invocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CAT-7: what owners hold is compared with what the catalog says, and settled after a grace time. */
class HoldingsTest {
    private static final byte[] BYTES = GroupUnderTest.random(100_000);

    @TempDir
    private Path directory;

    @Test
    void whatADeletedFileHeldIsFreedAfterTheGraceTimeAndNotBefore() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/file", BYTES);
            OwnerService owner = group.group().server(new ServerId(1)).owner();
            client.delete("/file", false);
            group.advance(Duration.ofMinutes(14));
            GroupUnderTest.write(client, "/marker", BYTES);
            assertEquals(2, owner.report().size());
            GroupUnderTest.await("the extent is freed", () -> {
                group.advance(Duration.ofSeconds(30));
                return owner.report().size() == 1;
            });
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/marker"));
        }
    }

    @Test
    void aCopyThatNoRouteNamesIsGivenBack() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 2); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/file", BYTES);
            CallContext context = new CallContext(client.caller(), new Invocation(UUID.randomUUID(), 1));
            ReadGrant grant = group.group().catalog().open(context, "/file");
            Extent extent = grant.extents().get(0);
            ServerId holder = grant.routes().get(0).owner();
            OwnerService other = group.group().server(new ServerId(3 - holder.value())).owner();
            other.pull(extent, BYTES.length, holder, 0);
            assertEquals(1, other.report().size());
            GroupUnderTest.await("the stray copy is freed", () -> {
                group.advance(Duration.ofMinutes(6));
                return other.report().isEmpty();
            });
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/file"));
        }
    }

    @Test
    void aCatalogRestoredFromThePastMakesTheGroupReadOnlyAndLosesNothing(@TempDir Path backup) throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/old", BYTES);
        }
        copy(directory.resolve("catalog"), backup.resolve("catalog"));
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/new", BYTES);
        }
        delete(directory.resolve("catalog"));
        copy(backup.resolve("catalog"), directory.resolve("catalog"));
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.await("the group notices", () -> client.groupStatus().problems().stream()
                    .anyMatch(problem -> problem.contains("restored from an older state")));
            BatonException refusal = assertThrows(BatonException.class,
                    () -> GroupUnderTest.write(client, "/another", BYTES));
            assertEquals(ErrorCode.READ_ONLY, refusal.code());
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/old"));
            group.advance(Duration.ofHours(1));
            assertEquals(2, group.group().server(new ServerId(1)).owner().report().size());
            assertTrue(client.status("/new").isEmpty());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
