package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.UUID;
import java.util.zip.CRC32C;
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
    void furtherSetsMakeItVersion3() throws Exception {
        GroupDescriptor more = DESCRIPTOR.withLastSet(2, 7).withLastSet(2, 5).withLastSet(3, 2);
        more.write(directory);
        byte[] bytes = Files.readAllBytes(directory.resolve("group"));
        assertEquals(3, bytes[11]);
        assertEquals("00000001" + "00000007" + "00000002", HexFormat.of().formatHex(bytes, 44, 56));
        assertEquals(60, bytes.length);
        assertEquals(more, GroupDescriptor.read(directory));
        assertEquals(7, more.lastSet(2));
        assertTrue(more.furtherSets());
        everySingleAlteredBitIsRefused(more);
    }

    /** It said that there may be sets, and not how many. */
    @Test
    void version2IsRead() throws Exception {
        DESCRIPTOR.write(directory);
        Path file = directory.resolve("group");
        byte[] bytes = Files.readAllBytes(file);
        bytes[11] = 2;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, 44);
        Files.write(file, ByteBuffer.wrap(bytes).putInt(44, (int) crc.getValue()).array());
        assertEquals(DESCRIPTOR.withFurtherSets(), GroupDescriptor.read(directory));
        assertTrue(GroupDescriptor.read(directory).furtherSets());
        assertEquals(1, GroupDescriptor.read(directory).lastSet(3));
    }

    @Test
    void everySingleAlteredBitIsRefused() throws Exception {
        everySingleAlteredBitIsRefused(DESCRIPTOR);
    }

    private void everySingleAlteredBitIsRefused(GroupDescriptor written) throws Exception {
        written.write(directory);
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
        bytes[11] = 4;
        Files.write(file, bytes);
        BatonException refusal = assertThrows(BatonException.class, () -> GroupDescriptor.read(directory));
        assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
        assertTrue(refusal.getMessage().contains("version 4"), refusal.getMessage());
    }
}
