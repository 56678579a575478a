package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.OwnerService.HeldExtent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CAT-10: the catalog has a file closed, but a power cut took from the devices what was not forced. */
class SealAgainTest {
    private static final byte[] BYTES = GroupUnderTest.random(300_000);

    private int servers = 1;

    @TempDir
    private Path directory;
    @TempDir
    private Path earlier;

    @Test
    void aSealThatThePowerCutTookIsMadeAgainAtTheCommittedLength() throws Exception {
        writeAndGoBack(BYTES.length);
        try (GroupUnderTest group = open(); BatonClient client = group.client()) {
            List<HeldExtent> held = group.group().server(new ServerId(1)).owner().report();
            assertEquals(1, held.size());
            assertTrue(held.get(0).sealed());
            assertEquals(BYTES.length, held.get(0).lengthBytes());
            assertEquals(List.of(), client.groupStatus().problems());
            assertArrayEquals(BYTES, GroupUnderTest.read(client, "/file"));
        }
    }

    @Test
    void bytesThatThePowerCutTookAreReportedAndNeverReadAsOthers() throws Exception {
        writeAndGoBack(100_000);
        try (GroupUnderTest group = open(); BatonClient client = group.client()) {
            List<String> problems = client.groupStatus().problems();
            assertTrue(problems.stream().anyMatch(p -> p.contains("server-1") && p.contains("100000 bytes")
                    && p.contains("sealed at 300000")), problems::toString);
            assertFalse(group.group().server(new ServerId(1)).owner().report().get(0).sealed());
            BatonException failure = assertThrows(BatonException.class, () -> GroupUnderTest.read(client, "/file"));
            assertEquals(ErrorCode.DATA_LOST, failure.code(), failure.toString());
            assertTrue(failure.getMessage().contains("/file"), failure::getMessage);
        }
    }

    /** The source would be freed, and what it has behind the gap with it. */
    @Test
    void whatAnOwnerHasLessOfThanWasSealedIsNotMovedToAnotherServer() throws Exception {
        servers = 2;
        writeAndGoBack(100_000);
        try (GroupUnderTest group = open(); BatonClient client = group.client()) {
            BatonException failure = assertThrows(BatonException.class, () -> client.moveFile("/file", new ServerId(2)));
            assertEquals(ErrorCode.DATA_LOST, failure.code(), failure.toString());
            assertTrue(failure.getMessage().contains("sealed at 300000"), failure::getMessage);
            assertEquals(1, group.group().server(new ServerId(1)).owner().report().size());
            assertEquals(List.of(), group.group().server(new ServerId(2)).owner().report());
        }
    }

    /** The devices go back to the moment at which so many bytes were forced; the catalog stays. */
    private void writeAndGoBack(int forcedBytes) throws IOException {
        try (GroupUnderTest group = open(); BatonClient client = group.client();
                BatonOutput out = client.create("/file", GroupUnderTest.OPTIONS)) {
            out.write(BYTES, 0, forcedBytes);
            out.hsync();
            copyDevices(directory.resolve("server-1"), earlier);
            out.write(BYTES, forcedBytes, BYTES.length - forcedBytes);
        }
        copyDevices(earlier, directory.resolve("server-1"));
    }

    private static void copyDevices(Path from, Path to) throws IOException {
        for (int device = 1; device <= 4; device++) {
            String name = "device-" + device;
            Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private GroupUnderTest open() throws IOException {
        return new GroupUnderTest(directory, servers, "fast", 64L << 20);
    }
}
