package io.batonfs.catalog.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.AclEntry;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.GroupId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.NodeId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
import io.batonfs.model.Slice;
import io.batonfs.model.VolumeId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Golden bytes of every row: a change here is a change of the format of all catalogs. */
class RowsTest {
    private record Golden(String hex, byte[] bytes, Function<byte[], byte[]> again) {
    }

    private static Map<String, Golden> rows() {
        NodeAttributes attributes = new NodeAttributes("o", "g", 01755, 1, 2, 3, 4, "p", new byte[] {9},
                new TreeMap<>(Map.of("x", new byte[] {7})));
        Map<String, Golden> rows = new LinkedHashMap<>();
        rows.put("file node", new Golden("0100000000000000010000000000000002000000016f000000016703ed0000000000000001000000"
                + "00000000020000000000000003000400000001700000000109000000010000000178000000010700"
                + "00000000000000030000000000000004", new NodeRow(FileId.of(0, 1), 2, attributes,
                new FileBody(ContentId.of(0, 3), 4), null).toBytes(), b -> NodeRow.of(b).toBytes()));
        rows.put("directory node", new Golden("0100000000000000010000000000000002000000016f000000016701ed0000000000000001000000"
                + "00000000010000000000000000000000000000000000000000000001000000000000000501000000"
                + "000000000601000000000000000700000000000000080000000000000009000000000000000a", new NodeRow(FileId.of(0, 1), 2,
                NodeAttributes.of("o", "g", 0755, 1, 0, 0), null, new DirectoryBody(EntrySetId.of(0, 5),
                Optional.of(NodeId.of(0, 6)), true, 7, 8, 9, 10)).toBytes(), b -> NodeRow.of(b).toBytes()));
        rows.put("file", new Golden("020000000000000001010000000000000002000000016e0000000000000003010000000000000004"
                + "0000000000000005000000000000000600000000000000070101", new FileRow(NodeId.of(0, 1), Optional.of(FileId.of(0, 2)), "n", 3,
                Optional.of(new FileRow.Lease(LeaseId.of(0, 4), new UUID(5, 6), ExtentId.of(0, 7), true)), true).toBytes(),
                b -> FileRow.of(b).toBytes()));
        rows.put("entry", new Golden("0101000000000000000101", EntryRow.to(NodeId.of(0, 1), true).toBytes(), b -> EntryRow.of(b).toBytes()));
        rows.put("tombstone", new Golden("010000", EntryRow.TOMBSTONE.toBytes(), b -> EntryRow.of(b).toBytes()));
        rows.put("content", new Golden("01000000000000000101000000000000000200000000000000030000000000000004000000020000"
                + "00000000000500000000000000060000000000000007010000000800000000000000090000000000"
                + "000000000000000000000100", new ContentRow(1, Optional.of(ContentId.of(0, 2)), 3, 4,
                List.of(new Slice(ExtentId.of(0, 5), 6, 7, OptionalInt.of(8)),
                        new Slice(ExtentId.of(0, 9), 0, 1, OptionalInt.empty()))).toBytes(), b -> ContentRow.of(b).toBytes()));
        rows.put("extent", new Golden("02000000000000000100000000000000020000000300000000000000040100000000000000050000"
                + "00000000000600000000000000070000000170", new ExtentRow(new PageRun(VolumeId.of(0, 1), 2, 3), 4, true, new Epoch(5), 6,
                7, "p").toBytes(), b -> ExtentRow.of(b).toBytes()));
        rows.put("route", new Golden("0100000002000100020000000000000003", new RouteRow(List.of(new ServerId(1), new ServerId(2)), new Epoch(3)).toBytes(),
                b -> RouteRow.of(b).toBytes()));
        rows.put("run", new Golden("0100000000000000010000000000000002", new RunRow(1, 2).toBytes(), b -> RunRow.of(b).toBytes()));
        rows.put("token", new Golden("01000000010101000000000000000200000000000000000300000001630000000000000004000000"
                + "00000000050000000000000006000000000000000700000000000000080100002306", new TokenRow(new byte[] {1}, Optional.of(ContentId.of(0, 2)), Optional.empty(),
                3, "c", 4, 5, 6, 7, 8, Optional.of(ErrorCode.TOKEN_REVOKED)).toBytes(), b -> TokenRow.of(b).toBytes()));
        rows.put("snapshot", new Golden("01000000000000000100000001630000000000000002", new SnapshotRow(NodeId.of(0, 1), "c", 2).toBytes(),
                b -> SnapshotRow.of(b).toBytes()));
        rows.put("key", new Golden("0100000002010200000000000000030000000000000004", new KeyRow(new byte[] {1, 2}, 3, 4).toBytes(), b -> KeyRow.of(b).toBytes()));
        rows.put("client", new Golden("01000000000000000100000002", new ClientRow(1, 2).toBytes(), b -> ClientRow.of(b).toBytes()));
        rows.put("reply", new Golden("02000000000000000100000001020000000175",
                new ReplyRow(1, new byte[] {2}, "u").toBytes(), b -> ReplyRow.of(b).toBytes()));
        rows.put("forgotten", new Golden("0100000000000000010000000000000002", new ForgottenRow(1, 2).toBytes(), b -> ForgottenRow.of(b).toBytes()));
        rows.put("compact", new Golden("0102000000016e01", new CompactRow(CompactRow.Phase.SWEEPING, "n", true).toBytes(),
                b -> CompactRow.of(b).toBytes()));
        rows.put("access control list", new Golden("01000000020d00000001673200000000", new Acl(List.of(
                new AclEntry(AclEntry.Scope.ACCESS, AclEntry.Type.GROUP, "g", 5),
                new AclEntry(AclEntry.Scope.DEFAULT, AclEntry.Type.MASK, "", 2))).toBytes(), b -> Acl.of(b).toBytes()));
        rows.put("group", new Golden("01424341540000000100000000000000010000000000000002010000000173000010000000200000"
                + "00000300000000000000040000000000000005000000000000000600000000000000070000000000"
                + "00000800000000000000090000000a", new GroupRow(new GroupId(new UUID(1, 2)), Optional.of("s"),
                PageGeometry.DEFAULT, 3, 4, 5, 6, 7, 8, 9, 10).toBytes(), b -> GroupRow.of(b).toBytes()));
        return rows;
    }

    @Test
    void goldenBytes() {
        rows().forEach((name, row) -> assertEquals(row.hex, HexFormat.of().formatHex(row.bytes), name));
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        rows().forEach((name, row) -> assertEquals(HexFormat.of().formatHex(row.bytes),
                HexFormat.of().formatHex(row.again.apply(row.bytes)), name));
    }

    @Test
    void otherVersionsAndCutRowsAreRefused() {
        rows().forEach((name, row) -> {
            byte[] newer = row.bytes.clone();
            newer[0]++;
            String message = assertThrows(MalformedBytesException.class, () -> row.again.apply(newer)).getMessage();
            assertTrue(message.contains("version " + newer[0] + ", newer than " + row.bytes[0]), message);
            byte[] older = row.bytes.clone();
            older[0] = 0;
            String tooOld = assertThrows(MalformedBytesException.class, () -> row.again.apply(older)).getMessage();
            assertTrue(tooOld.contains("version 0, older than 1"), tooOld);
            byte[] cut = Arrays.copyOf(row.bytes, row.bytes.length - 1);
            assertThrows(MalformedBytesException.class, () -> row.again.apply(cut), name);
            byte[] longer = Arrays.copyOf(row.bytes, row.bytes.length + 1);
            assertThrows(MalformedBytesException.class, () -> row.again.apply(longer), name);
        });
    }

    @Test
    void rowsOfTheFirstVersionAreRead() {
        Golden file = rows().get("file");
        FileRow row = FileRow.of(firstVersion(file.bytes, 1));
        assertEquals(FileRow.of(file.bytes).tracked(false), row);
        Golden extent = rows().get("extent");
        assertEquals("", ExtentRow.of(firstVersion(extent.bytes, 5)).storagePolicy());
        ReplyRow reply = ReplyRow.of(firstVersion(rows().get("reply").bytes, 5));
        assertTrue(reply.isOf("anybody") && reply.timeMs() == 1);
    }

    /** Without what the second version has added at the end. */
    private static byte[] firstVersion(byte[] bytes, int added) {
        byte[] first = Arrays.copyOf(bytes, bytes.length - added);
        first[0] = 1;
        return first;
    }

    @Test
    void countersOfAnOlderCatalogAreReadAndThoseOfANewerRefused() {
        Counters counters = Counters.of(null);
        counters.set(Counter.LAST_NODE, 5);
        byte[] bytes = counters.toBytes();
        byte[] older = Arrays.copyOf(bytes, 3 + 8 * 2);
        older[2] = 2;
        assertEquals(5, Counters.of(older).get(Counter.LAST_NODE));
        assertEquals(0, Counters.of(older).get(Counter.LAST_FILE));
        byte[] newer = Arrays.copyOf(bytes, bytes.length + 8);
        newer[2]++;
        assertThrows(MalformedBytesException.class, () -> Counters.of(newer));
    }

    @Test
    void prefixesEndWhereTheNextOneBegins() {
        assertEquals("02", HexFormat.of().formatHex(Keys.after(new byte[] {1})));
        assertEquals("02", HexFormat.of().formatHex(Keys.after(new byte[] {1, (byte) 0xFF})));
        assertNull(Keys.after(new byte[] {(byte) 0xFF}));
    }
}
