package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a group's directory, and when something in it is given up. */
class GroupFilesTest {
    @TempDir
    private Path directory;

    private LocalGroupConfig config() {
        return new LocalGroupConfig(directory, 1, 4, 64L << 20, List.of(),
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server.");
    }

    @Test
    void aDirectoryThatMayNotBeLookedIntoIsNotTakenForOneWithoutAGroup() throws Exception {
        GroupFiles files = new GroupFiles(directory);
        assertFalse(files.isFormatted());
        assertFalse(files.isThere(new NoSuchFileException("group")));
        BatonException refusal = assertThrows(BatonException.class,
                () -> files.isThere(new AccessDeniedException("group")));
        assertEquals(ErrorCode.PERMISSION_DENIED, refusal.code());
        assertTrue(refusal.getMessage().contains(directory.toString()) && refusal.getMessage().contains("as the user"),
                refusal.getMessage());
        Path file = Files.createFile(directory.resolve("file"));
        assertFalse(new GroupFiles(file).isFormatted(), "what is no directory has no group");
        assertFalse(new GroupFiles(directory.resolve("nowhere/at/all")).isFormatted());
    }

    /** With a directory of that kind; root gets into every one. */
    @Test
    void whoMayNotLookIsToldSoByCommandsThatLook() throws Exception {
        assumeFalse(System.getProperty("user.name").equals("root"));
        LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("---------"));
        try {
            assertEquals(ErrorCode.PERMISSION_DENIED,
                    assertThrows(BatonException.class, () -> ClosedGroup.pools(config())).code());
            assertEquals(config(), config().checkedIfToBeFormatted());
        } finally {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** What is left of a check that is killed must be deleted by the next start of the group's user. */
    @Test
    void aCheckByAnotherUserIsRefusedAndLeavesNothing() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
        LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
        Files.setAttribute(directory.resolve("group"), "unix:uid", 65_432);
        for (boolean repair : new boolean[] {false, true}) {
            BatonException refusal = assertThrows(BatonException.class,
                    () -> GroupCheck.run(config(), repair, List.of(), new Unheard(), new CheckStop()));
            assertEquals(ErrorCode.PERMISSION_DENIED, refusal.code());
            assertTrue(refusal.getMessage().contains("65432") && refusal.getMessage().contains("run it as"),
                    refusal.getMessage());
            assertFalse(Files.exists(directory.resolve("tmp")));
        }
        Files.setAttribute(directory.resolve("group"), "unix:uid", 0);
        assertTrue(GroupCheck.run(config(), false, List.of(), new Unheard(), new CheckStop()).isSound());
    }

    private static final class Unheard implements CheckProgress {
        @Override
        public void begins(String what) {
            assertFalse(what.isEmpty());
        }

        @Override
        public void read(ServerId server, String pool, long done, long total) {
            assertEquals(1, server.value());
        }

        @Override
        public void lost(ServerId server, List<Damage> lost) {
            assertEquals(List.of(), lost);
        }
    }

    @Test
    void temporaryFilesThatMayNotBeDeletedAreToldWithWhatToDo() throws Exception {
        Path temporary = directory.resolve("tmp");
        IOException refusal = GroupFiles.undeletable(temporary, new AccessDeniedException("tmp/x"));
        assertEquals(ErrorCode.PERMISSION_DENIED, ((BatonException) refusal).code());
        assertTrue(refusal.getMessage().contains(temporary.toString()) && refusal.getMessage().contains("delete it as"),
                refusal.getMessage());
        IOException other = new IOException("broken");
        assertSame(other, GroupFiles.undeletable(temporary, other));
    }

    /** As a check that was killed leaves them. */
    @Test
    void leftoversAreGoneWithTheNextStartAndTheNextCheck() throws Exception {
        LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
        for (boolean check : new boolean[] {true, false}) {
            Path left = directory.resolve("tmp/catalog/raft");
            Files.createDirectories(left);
            Files.writeString(left.resolve("log_0"), "half of it");
            if (check) {
                assertTrue(GroupCheck.run(config(), false, List.of(), new Unheard(), new CheckStop()).isSound());
            } else {
                LocalGroup.open(config(), Clock.systemUTC(), new SecureRandom()).close();
            }
            assertFalse(Files.exists(left));
        }
    }

    @Test
    void aForcedFormattingThatIsRefusedLeavesTheGroupAsItWas() throws Exception {
        GroupId id = LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
        Path thesis = Files.writeString(directory.resolve("thesis.tex"), "years of work");
        BatonException refusal = assertThrows(BatonException.class,
                () -> LocalGroup.format(config(), true, Clock.systemUTC(), new SecureRandom()));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains("thesis.tex") && refusal.getMessage().contains("baton.server.dir"),
                refusal.getMessage());
        assertTrue(Files.exists(thesis));
        assertGroup(id);
        Files.delete(thesis);
        assertFalse(id.equals(LocalGroup.format(config(), true, Clock.systemUTC(), new SecureRandom())), "now it is made");
    }

    /** The group's own device files are made when the old ones are gone: that they can be is found out before. */
    @Test
    void deviceFilesThatTheFileSystemDoesNotTakeAreRefusedBeforeTheGroupIsGivenUp() throws Exception {
        long bytes = 15L << 40;
        while (bytes < 1L << 60 && canBeMade(bytes)) {
            bytes <<= 1;
        }
        assumeFalse(canBeMade(bytes), "a file system without a bound");
        GroupId id = LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
        // Of one pool there is an end, too.
        String pools = IntStream.range(0, 10).mapToObj(number -> "p" + number + " level=5 share=10")
                .collect(Collectors.joining("; "));
        LocalGroupConfig larger = new LocalGroupConfig(directory, 1, 4, bytes, List.of(),
                PoolSettings.read("baton.server.", pools, "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server.");
        BatonException refusal = assertThrows(BatonException.class,
                () -> LocalGroup.format(larger, true, Clock.systemUTC(), new SecureRandom()));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code(), refusal.toString());
        assertTrue(refusal.getMessage().contains("baton.server.device.bytes"), refusal.getMessage());
        assertGroup(id);
    }

    private boolean canBeMade(long bytes) throws IOException {
        Path probe = directory.resolve("probe");
        try {
            FileBlockDevice.create(probe, bytes).close();
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** Root may delete everything, but for what is not a matter of permissions. */
    @ParameterizedTest
    @ValueSource(strings = {"r-x------", "---------"})
    void aGroupThatMayNotBeDeletedIsNotGivenUp(String permissions) throws Exception {
        assumeFalse(System.getProperty("user.name").equals("root"));
        GroupId id = LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
        Path devices = directory.resolve("server-1");
        Files.setPosixFilePermissions(devices, PosixFilePermissions.fromString(permissions));
        try {
            BatonException refusal = assertThrows(BatonException.class,
                    () -> LocalGroup.format(config(), true, Clock.systemUTC(), new SecureRandom()));
            assertEquals(ErrorCode.PERMISSION_DENIED, refusal.code());
        } finally {
            Files.setPosixFilePermissions(devices, PosixFilePermissions.fromString("rwx------"));
        }
        assertGroup(id);
    }

    @Test
    void whatAnUnfinishedFormattingLeftIsOnlyDeletedIfNothingElseIsThere() throws Exception {
        Files.createDirectories(directory.resolve("catalog/raft"));
        Files.writeString(directory.resolve("zz"), "not Baton's");
        assertThrows(BatonException.class, () -> new GroupFiles(directory).clearUnfinished("dir"));
        assertTrue(Files.exists(directory.resolve("catalog/raft")));
        Files.delete(directory.resolve("zz"));
        new GroupFiles(directory).clearUnfinished("dir");
        assertFalse(Files.exists(directory.resolve("catalog")));
    }

    private void assertGroup(GroupId id) throws IOException {
        try (LocalGroup group = LocalGroup.open(config(), Clock.systemUTC(), new SecureRandom())) {
            assertEquals(id, group.id());
            assertEquals(List.of(), group.servers().get(0).report().problems());
        }
    }
}
