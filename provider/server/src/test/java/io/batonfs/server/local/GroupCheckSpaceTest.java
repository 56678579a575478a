package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.server.storage.MaintenanceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a check writes beside a group must not cost the group anything: room is asked for, leftovers go at once. */
class GroupCheckSpaceTest {
    private static final long TO_OPEN = 32L << 20;

    @TempDir
    private Path directory;

    private final List<Long> asked = new ArrayList<>();

    private LocalGroupConfig config() {
        return new LocalGroupConfig(directory, 1, 4, 64L << 20, List.of(),
                PoolSettings.read("baton.server.", PoolSettings.DEFAULT, "", "baton.server.devices", 4), 0,
                MaintenanceSettings.none("baton.server."), "operator", "baton.server.");
    }

    @BeforeEach
    void format() throws IOException {
        LocalGroup.format(config(), false, Clock.systemUTC(), new SecureRandom());
    }

    /** Looks, while devices are read, for what the check has put into the group's directory. */
    private final class Watch implements CheckProgress {
        private boolean read;
        private boolean copied;

        @Override
        public void begins(String what) {
            assertFalse(what.isEmpty());
        }

        @Override
        public void read(ServerId server, String pool, long done, long total) {
            read = true;
            copied |= Files.exists(directory.resolve("tmp/catalog"));
        }

        @Override
        public void lost(ServerId server, List<Damage> lost) {
            assertTrue(lost.isEmpty(), lost.toString());
        }
    }

    private CheckedGroup check(boolean repair, int refusedQuestion, Watch watch) throws IOException {
        asked.clear();
        return GroupCheck.run(config(), (directories, bytes) -> {
            asked.add(bytes);
            assertTrue(directories.contains(directory) && directories.contains(directory.resolve("server-1")));
            return asked.size() == refusedQuestion ? Optional.of("there is no room") : Optional.empty();
        }, CheckBounds.DEFAULT, repair, List.of(), watch, new CheckStop());
    }

    private List<byte[]> images() throws IOException {
        List<byte[]> images = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            images.add(Files.readAllBytes(directory.resolve("server-1/device-" + number)));
        }
        return images;
    }

    private void assertRefused(boolean repair, int question) throws IOException {
        List<byte[]> before = images();
        Watch watch = new Watch();
        BatonException refusal = assertThrows(BatonException.class, () -> check(repair, question, watch));
        assertEquals(ErrorCode.NO_SPACE, refusal.code());
        assertFalse(watch.read);
        assertFalse(Files.exists(directory.resolve("tmp")), "nothing is left");
        List<byte[]> after = images();
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), after.get(i), "device " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void roomIsAskedForTheWholeCopyBeforeItIsMade(boolean repair) throws Exception {
        assertRefused(repair, 1);
        assertTrue(asked.get(0) > TO_OPEN + 1000, "the log is counted: " + asked);
    }

    @Test
    void roomIsAskedForOnceMoreBeforeDevicesAreMended() throws Exception {
        assertRefused(true, 2);
        assertEquals(TO_OPEN, asked.get(1));
        Watch watch = new Watch();
        assertTrue(check(false, 2, watch).isSound(), "who only looks needs no more");
        assertTrue(watch.copied);
        assertTrue(check(true, 0, watch).isSound());
        assertFalse(Files.exists(directory.resolve("tmp")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCopyThatFailsHalfWayIsGoneBeforeDevicesAreRead(boolean repair) throws Exception {
        Path log;
        try (Stream<Path> all = Files.walk(directory.resolve("catalog"))) {
            log = all.filter(path -> path.endsWith("current")).findFirst().orElseThrow();
        }
        Files.createSymbolicLink(log.resolve("log_damaged"), directory.resolve("nowhere"));
        Watch watch = new Watch();
        CheckedGroup found = check(repair, 0, watch);
        assertFalse(found.catalogRead());
        assertTrue(found.problems().get(0).startsWith("the catalog can't be read"), found.toString());
        assertTrue(watch.read);
        assertFalse(watch.copied);
    }
}
