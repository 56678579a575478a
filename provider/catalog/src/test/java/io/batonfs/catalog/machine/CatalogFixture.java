package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.RequestFormat;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.TokenUse;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.catalog.audit.CatalogAudit;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableDump;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.CompactRow;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * A formatted catalog on tables in memory, with writers that really keep their bytes, so that a test can read a file and
 * compare. After every command all tables are audited; a refused command must leave them as they were.
 */
final class CatalogFixture implements AutoCloseable {
    static final Caller ROOT = new Caller("root", List.of("wheel"), true);
    static final Caller ALICE = new Caller("alice", List.of("staff"), false);
    static final Caller BOB = new Caller("bob", List.of("staff", "lab"), false);
    static final Caller EVE = new Caller("eve", List.of("guests"), false);
    static final FileOptions FILE = new FileOptions(false, false, 0644, 1 << 20, 3);
    static final FileOptions OVERWRITE = new FileOptions(true, false, 0644, 1 << 20, 3);
    static final PageGeometry GEOMETRY = new PageGeometry(512, 8);
    static final ServerId S1 = new ServerId(1);
    static final ServerId S2 = new ServerId(2);
    static final ServerId S3 = new ServerId(3);
    static final Placement ON_S1 = Placement.on(S1);

    final List<byte[]> log = new ArrayList<>();
    final Map<Long, ByteArrayOutputStream> bytes = new HashMap<>();
    final TableStore store;
    final LocalCatalog catalog;
    long now = 1_000_000;
    UUID client = new UUID(7, 7);
    private long calls;

    CatalogFixture() {
        this(new MemoryTableStore());
    }

    CatalogFixture(TableStore store) {
        this(store, Pace.DEFAULT);
    }

    CatalogFixture(TableStore store, Pace pace) {
        this.store = store;
        this.catalog = new LocalCatalog(store, pace);
        ok(new Command.FormatGroup(new GroupId(new UUID(1, 2)), "root", "wheel", 0777, Optional.of("admins"), GEOMETRY,
                Command.FormatGroup.DEFAULT_RUN_PAGES, GroupSettings.DEFAULT));
        for (String address : List.of("a:1", "b:1", "c:1")) {
            ok(new Command.AddServer(address));
        }
    }

    /** A file being written. */
    final class Writer {
        final UUID writer = client;
        Reply.WriteGranted grant;

        Writer(Reply.WriteGranted grant) {
            this.grant = grant;
            bytes.put(grant.extent().id().value(), new ByteArrayOutputStream());
        }

        Writer write(String text) {
            bytes.get(grant.extent().id().value()).writeBytes(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        ExtentLength written() {
            return length(grant.extent().id().value());
        }

        Writer next() {
            grant = (Reply.WriteGranted) as(writer, ROOT, new Command.NextExtent(grant.file(), grant.lease(), written(),
                    ON_S1));
            bytes.put(grant.extent().id().value(), new ByteArrayOutputStream());
            return this;
        }

        FileInfo close() {
            return ((Reply.FileClosed) as(writer, ROOT, closing())).info();
        }

        Command closing() {
            return new Command.CloseFile(grant.file(), grant.lease(), written());
        }
    }

    ExtentLength length(long extent) {
        byte[] data = bytes.get(extent).toByteArray();
        CRC32C crc = new CRC32C();
        crc.update(data);
        return new ExtentLength(new ExtentId(extent), data.length, (int) crc.getValue());
    }

    Writer create(String path) {
        return new Writer((Reply.WriteGranted) ok(new Command.Create(path, FILE, ON_S1)));
    }

    Writer append(String path) {
        return new Writer((Reply.WriteGranted) ok(new Command.Append(path, ON_S1)));
    }

    /** A closed file with this text. */
    FileInfo file(String path, String text) {
        return create(path).write(text).close();
    }

    void mkdir(String path) {
        ok(new Command.Mkdirs(path, 0777, true));
    }

    void rename(String from, String to) {
        ok(new Command.Rename(from, to, true));
    }

    void delete(String path) {
        assertEquals(new Reply.Changed(true), ok(new Command.Delete(path, true)));
    }

    void chmod(String path, int mode) {
        ok(new Command.SetAttributes(path, AttributeSet.ofMode(mode)));
    }

    void own(String path, String user, String group, int mode) {
        ok(new Command.SetAttributes(path, new AttributeSet(OptionalInt.of(mode), Optional.of(user), Optional.of(group),
                OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty(), Optional.empty())));
    }

    void setXattr(String path, String name, byte[] value) {
        ok(new Command.SetXattr(path, name, value, XattrCondition.ANY));
    }

    FileInfo track(String path) {
        return ((Reply.Tracked) ok(new Command.TrackFile(path))).info();
    }

    /** Where a tracked or open file is; null for others. */
    String pathOf(FileInfo file) {
        return read(reader -> reader.pathOf(ROOT, file.fileId())).orElse(null);
    }

    /** What the owners report of open files below a path. */
    List<ExtentLength> report(String path) {
        return read(reader -> reader.leasesBelow(path)).stream().map(LeaseInfo::extent)
                .map(extent -> length(extent.id().value())).toList();
    }

    FileInfo cloneTree(String from, String to) {
        return ((Reply.Cloned) ok(new Command.Clone(from, to, true, report(from)))).info();
    }

    void snapshot(String path, String name) {
        ok(new Command.CreateSnapshot(path, name, report(path)));
    }

    static byte[] evidence(int number) {
        byte[] digest = new byte[32];
        digest[0] = (byte) number;
        digest[31] = 1;
        return digest;
    }

    TokenId token(String path, int key) {
        Reply.TokensMade made = (Reply.TokensMade) ok(new Command.OffloadRead(
                List.of(new TokenRequest(path, Optional.empty(), 0, -1, evidence(key))), 60_000, 60_000, report(path)));
        return assertInstanceOf(Reply.TokenMade.class, made.outcomes().get(0)).token();
    }

    Reply.UseOutcome use(TokenId token, int key, String path) {
        return ((Reply.TokensUsed) ok(new Command.OffloadWrite(
                List.of(new TokenUse(token, evidence(key), 0, -1, path, FILE))))).outcomes().get(0);
    }

    /** Does all the background work there is. */
    void settle() {
        Reply.Housekept reply;
        int rounds = 0;
        do {
            reply = (Reply.Housekept) run(ROOT, new Command.Housekeep(7));
            audit(false);
            assertEquals(true, ++rounds < 10_000, "housekeeping never ends");
        } while (reply.more());
        audit(true);
    }

    Reply ok(Command command) {
        return as(client, ROOT, command);
    }

    Reply as(Caller caller, Command command) {
        return as(client, caller, command);
    }

    Reply as(UUID from, Caller caller, Command command) {
        UUID before = client;
        client = from;
        Reply reply = run(caller, command);
        client = before;
        if (reply instanceof Reply.Refused refused) {
            throw new AssertionError(command + " was refused: " + refused);
        }
        audit(false);
        return reply;
    }

    Reply.Refused refused(ErrorCode code, Command command) {
        return refused(code, ROOT, command);
    }

    /** The command is refused, and nothing but the stored reply and the log position has changed. */
    Reply.Refused refused(ErrorCode code, Caller caller, Command command) {
        Map<String, String> before = tables();
        Reply reply = run(caller, command);
        Reply.Refused refused = assertInstanceOf(Reply.Refused.class, reply, command.toString());
        assertEquals(code, refused.code(), refused.message());
        assertNull(TableDump.firstDifference(before, tables()), "a refused command changed a table");
        return refused;
    }

    Reply run(Caller caller, Command command) {
        return run(new CatalogRequest(new Invocation(client, ++calls), caller, ++now, command));
    }

    Reply run(CatalogRequest request) {
        log.add(RequestFormat.encode(request));
        try {
            return catalog.call(request);
        } catch (IOException e) {
            throw new AssertionError(request.command() + " stopped the machine", e);
        }
    }

    /** All tables but the stored replies and the log position. */
    Map<String, String> tables() {
        return TableDump.of(store).entrySet().stream()
                .filter(row -> !row.getKey().startsWith("RETRY") && !row.getKey().startsWith("META 6170706c696564"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    void audit(boolean atRest) {
        try (TableView view = store.view()) {
            CatalogAudit audit = new CatalogAudit(view);
            List<String> differences = atRest ? audit.differencesAtRest() : audit.differences();
            assertEquals(List.of(), differences, () -> describe(view));
        }
    }

    private static String describe(TableView view) {
        StringBuilder text = new StringBuilder();
        view.scan(Table.NODES, new byte[0], null, (key, value) -> {
            NodeRow row = NodeRow.of(value);
            text.append("\nnode-").append(new ByteReader(key).i64()).append(" refs ").append(row.references()).append(' ')
                    .append(row.fileId()).append(' ').append(row.isDirectory() ? row.directory() : row.file());
            return true;
        });
        view.scan(Table.ENTRIES, new byte[0], null, (key, value) -> {
            text.append("\nentries-").append(new ByteReader(key, 0, 8).i64()).append(' ').append(Keys.nameOf(key))
                    .append(" -> ").append(EntryRow.of(value));
            return true;
        });
        view.scan(Table.COMPACT, new byte[0], null, (key, value) -> {
            text.append("\nnode-").append(new ByteReader(key).i64()).append(" waits: ").append(CompactRow.of(value));
            return true;
        });
        view.scan(Table.RECLAIM, new byte[0], null, (key, value) -> {
            text.append("\nreclaim ").append((char) key[0]).append(new ByteReader(key, 1, 9).i64());
            return true;
        });
        return text.toString();
    }

    <T> T read(Catalog.Query<T> query) {
        try {
            return catalog.read(query);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Optional<FileInfo> status(String path) {
        return read(reader -> reader.status(ROOT, path));
    }

    boolean exists(String path) {
        return status(path).isPresent();
    }

    List<String> names(String path) {
        return read(reader -> reader.list(ROOT, path, "", 1000)).entries().stream().map(FileInfo::name).toList();
    }

    /** The bytes of a file as far as they are committed. */
    String text(String path) {
        OpenFile file = read((CatalogReader reader) -> reader.open(ROOT, path));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        file.slices().forEach(slice -> out.write(bytes.get(slice.extent().value()).toByteArray(), (int) slice.offset(),
                (int) slice.lengthBytes()));
        assertEquals(file.info().lengthBytes(), out.size());
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        settle();
        try {
            catalog.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
