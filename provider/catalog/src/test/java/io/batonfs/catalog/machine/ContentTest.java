package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.OpenFile;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Slice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Lists of slices: long ones, shared ones, cut ones, joined ones. */
class ContentTest {

    @Test
    void aFileOfManySlicesIsCopiedAndChangedAtTheCostOfARow() {
        try (CatalogFixture c = new CatalogFixture()) {
            CatalogFixture.Writer writer = c.create("/f");
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 300; i++) {
                String piece = i + ",";
                text.append(piece);
                writer.write(piece).next();
            }
            writer.close();
            assertEquals(text.toString(), c.text("/f"));
            long contents = c.read(reader -> reader.figures()).contents();
            c.cloneTree("/f", "/g");
            assertEquals(contents, c.read(reader -> reader.figures()).contents());
            c.append("/g").write("end").close();
            assertEquals(contents + 1, c.read(reader -> reader.figures()).contents());
            assertEquals(text + "end", c.text("/g"));
            assertEquals(text.toString(), c.text("/f"));
            for (int length : List.of(text.length() - 1, 600, 512, 129, 1, 0)) {
                c.cloneTree("/f", "/h");
                c.ok(new Command.Truncate("/h", length));
                assertEquals(text.substring(0, length), c.text("/h"));
                c.append("/h").write("!").close();
                assertEquals(text.substring(0, length) + "!", c.text("/h"));
            }
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Truncate("/f", text.length() + 1));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Truncate("/f", -1));
            c.delete("/f");
            c.settle();
            assertEquals(text + "end", c.text("/g"));
        }
    }

    @Test
    void concatAppendsAndDeletes() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/a", "a");
            c.file("/b", "bb");
            c.cloneTree("/b", "/c");
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Concat("/a", List.of("/b", "/b")));
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Concat("/a", List.of("/a")));
            c.refused(ErrorCode.NOT_FOUND, new Command.Concat("/a", List.of("/b", "/no")));
            c.ok(new Command.Concat("/a", List.of("/c", "/b")));
            assertEquals("abbbb", c.text("/a"));
            assertEquals(List.of("a"), c.names("/"));
        }
    }

    @Test
    void partsOfAnExtentThatComeTogetherAgainAreOneSlice() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "abcdef");
            OpenFile whole = c.read(reader -> reader.open(ROOT, "/f"));
            c.cloneTree("/f", "/g");
            c.ok(new Command.Truncate("/g", 2));
            Slice cut = c.read(reader -> reader.open(ROOT, "/g")).slices().get(0);
            assertTrue(cut.crc32c().isEmpty());
            assertEquals(crc("abcdef"), whole.slices().get(0).crc32c().orElseThrow());
            c.cloneTree("/f", "/h");
            c.ok(new Command.Concat("/h", List.of("/f")));
            assertEquals(2, c.read(reader -> reader.open(ROOT, "/h")).slices().size());
        }
    }

    @Test
    void theChecksumOfASliceIsThatOfItsBytes() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.create("/f").write("one").next().write("two").close();
            List<Slice> slices = c.read(reader -> reader.open(ROOT, "/f")).slices();
            assertEquals(crc("onetwo"), Crc32cMath.combine(slices.get(0).crc32c().orElseThrow(),
                    slices.get(1).crc32c().orElseThrow(), 3));
        }
    }

    private static int crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }
}
