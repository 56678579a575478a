package io.batonfs.catalog.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.GroupId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ending a copy before it is whole; that a copy can be opened is looked at with checks of groups. */
class CatalogCopyTest {
    private static final int FILES = 5;

    @TempDir
    private Path directory;

    /** Whoever waits for the end waits for one file at most. */
    @Test
    void itEndsBetweenAnyTwoFilesAndLeavesNothing() throws Exception {
        CatalogLogConfig original = CatalogLogConfig.onePeer(directory.resolve("original"), new GroupId(new UUID(1, 2)));
        Path logs = Files.createDirectories(original.groupDirectory().resolve("current"));
        for (int file = 0; file < FILES; file++) {
            Files.writeString(logs.resolve("log-" + file), "entries");
        }
        Path target = directory.resolve("copy");
        int[] calls = new int[1];
        CatalogLogConfig copy = CatalogCopy.make(original, target, bytes -> assertEquals(7 * FILES, bytes),
                () -> calls[0]++);
        assertTrue(Files.exists(copy.groupDirectory().resolve("current/log-0")));
        assertTrue(calls[0] >= 2 * FILES, "before each is looked at, and before each is copied: " + calls[0]);
        for (int call = 1; call <= calls[0]; call++) {
            int[] left = {call};
            Path again = directory.resolve("copy-" + call);
            CancellationException end = new CancellationException();
            assertSame(end, assertThrows(CancellationException.class, () -> CatalogCopy.make(original, again, bytes -> { },
                    () -> {
                        if (--left[0] == 0) {
                            throw end;
                        }
                    })));
            assertFalse(Files.exists(again));
        }
    }
}
