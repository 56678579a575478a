package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A device whose file was put back from a copy is told wherever people look: without a server, by a check, by a server. */
class OlderCopyToldTest extends GroupWithDisks {
    @Test
    void itIsTold() throws IOException {
        try (LocalGroup opened = open()) {
            assertEquals(List.of(), opened.server(SERVER).deviceProblems());
        }
        Path device = group.resolve("server-1/device-2");
        Path copy = directory.resolve("copy");
        Files.copy(device, copy);
        for (int start = 0; start < 2; start++) {
            try (LocalGroup opened = open()) {
                assertEquals(List.of(), opened.server(SERVER).deviceProblems());
            }
        }
        Files.delete(device);
        Files.move(copy, device);
        assertTold(ClosedGroup.pools(settings()).problems(), device);
        CheckedGroup checked = GroupCheck.run(settings(), false, List.of(), new Unheard(), new CheckStop());
        assertFalse(checked.isSound());
        assertTrue(checked.toString().contains("device put back: " + device), checked.toString());
        try (LocalGroup opened = open()) {
            assertTold(opened.server(SERVER).deviceProblems(), device);
            assertTold(opened.server(SERVER).report().problems(), device);
        }
    }

    /** Nobody looks how far it is. */
    private static final class Unheard implements CheckProgress {
        @Override
        public void begins(String what) {
            assertFalse(what.isEmpty());
        }

        @Override
        public void read(ServerId server, String pool, long done, long total) {
            assertEquals(SERVER, server);
        }

        @Override
        public void lost(ServerId server, List<Damage> lost) {
            assertEquals(List.of(), lost);
        }
    }

    private static void assertTold(List<String> problems, Path device) {
        assertTrue(problems.stream().anyMatch(problem -> problem.contains("device put back: " + device
                + ": it is an older copy of itself") && problem.contains("rejoin\" with place 2")), problems::toString);
    }
}
