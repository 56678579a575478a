package io.batonfs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class IdsTest {

    @Test
    void idsCarryTheirPartition() {
        FileId id = FileId.of(3, 17);
        assertEquals(3, id.partition());
        assertEquals(17, id.number());
        assertEquals("file-3/17", id.toString());
        assertEquals("file-17", FileId.of(0, 17).toString());
        assertEquals(id, new FileId(id.value()));
    }

    @Test
    void whatNoCounterGivesOutIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new FileId(0));
        assertThrows(IllegalArgumentException.class, () -> new FileId(-1));
        assertThrows(IllegalArgumentException.class, () -> FileId.of(0, 1L << 48));
        assertThrows(IllegalArgumentException.class, () -> FileId.of(1 << 15, 1));
    }

    @Test
    void theSeedsExampleBlockLiesOnPageEleven() {
        PageGeometry geometry = PageGeometry.DEFAULT;
        assertEquals(11, geometry.pageOf(93847L * geometry.blockBytes()));
        assertEquals(32 << 20, geometry.pageBytes());
    }

    @Test
    void errorNumbersAreUnique() {
        for (ErrorCode code : ErrorCode.values()) {
            assertEquals(code, ErrorCode.ofNumber(code.number()));
        }
    }
}
