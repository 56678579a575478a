package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreshMemoryTest {
    @TempDir
    Path directory;

    @Test
    void leavesNothingBehind() throws Exception {
        FreshMemory.byFileIn(directory).ready(FreshMemory.PIECE_BYTES * 3L + 1);
        assertThat(directory).satisfies(path -> assertThat(path.toFile().list()).isEmpty());
    }

    @Test
    void takesNothingWhereNothingIsWanted() throws Exception {
        Path nowhere = directory.resolve("nowhere");
        FreshMemory memory = FreshMemory.byFileIn(nowhere);
        memory.ready(0);
        assertThatThrownBy(() -> memory.ready(1)).isInstanceOf(IOException.class).hasMessageContaining("nowhere");
    }
}
