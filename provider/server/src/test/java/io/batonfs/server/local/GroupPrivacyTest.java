package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing keys, proofs of tokens and everybody's data lie below a group's directory: nobody else reads them there. */
class GroupPrivacyTest {
    private static final String OWNER_ONLY = "rwx------";

    @TempDir
    private Path scratch;

    private static LocalGroupConfig config(Path directory, List<List<Path>> devices) {
        return new LocalGroupConfig(directory, 1, 4, 128L << 20, devices,
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator",
                "baton.server.");
    }

    private static void openAndClose(LocalGroupConfig config) throws IOException {
        LocalGroup.open(config, Clock.systemUTC(), new SecureRandom()).close();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> devicesIn(Path directory) {
        return Stream.of("a", "b", "c", "d").map(directory::resolve).toList();
    }

    @Test
    void theDirectoryIsTheOwners() throws IOException {
        Path directory = scratch.resolve("parent/group");
        openAndClose(config(directory, List.of()));
        assertEquals(OWNER_ONLY, permissions(directory));
    }

    @Test
    void inADirectoryThatIsOpenToAllTheInsideIsNot() throws IOException {
        Path directory = Files.createDirectory(scratch.resolve("group"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        openAndClose(config(directory, List.of()));
        assertEquals("rwxr-xr-x", permissions(directory));
        assertEquals(OWNER_ONLY, permissions(directory.resolve("catalog")));
        assertEquals(OWNER_ONLY, permissions(directory.resolve("server-1")));
        assertEquals("rw-------", permissions(directory.resolve("server-1/device-1")));
    }

    @Test
    void whatWasOpenedToOthersIsClosedAtTheNextStart() throws IOException {
        Path directory = scratch.resolve("group");
        openAndClose(config(directory, List.of()));
        Files.setPosixFilePermissions(directory.resolve("catalog"), PosixFilePermissions.fromString("rwxr-xr-x"));
        openAndClose(config(directory, List.of()));
        assertEquals(OWNER_ONLY, permissions(directory.resolve("catalog")));
    }

    @Test
    void namedDevicesThatAreMadeAreTheOwners() throws IOException {
        List<Path> devices = devicesIn(scratch);
        openAndClose(config(scratch.resolve("group"), List.of(devices)));
        for (Path device : devices) {
            assertEquals("rw-------", permissions(device));
        }
    }

    @Test
    void aDirectoryThatCanNotBeUsedIsNamedWithItsSetting() throws IOException {
        Path file = Files.createFile(scratch.resolve("file"));
        for (Path unusable : List.of(file, file.resolve("below"), Path.of("/proc/baton/group"),
                scratch.resolve("with, comma"))) {
            BatonException refusal =
                    assertThrows(BatonException.class, () -> openAndClose(config(unusable, List.of())));
            assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
            assertTrue(refusal.getMessage().startsWith("baton.server.dir = " + unusable + " can't be used: "),
                    refusal.getMessage());
        }
    }

    @Test
    void aNamedDeviceInNoDirectoryIsNamedWithItsSetting() {
        Path nowhere = scratch.resolve("nowhere");
        List<Path> devices = devicesIn(nowhere);
        BatonException refusal = assertThrows(BatonException.class,
                () -> openAndClose(config(scratch.resolve("group"), List.of(devices))));
        assertTrue(refusal.getMessage().contains("there is no directory " + nowhere)
                && refusal.getMessage().contains("baton.server.devices"), refusal.getMessage());
    }
}
