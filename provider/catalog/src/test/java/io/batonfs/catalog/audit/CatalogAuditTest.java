package io.batonfs.catalog.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.AclText;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.machine.LocalCatalog;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.XattrName;
import io.batonfs.model.Caller;
import io.batonfs.model.FileId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The audit must notice when rows go missing, whichever they are. */
class CatalogAuditTest {
    /** Tables whose rows nothing else speaks of. */
    private static final Set<Table> BY_THEMSELVES = Set.of(Table.SIGNING_KEYS, Table.SERVERS);

    private final MemoryTableStore store = new MemoryTableStore();
    private final LocalCatalog catalog = new LocalCatalog(store);
    private long calls;

    @Test
    void everyRowThatIsLostIsNoticed() throws IOException {
        build();
        assertEquals(List.of(), differences());
        int tried = 0;
        for (Table table : Table.values()) {
            for (byte[] key : keys(table)) {
                byte[] value = value(table, key);
                boolean group = table == Table.META || BY_THEMSELVES.contains(table)
                        || table == Table.VOLUMES && key[0] == 'r';
                WriteSet loss = new WriteSet();
                loss.delete(table, key);
                store.commit(loss);
                if (!group) {
                    assertFalse(quietly(), table + " " + new String(key, StandardCharsets.ISO_8859_1)
                            + " was lost and nobody noticed");
                    tried++;
                }
                WriteSet back = new WriteSet();
                back.put(table, key, value);
                store.commit(back);
            }
        }
        assertEquals(List.of(), differences());
        assertFalse(tried < 40, "only " + tried + " rows were there to lose");
    }

    @Test
    void aTrackedFileThatIsNotCountedAndAttributesOutOfRangeAreNoticed() throws IOException {
        build();
        try (TableView view = store.view()) {
            byte[][] found = new byte[2][];
            view.scan(Table.FILES, new byte[0], null, (key, value) -> {
                found[0] = FileRow.of(value).tracked() ? key.clone() : found[0];
                return true;
            });
            view.scan(Table.NODES, new byte[0], null, (key, value) -> {
                found[1] = NodeRow.of(value).isDirectory() ? found[1] : key.clone();
                return true;
            });
            FileRow tracked = FileRow.of(view.get(Table.FILES, found[0]));
            noticed(Table.FILES, found[0], tracked.tracked(false).toBytes());
            NodeRow file = NodeRow.of(view.get(Table.NODES, found[1]));
            NodeAttributes has = file.attributes();
            for (String name : List.of("nonsense", "USER.x", "user.", "user." + "n".repeat(256))) {
                noticed(Table.NODES, found[1], file.with(has.withXattrs(new TreeMap<>(Map.of(name, new byte[1])))).toBytes());
            }
            noticed(Table.NODES, found[1], file.with(has.withXattrs(
                    new TreeMap<>(Map.of("user.x", new byte[XattrName.MAX_BYTES])))).toBytes());
            noticed(Table.NODES, found[1], file.with(has.withStoragePolicy("p".repeat(256))).toBytes());
        }
    }

    private void noticed(Table table, byte[] key, byte[] wrong) throws IOException {
        byte[] right = value(table, key);
        WriteSet damage = new WriteSet();
        damage.put(table, key, wrong);
        store.commit(damage);
        assertFalse(quietly(), "nobody noticed what was changed in " + table);
        WriteSet back = new WriteSet();
        back.put(table, key, right);
        store.commit(back);
        assertEquals(List.of(), differences());
    }

    @Test
    void anAccessControlListThatDoesNotFitItsNodeIsNoticed() throws IOException {
        build();
        String base = "user:a:rwx,group::r-x";
        String defaults = "default:user::rwx,default:group::---,default:other::---";
        assertEquals(List.of(), withAcl("/a/f", new Acl(AclText.parse(base)).toBytes()));
        assertEquals(List.of(), withAcl("/a", new Acl(AclText.parse(base + "," + defaults)).toBytes()));
        assertNoticed("none of its owning group", withAcl("/a/f", new Acl(AclText.parse("user:a:rwx")).toBytes()));
        assertNoticed("a file with default entries", withAcl("/a/f", new Acl(AclText.parse(defaults)).toBytes()));
        assertNoticed("lacks the default entry", withAcl("/a", new Acl(AclText.parse("default:user::rwx")).toBytes()));
        assertNoticed("no default mask", withAcl("/a", new Acl(AclText.parse(
                "default:user::rwx,default:user:u:rwx,default:group::---,default:other::---")).toBytes()));
        assertNoticed("malformed", withAcl("/a", new Acl(AclText.parse("mask::rwx")).toBytes()));
        assertNoticed("malformed", withAcl("/a", new byte[] {2, 0, 0, 0, 0}));
        assertNoticed("of no entries", withAcl("/a", new byte[] {1, 0, 0, 0, 0}));
        StringBuilder many = new StringBuilder("group::---");
        for (int i = 0; i < 29; i++) {
            many.append(",group:g").append((char) ('A' + i)).append(":r--");
        }
        assertNoticed("30 access entries", withAcl("/a", new Acl(AclText.parse(many.toString())).toBytes()));
    }

    private static void assertNoticed(String what, List<String> differences) {
        assertEquals(1, differences.size(), differences.toString());
        assertTrue(differences.get(0).contains(what), differences.toString());
    }

    /** What the audit says while a node has another list. */
    private List<String> withAcl(String path, byte[] acl) throws IOException {
        FileId id = catalog.read(reader -> reader.status(new Caller("root", List.of(), true), path)).orElseThrow()
                .fileId();
        for (byte[] key : keys(Table.NODES)) {
            byte[] before = value(Table.NODES, key);
            NodeRow row = NodeRow.of(before);
            if (row.fileId().equals(id)) {
                put(key, row.with(row.attributes().withPermissions(row.attributes().mode(), acl)).toBytes());
                List<String> differences = differences();
                put(key, before);
                return differences;
            }
        }
        throw new AssertionError(path + " has no node");
    }

    private void put(byte[] key, byte[] row) {
        WriteSet change = new WriteSet();
        change.put(Table.NODES, key, row);
        store.commit(change);
    }

    private boolean quietly() {
        try {
            return differences().isEmpty();
        } catch (RuntimeException dangling) {
            return false;
        }
    }

    private void build() throws IOException {
        run(new Command.FormatGroup(new GroupId(new UUID(1, 1)), "root", "wheel", 0755, Optional.empty(),
                new PageGeometry(512, 8), 64, GroupSettings.DEFAULT));
        run(new Command.AddServer("a:1"));
        run(new Command.Mkdirs("/a/b", 0755, true));
        Reply.WriteGranted closed = (Reply.WriteGranted) run(create("/a/f"));
        run(new Command.CloseFile(closed.file(), closed.lease(), new ExtentLength(closed.extent().id(), 5, 5)));
        run(new Command.CreateSnapshot("/", "s", List.of()));
        run(new Command.Clone("/a", "/c", false, List.of()));
        run(new Command.Mkdirs("/c/d", 0755, true));
        run(new Command.Mkdirs("/a/b/g", 0755, true));
        run(create("/a/open"));
        run(new Command.Delete("/c/f", false));
        Reply.WriteGranted dead = (Reply.WriteGranted) run(create("/dead"));
        run(new Command.CloseFile(dead.file(), dead.lease(), new ExtentLength(dead.extent().id(), 5, 5)));
        run(new Command.Delete("/dead", false));
        run(new Command.TrackFile("/a/f"));
        run(new Command.OffloadRead(List.of(new TokenRequest("/c", Optional.empty(), 0, -1,
                new byte[32])), 1000, 1000, List.of()));
    }

    private static Command create(String path) {
        return new Command.Create(path, new FileOptions(false, false, 0644, 1, 1), Placement.on(new ServerId(1)));
    }

    private Reply run(Command command) throws IOException {
        Reply reply = catalog.call(new CatalogRequest(new Invocation(new UUID(2, 2), ++calls),
                new Caller("root", List.of(), true), 1000 + calls, command));
        assertFalse(reply instanceof Reply.Refused, reply.toString());
        return reply;
    }

    private List<String> differences() {
        try (TableView view = store.view()) {
            return new CatalogAudit(view).differences();
        }
    }

    private List<byte[]> keys(Table table) {
        List<byte[]> keys = new ArrayList<>();
        try (TableView view = store.view()) {
            view.scan(table, new byte[0], null, (key, value) -> keys.add(key));
        }
        return keys;
    }

    private byte[] value(Table table, byte[] key) {
        try (TableView view = store.view()) {
            return view.get(table, key);
        }
    }
}
