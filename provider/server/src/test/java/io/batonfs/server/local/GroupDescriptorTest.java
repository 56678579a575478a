package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupDescriptorTest {
    private static final GroupDescriptor DESCRIPTOR = new GroupDescriptor(
            new GroupId(UUID.fromString("0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff")), 3, 4, 1L << 34);

    @TempDir
    private Path directory;

    @Test
    void theBytesAreTheOnesOfVersion1() throws Exception {
        DESCRIPTOR.write(directory);
        byte[] bytes = Files.readAllBytes(directory.resolve("group"));
        assertEquals("4241544f4e475250" + "00000001" + "00000003" + "00000004" + "0000000400000000"
                + "0f1e2d3c4b5a49788695a4b3c2d1e0ff", HexFormat.of().formatHex(bytes, 0, 44));
        assertEquals(48, bytes.length);
        assertEquals(DESCRIPTOR, GroupDescriptor.read(directory));
        assertFalse(Files.exists(directory.resolve("group.new")));
    }

    @Test
    void furtherSetsMakeItVersion2() throws Exception {
        GroupDescriptor more = DESCRIPTOR.withFurtherSets();
        more.write(directory);
        assertEquals(2, Files.readAllBytes(directory.resolve("group"))[11]);
        assertEquals(more, GroupDescriptor.read(directory));
    }

    @Test
    void everySingleAlteredBitIsRefused() throws Exception {
        DESCRIPTOR.write(directory);
        Path file = directory.resolve("group");
        byte[] bytes = Files.readAllBytes(file);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] altered = bytes.clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, altered);
            assertThrows(BatonException.class, () -> GroupDescriptor.read(directory), "bit " + bit);
        }
    }

    @Test
    void aNewerVersionIsRefusedByName() throws Exception {
        DESCRIPTOR.write(directory);
        Path file = directory.resolve("group");
        byte[] bytes = Files.readAllBytes(file);
        bytes[11] = 3;
        Files.write(file, bytes);
        BatonException refusal = assertThrows(BatonException.class, () -> GroupDescriptor.read(directory));
        assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
        assertTrue(refusal.getMessage().contains("version 3"), refusal.getMessage());
    }
}
