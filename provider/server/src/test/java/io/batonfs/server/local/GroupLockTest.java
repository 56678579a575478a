package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupLockTest {

    @Test
    void aSecondHolderIsToldWhoHoldsItAndWhatToDo(@TempDir Path directory) throws Exception {
        GroupLock first = GroupLock.take(directory, "baton.embedded.dir");
        BatonException refusal = assertThrows(BatonException.class, () -> GroupLock.take(directory, "baton.embedded.dir"));
        assertEquals(ErrorCode.BUSY, refusal.code());
        assertTrue(refusal.getMessage().contains("process " + ProcessHandle.current().pid()), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("baton.embedded.dir"), refusal.getMessage());
        first.close();
        GroupLock.take(directory, "baton.embedded.dir").close();
    }
}
