package io.batonfs.catalog.store;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MemoryTableStoreTest extends TableStoreContract {

    @Override
    TableStore create() {
        return new MemoryTableStore();
    }

    @Override
    TableStore openCheckpoint(Path checkpoint) throws IOException {
        return MemoryTableStore.open(checkpoint);
    }

    @Override
    boolean mayGoBack() {
        return false;
    }

    @Test
    void newerFileIsRefusedByName() throws IOException {
        Path checkpoint = directory.resolve("checkpoint");
        newStore().checkpoint(checkpoint);
        Path file = checkpoint.resolve(TableFileFormat.FILE_NAME);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putInt(TableFileFormat.VERSION_OFFSET, 2);
        Files.write(file, bytes);
        IOException e = assertThrows(IOException.class, () -> MemoryTableStore.open(checkpoint));
        assertRefused(ErrorCode.UNSUPPORTED, "version 2", e);
        assertRefused(ErrorCode.UNSUPPORTED, file.toString(), e);
    }

    @Test
    void everySingleBitIsChecked() throws IOException {
        Path checkpoint = directory.resolve("checkpoint");
        TableStore store = newStore();
        put(store, Table.NODES, "a", "1");
        store.checkpoint(checkpoint);
        Path file = checkpoint.resolve(TableFileFormat.FILE_NAME);
        byte[] bytes = Files.readAllBytes(file);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] bad = bytes.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, bad);
            assertThrows(IOException.class, () -> MemoryTableStore.open(checkpoint), "bit " + bit);
        }
    }
}
