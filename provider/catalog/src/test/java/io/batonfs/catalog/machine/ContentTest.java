package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.ALICE;
import static io.batonfs.catalog.machine.CatalogFixture.BOB;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.Reply;
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
    void concatIsRefusedWhereItMakesNoSense() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/a", "a");
            c.file("/b", "bb");
            c.mkdir("/d");
            c.refused(ErrorCode.INVALID_ARGUMENT, new Command.Concat("/a", List.of()));
            c.refused(ErrorCode.NOT_FOUND, new Command.Concat("/no", List.of("/b")));
            c.refused(ErrorCode.IS_A_DIRECTORY, new Command.Concat("/d", List.of("/b")));
            c.refused(ErrorCode.IS_A_DIRECTORY, new Command.Concat("/a", List.of("/b", "/d")));
            CatalogFixture.Writer open = c.create("/open").write("o");
            c.refused(ErrorCode.LEASE_HELD, new Command.Concat("/a", List.of("/b", "/open")));
            c.refused(ErrorCode.LEASE_HELD, new Command.Concat("/open", List.of("/b")));
            c.refused(ErrorCode.LEASE_HELD, new Command.Truncate("/open", 0));
            open.close();
            c.own("/b", "alice", "staff", 0600);
            c.own("/a", "alice", "staff", 0644);
            c.own("/d", "root", "wheel", 0755);
            c.rename("/b", "/d/b");
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.Concat("/a", List.of("/d/b")));
            c.own("/d", "root", "wheel", 01777);
            c.own("/d/b", "root", "wheel", 0644);
            c.refused(ErrorCode.PERMISSION_DENIED, ALICE, new Command.Concat("/a", List.of("/d/b")));
            c.own("/d", "root", "wheel", 0777);
            c.refused(ErrorCode.PERMISSION_DENIED, BOB, new Command.Concat("/a", List.of("/d/b")));
            c.as(ALICE, new Command.Concat("/a", List.of("/d/b")));
            assertEquals("abb", c.text("/a"));
        }
    }

    @Test
    void emptyFilesAndFilesThatShareExtentsAreJoined() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d");
            c.file("/empty", "");
            c.file("/d/none", "");
            c.file("/f", "abcdef");
            c.cloneTree("/f", "/d/g");
            c.cloneTree("/f", "/h");
            c.cloneTree("/f", "/i");
            c.ok(new Command.Truncate("/d/g", 2));
            c.ok(new Command.Concat("/empty", List.of("/d/g", "/d/none", "/h")));
            assertEquals("ababcdef", c.text("/empty"));
            c.snapshot("/", "s");
            c.ok(new Command.Truncate("/empty", 5));
            c.append("/empty").write("!").close();
            c.delete("/f");
            c.settle();
            assertEquals("ababc!", c.text("/empty"));
            assertEquals("ababcdef", c.text("/.snapshot/s/empty"));
            assertEquals("abcdef", c.text("/i"));
            assertEquals(List.of("d", "empty", "i"), c.names("/"));
        }
    }

    /** 1 TiB as 1024 copies of a file that was written as such a file is: 32 MiB, 64, 128, 256, 512 and the rest. */
    @Test
    void aTebibyteOfCopiesIsAFewThousandSlices() {
        CatalogFixture c = new CatalogFixture();
        CatalogFixture.Writer writer = c.create("/part");
        for (int extent = 0; extent < 5; extent++) {
            writer.write("x").next();
        }
        writer.write("x").close();
        c.run(ROOT, new Command.Clone("/part", "/all", false, List.of()));
        for (int length = 1; length < 1024; length *= 2) {
            c.run(ROOT, new Command.Clone("/all", "/again", false, List.of()));
            assertEquals(new Reply.Done(), c.run(ROOT, new Command.Concat("/all", List.of("/again"))));
        }
        assertEquals(6 * 1024, c.status("/all").orElseThrow().lengthBytes());
        assertEquals(6 * 1024, c.read(reader -> reader.open(ROOT, "/all")).slices().size());
        c.audit(false);
        long contents = c.read(reader -> reader.figures()).contents();
        c.cloneTree("/all", "/copy");
        assertEquals(contents, c.read(reader -> reader.figures()).contents());
        c.delete("/all");
        c.close();
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
