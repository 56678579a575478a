package io.batonfs.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Requests and replies as bytes: all kinds, golden bytes, damage, newer and older versions. */
class FormatsTest {
    private static final FileOptions OPTIONS = new FileOptions(true, false, 0666, 022, 1L << 27, 3);
    private static final Placement PLACEMENT = Placement.on(new ServerId(1), new ServerId(65535));
    private static final ExtentLength LENGTH = new ExtentLength(ExtentId.of(0, 5), 1L << 40, -1);
    private static final PageRun RUN = new PageRun(Placement.DEFAULT_VOLUME, 4096, 64);
    private static final Extent EXTENT = new Extent(ExtentId.of(0, 5), RUN, new Epoch(2), true);
    private static final Route ROUTE = new Route(RUN, List.of(new ServerId(2)), new Epoch(7));
    private static final FileInfo FILE = new FileInfo(FileId.of(0, 3), "n\u00E4me", FileKind.FILE, 9, "o", "g", 0600, 1,
            2, 3, 4, true, 0, false);
    private static final FileInfo DIRECTORY = new FileInfo(FileId.of(0, 4), "", FileKind.DIRECTORY, 0, "o", "g", 0700, 1,
            2, 0, 0, false, 8, true);

    private static List<Command> commands() {
        return List.of(
                new Command.FormatGroup(new GroupId(new UUID(1, 2)), "o", "g", 0755, Optional.of("s"),
                        PageGeometry.DEFAULT, 4096, GroupSettings.DEFAULT),
                new Command.AddServer("host:1"), new Command.Mkdirs("/a", 0777, 022, true),
                new Command.Create("/a/f", OPTIONS, PLACEMENT), new Command.Append("/a/f", PLACEMENT),
                new Command.NextExtent(FileId.of(0, 1), LeaseId.of(0, 2), LENGTH, PLACEMENT),
                new Command.CloseFile(FileId.of(0, 1), LeaseId.of(0, 2), LENGTH),
                new Command.RenewLeases(new UUID(3, 4)), new Command.StartRecovery(FileId.of(0, 1), true),
                new Command.FinishRecovery(FileId.of(0, 1), LeaseId.of(0, 2), LENGTH, List.of(new ServerId(1))),
                new Command.Rename("/a", "/b", true), new Command.Move("/a", "/b"), new Command.Delete("/a", true),
                new Command.SetAttributes("/a", new AttributeSet(OptionalInt.of(1), Optional.of("o"), Optional.of("g"),
                        OptionalLong.of(2), OptionalLong.of(3), OptionalInt.of(4), Optional.of("FAST"))),
                new Command.SetAttributes("/a", AttributeSet.NONE),
                new Command.SetXattr("/a", "user.x", new byte[] {1}, XattrCondition.ABSENT),
                new Command.SetXattr("/a", "user.x", new byte[0], XattrCondition.PRESENT),
                new Command.SetXattr("/a", "user.x", new byte[0], XattrCondition.ANY),
                new Command.RemoveXattr("/a", "user.x"), new Command.TrackFile("/a"), new Command.Truncate("/a", 7),
                new Command.Concat("/a", List.of("/b", "/c")),
                new Command.OffloadRead(List.of(new TokenRequest("/a", Optional.of(FileId.of(0, 1)), 2, -1,
                        new byte[] {1, 2})), 3, 4, List.of(LENGTH)),
                new Command.OffloadWrite(List.of(new TokenUse(TokenId.of(0, 1), new byte[] {1, 2}, 2, 3, "/b", OPTIONS))),
                new Command.RevokeToken(TokenId.of(0, 1), Optional.of(new byte[] {1})),
                new Command.Clone("/a", "/b", true, List.of(LENGTH)),
                new Command.CreateSnapshot("/a", "s", List.of(LENGTH)), new Command.DeleteSnapshot("/a", "s"),
                new Command.RollSigningKey(new byte[32]), new Command.Housekeep(9), new Command.FlattenAll(),
                new Command.ExtentsFreed(List.of(ExtentId.of(0, 5))), new Command.SatisfyPolicy("/a"),
                new Command.WantExtents(new PolicyWish("/a", 3, WalkPosition.START),
                        Optional.of(new WalkPosition(List.of("d", "f"), 7)), List.of(
                                new FoundExtent(ExtentId.of(0, 5), "COLD", "/a/d/f", Optional.of(FileId.of(0, 9))),
                                new FoundExtent(ExtentId.of(0, 6), "", "", Optional.empty()))),
                new Command.WantExtents(new PolicyWish("/a", 4, new WalkPosition(List.of("d"), 0)), Optional.empty(),
                        List.of()),
                new Command.ExtentsPlaced(new ServerId(2), List.of(new WantedExtent(ExtentId.of(0, 5), "")),
                        List.of(new WantedExtent(ExtentId.of(0, 6), "COLD"))),
                new Command.MoveRoute(RUN, List.of(new ServerId(2)), new Epoch(3)), new Command.FinalizeBehaviour(1),
                new Command.ChangeAcl("/a", AclOperation.SET, List.of(
                        new AclEntry(Scope.ACCESS, Type.USER, "n\u00E4me", 7),
                        new AclEntry(Scope.DEFAULT, Type.OTHER, "", 0))),
                new Command.ChangeAcl("/a", AclOperation.REMOVE, List.of()));
    }

    private static List<Reply> replies() {
        return List.of(new Reply.Done(), new Reply.Refused(ErrorCode.NOT_FOUND, "no"),
                new Reply.ServerAdded(new ServerId(3)), new Reply.Changed(true),
                new Reply.WriteGranted(FileId.of(0, 1), LeaseId.of(0, 2), 3, EXTENT, List.of(ROUTE)),
                new Reply.FileClosed(FILE),
                new Reply.RecoveryStarted(FileId.of(0, 1), LeaseId.of(0, 2), EXTENT, List.of(ROUTE), 5),
                new Reply.LeasesRenewed(4),
                new Reply.TokensMade(List.of(new Reply.TokenMade(TokenId.of(0, 1), true, 2, 3),
                        new Reply.ItemRefused(ErrorCode.FILE_CHANGED, "x"))),
                new Reply.TokensUsed(List.of(new Reply.TokenWritten(DIRECTORY, 2),
                        new Reply.ItemRefused(ErrorCode.TOKEN_EXPIRED, "x"))),
                new Reply.Cloned(DIRECTORY), new Reply.KeyRolled(7), new Reply.Housekept(5, true),
                new Reply.RouteMoved(new Epoch(9)), new Reply.Tracked(FILE));
    }

    private static CatalogRequest request(Command command) {
        return new CatalogRequest(new Invocation(new UUID(0x0102030405060708L, 0x090A0B0C0D0E0F10L), 17),
                new Caller("alice", List.of("staff"), false), 1000, command);
    }

    @Test
    void everyKindSurvivesTheWayThere() throws BatonException {
        for (Command command : commands()) {
            byte[] bytes = RequestFormat.encode(request(command));
            // records with arrays are compared by their bytes
            assertEquals(HexFormat.of().formatHex(bytes),
                    HexFormat.of().formatHex(RequestFormat.encode(RequestFormat.decode(bytes))), command.toString());
        }
        for (Reply reply : replies()) {
            assertEquals(reply, ReplyFormat.decode(ReplyFormat.encode(reply)));
        }
        assertEquals(kinds(Command.class), commands().stream().map(Object::getClass).collect(Collectors.toSet()));
        assertEquals(kinds(Reply.class), replies().stream().map(Object::getClass).collect(Collectors.toSet()));
    }

    @Test
    void goldenBytes() {
        assertEquals("424352510002000b0102030405060708090a0b0c0d0e0f10000000000000001100000005616c6963"
                + "65000000010000000573746166660000000000000003e8000000022f61000000022f6201791ba34d",
                HexFormat.of().formatHex(RequestFormat.encode(request(new Command.Rename("/a", "/b", true)))));
        assertEquals("424352510002003c0102030405060708090a0b0c0d0e0f10000000000000001100000005616c6963"
                + "65000000010000000573746166660000000000000003e8000000022f61010000000205000000016e"
                + "3600000000b4eaae9f", HexFormat.of().formatHex(RequestFormat.encode(request(
                new Command.ChangeAcl("/a", AclOperation.MODIFY, List.of(new AclEntry(Scope.ACCESS, Type.USER, "n", 5),
                        new AclEntry(Scope.DEFAULT, Type.MASK, "", 6)))))));
        assertEquals("42435250000200050000000000000001000000000000000200000000000000030000000000000005"
                + "00000000000000010000000000001000000000400000000000000002010000000100000000000000"
                + "01000000000000100000000040000000010002000000000000000779c9b39e",
                HexFormat.of().formatHex(ReplyFormat.encode(new Reply.WriteGranted(FileId.of(0, 1),
                LeaseId.of(0, 2), 3, EXTENT, List.of(ROUTE)))));
    }

    @Test
    void everyFlippedBitAndEveryCutIsNoticed() {
        byte[] good = RequestFormat.encode(request(new Command.Create("/a/f", OPTIONS, PLACEMENT)));
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertEquals(ErrorCode.DATA_LOST, failure(bad).code());
        }
        for (int length = 0; length < good.length; length++) {
            assertEquals(ErrorCode.DATA_LOST, failure(Arrays.copyOf(good, length)).code());
        }
        assertEquals(ErrorCode.DATA_LOST, failure(ReplyFormat.encode(new Reply.Done())).code());
    }

    @Test
    void otherVersionsAndNumbersAreRefusedByName() {
        byte[] good = RequestFormat.encode(request(new Command.Housekeep(1)));
        BatonException newer = failure(patched(good, 5, 3));
        assertEquals(ErrorCode.UNSUPPORTED, newer.code());
        assertTrue(newer.getMessage().contains("version 3, newer than 2"), newer.getMessage());
        BatonException older = failure(patched(good, 5, 1));
        assertTrue(older.getMessage().contains("version 1, older than 2"), older.getMessage());
        BatonException unknown = failure(patched(good, 7, 250));
        assertTrue(unknown.getMessage().contains("command number 250"), unknown.getMessage());
    }

    @Test
    void aCountThatTheBytesCannotHoldIsRefusedBeforeItIsAllocated() {
        byte[] good = RequestFormat.encode(request(new Command.ExtentsFreed(List.of(ExtentId.of(0, 5)))));
        assertEquals(ErrorCode.DATA_LOST, failure(patched(good, good.length - 4 - 8 - 4, 0x7F)).code());
    }

    @Test
    void secretsAreNotPrinted() {
        String printed = commands().stream().filter(command -> command instanceof Command.OffloadRead
                || command instanceof Command.OffloadWrite || command instanceof Command.RevokeToken
                || command instanceof Command.RollSigningKey).toList().toString();
        assertFalse(printed.contains("[B@"), printed);
        assertFalse(printed.contains("keyEvidence"), printed);
    }

    private static BatonException failure(byte[] bytes) {
        return assertThrows(BatonException.class, () -> RequestFormat.decode(bytes));
    }

    /** With one byte changed and the checksum made right again. */
    private static byte[] patched(byte[] good, int at, int value) {
        byte[] bytes = good.clone();
        bytes[at] = (byte) value;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        for (int i = 0; i < 4; i++) {
            bytes[bytes.length - 1 - i] = (byte) (crc.getValue() >>> 8 * i);
        }
        return bytes;
    }

    private static Set<Class<?>> kinds(Class<?> sealed) {
        List<Class<?>> kinds = new ArrayList<>();
        for (Class<?> kind : sealed.getPermittedSubclasses()) {
            kinds.add(kind);
        }
        return Set.copyOf(kinds);
    }
}
