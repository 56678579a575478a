package io.batonfs.protocol.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.protocol.ListPage;
import io.batonfs.protocol.wire.CatalogMessages.ListReply;
import io.batonfs.protocol.wire.CatalogMessages.ListedEntries;
import io.batonfs.protocol.wire.CatalogMessages.ListedLook;
import io.batonfs.protocol.wire.RecordMessages.FileKindProto;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class ListRecordsTest {
    private static final FileInfo A = new FileInfo(FileId.of(0, 300), "a", FileKind.FILE, 5, "o", "g", 0644, 1000, 900,
            1 << 27, 3, false, 0, false);
    private static final FileInfo B = new FileInfo(FileId.of(0, 299), "b", FileKind.DIRECTORY, 0, "o", "g", 01777, 1001,
            1001, 0, 0, false, 7, true);
    private static final FileInfo C = new FileInfo(FileId.of(0, 301), "c", FileKind.FILE, 0, "o", "g", 0644, 1000, 1000,
            1 << 27, 3, false, 0, false);

    private static ListPage sentAndRead(ListPage page) throws Exception {
        return ListRecords.page(ListReply.parseFrom(ListRecords.message(page).toByteArray()));
    }

    @Test
    void pageArrivesAsItWas() throws Exception {
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 2, 300}) {
            List<FileInfo> infos = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                boolean directory = random.nextBoolean();
                long count = random.nextLong() >>> random.nextInt(64);
                infos.add(new FileInfo(FileId.of(random.nextInt(1 << 15), 1 + (random.nextLong() >>> 17)), "n" + i,
                        directory ? FileKind.DIRECTORY : FileKind.FILE, directory ? 0 : count, "o" + random.nextInt(3),
                        "g" + random.nextInt(3), random.nextInt(02000), random.nextLong(), random.nextLong(),
                        random.nextInt(3), random.nextInt(3), random.nextBoolean(), directory ? count : 0,
                        random.nextBoolean()));
            }
            ListPage page = new ListPage(infos, random.nextBoolean());
            assertEquals(page, sentAndRead(page));
        }
    }

    @Test
    void whatWasListedIsSaid() throws Exception {
        for (ListPage page : List.of(ListPage.ofFile(A), new ListPage(List.of(A), false))) {
            assertEquals(page, sentAndRead(page));
        }
        assertNotEquals(ListPage.ofFile(A), new ListPage(List.of(A), false));
        assertEquals(Optional.of(FileKind.FILE), sentAndRead(ListPage.ofFile(A)).of());
        assertEquals(Optional.of(FileKind.DIRECTORY), sentAndRead(new ListPage(List.of(A), false)).of());
        assertEquals("1801", HexFormat.of().formatHex(
                ListRecords.message(ListPage.ofFile(A)).toBuilder().clearEntries().build().toByteArray()));
    }

    @Test
    void anOlderServerDoesNotSayWhatWasListed() throws Exception {
        ListReply older = ListRecords.message(ListPage.ofFile(A)).toBuilder().clearOf().build();
        ListPage page = ListRecords.page(older);
        assertEquals(ListPage.ofUnknown(List.of(A), false), page);
        assertEquals(Optional.empty(), page.of());
    }

    @Test
    void theBytesOfAPage() {
        String looks = "0a12" + "0801" + "12016f" + "1a0167" + "20a403" + "2880808040" + "3003"
                + "0a0d" + "0802" + "12016f" + "1a0167" + "20ff07" + "4001";
        String columns = "1203000100" + "1a0161" + "1a0162" + "1a0163" + "2204d8040104" + "2a03050700"
                + "3204d00f0201" + "3a04c7010000";
        ListReply reply = ListRecords.message(new ListPage(List.of(A, B, C), true));
        assertEquals(looks + columns, HexFormat.of().formatHex(reply.getEntries().toByteArray()));
        assertTrue(reply.getMore());
    }

    @Test
    void anEntryTakesLittleBesideItsName() {
        List<FileInfo> infos = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            infos.add(new FileInfo(FileId.of(0, 5000 + 8 * i), "", FileKind.FILE, 1 << 20, "owner", "group", 0644,
                    1_700_000_000_000L + 40L * i, 1_700_000_000_000L + 40L * i, 1 << 27, 3, false, 0, false));
        }
        int bytes = ListRecords.message(new ListPage(infos, true)).getSerializedSize();
        assertTrue(bytes < 12 * infos.size(), bytes + " bytes");
    }

    @Test
    void whatIsSentIsMadeOnce() {
        ListPage page = new ListPage(List.of(A), false);
        assertSame(ListRecords.message(page).getEntries(), ListRecords.message(page).getEntries());
    }

    private static void refused(String field, Consumer<ListedEntries.Builder> change) {
        ListedEntries.Builder entries = ListedEntries.newBuilder()
                .addLooks(ListedLook.newBuilder().setKind(FileKindProto.FILE_KIND_FILE))
                .addLook(0).addName("n").addFileId(1).addSize(0).addModifiedMs(0).addAccessedMs(0);
        change.accept(entries);
        ListReply reply = ListReply.newBuilder().setEntries(entries.build().toByteString()).build();
        refused(field, reply);
    }

    private static void refused(String field, ListReply reply) {
        String message = assertThrows(MalformedMessageException.class, () -> ListRecords.page(reply)).getMessage();
        assertTrue(message.contains(field), message);
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        refused("value in each column", ListedEntries.Builder::clearLook);
        refused("value in each column", entries -> entries.addName("m"));
        refused("value in each column", entries -> entries.addFileId(1));
        refused("value in each column", ListedEntries.Builder::clearSize);
        refused("value in each column", entries -> entries.addModifiedMs(1));
        refused("value in each column", ListedEntries.Builder::clearAccessedMs);
        refused("look 1", entries -> entries.setLook(0, 1));
        refused("look 4294967295", entries -> entries.setLook(0, -1));
        refused("file id", entries -> entries.setFileId(0, 0));
        refused("file id", entries -> entries.setFileId(0, -1));
        refused("kind of file", entries -> entries.addLooks(ListedLook.getDefaultInstance()));
        refused("mode", entries -> entries.getLooksBuilder(0).setMode(-1));
        refused("replication", entries -> entries.getLooksBuilder(0).setReplication(-1));
        refused("entries of a directory",
                ListReply.newBuilder().setEntries(ByteString.copyFrom(new byte[] {0x0a, 0x7f})).build());
        refused("kind of file", ListReply.newBuilder().setOf(FileKindProto.FILE_KIND_UNSPECIFIED).build());
        refused("kind of file", ListReply.newBuilder().setOfValue(3).build());
        for (List<FileInfo> notAFile : List.of(List.<FileInfo>of(), List.of(A, C), List.of(B))) {
            refused("one file", ListRecords.message(new ListPage(notAFile, false)).toBuilder()
                    .setOf(FileKindProto.FILE_KIND_FILE).build());
        }
        refused("one file", ListRecords.message(ListPage.ofFile(A)).toBuilder().setMore(true).build());
    }
}
