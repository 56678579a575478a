package io.batonfs.catalog.machine;

import static io.batonfs.catalog.machine.CatalogFixture.FILE;
import static io.batonfs.catalog.machine.CatalogFixture.ON_S1;
import static io.batonfs.catalog.machine.CatalogFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.Counters;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tree.XattrName;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.model.NodeId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The limits of CAT-11. */
class LimitsTest {

    @Test
    void oneListingHasAtMostTenThousandEntries() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/d/a");
            c.mkdir("/d/b");
            for (int limit : new int[] {Integer.MIN_VALUE, -1, 0, CatalogReader.MAX_LISTED + 1, Integer.MAX_VALUE}) {
                BatonException refused = assertThrows(BatonException.class,
                        () -> c.catalog.read(reader -> reader.list(ROOT, "/d", "", limit)));
                assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            }
            assertEquals(2, c.read(reader -> reader.list(ROOT, "/d", "", CatalogReader.MAX_LISTED)).entries().size());
        }
    }

    @Test
    void namesOf255Bytes() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.mkdir("/" + "n".repeat(255));
            c.mkdir("/" + "\u20AC".repeat(85));
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Mkdirs("/" + "n".repeat(256), 0755, true));
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Mkdirs("/" + "\u20AC".repeat(86), 0755, true));
        }
    }

    @Test
    void pathsOf8000CharactersAnd512Names() {
        try (CatalogFixture c = new CatalogFixture()) {
            String deep = "/d".repeat(512);
            c.run(ROOT, new Command.Mkdirs(deep, 0755, true));
            assertTrue(c.exists(deep));
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Mkdirs(deep + "/d", 0755, true));
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Mkdirs(("/" + "x".repeat(249)).repeat(32) + "/x", 0755, true));
            c.run(ROOT, new Command.Delete("/d", true));
        }
    }

    @Test
    void tenMillionEntriesInADirectory() throws IOException {
        CatalogFixture c = new CatalogFixture();
        c.mkdir("/d/e");
        NodeId directory;
        try (TableView view = c.store.view()) {
            Tables tables = new Tables(view);
            directory = tables.entry(tables.node(new NodeId(1)).directory().entrySet(), "d").orElseThrow().child()
                    .orElseThrow();
            NodeRow row = tables.node(directory);
            DirectoryBody full = row.directory().counting(10_000_000 - 1);
            WriteSet changes = new WriteSet();
            changes.put(Table.NODES, Keys.node(directory), row.with(full).toBytes());
            c.store.commit(changes);
        }
        c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Mkdirs("/d/f", 0755, false));
        c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Create("/d/f", FILE, ON_S1));
        c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Clone("/d/e", "/d/f", false, c.report("/d/e")));
        assertInstanceOf(Reply.Done.class, c.run(ROOT, new Command.Rename("/d/e", "/d/f", false)));
        c.catalog.close();
    }

    @Test
    void slicesOfAContent() throws IOException {
        CatalogFixture c = new CatalogFixture();
        c.file("/f", "f");
        ContentId content = c.read(reader -> reader.open(ROOT, "/f")).content();
        try (TableView view = c.store.view()) {
            ContentRow row = new Tables(view).content(content);
            WriteSet changes = new WriteSet();
            changes.put(Table.CONTENTS, Keys.content(content), new ContentRow(1, Optional.empty(), 0,
                    Contents.MAX_SLICES - 1, row.slices()).toBytes());
            c.store.commit(changes);
        }
        c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.Append("/f", ON_S1));
        c.catalog.close();
    }

    @Test
    void extendedAttributes() {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            for (int i = 0; i < 3; i++) {
                c.setXattr("/f", "user." + i, new byte[XattrName.MAX_BYTES - 1]);
            }
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.SetXattr("/f", "user.2",
                    new byte[XattrName.MAX_BYTES], XattrCondition.ANY));
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.SetXattr("/f", "user.3",
                    new byte[XattrName.MAX_BYTES - 1], XattrCondition.ANY));
            c.setXattr("/f", "user." + "n".repeat(255), new byte[0]);
            c.setXattr("/f", "user." + "\u20AC".repeat(85), new byte[0]);
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.SetXattr("/f", "user." + "n".repeat(256), new byte[0],
                    XattrCondition.ANY));
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.SetXattr("/f", "user." + "\u20AC".repeat(86), new byte[0],
                    XattrCondition.ANY));
            assertEquals(5, c.read(reader -> reader.xattrs(ROOT, "/f")).size());
        }
    }

    @Test
    void trackedFilesOfAGroup() throws IOException {
        try (CatalogFixture c = new CatalogFixture()) {
            c.file("/f", "f");
            c.file("/g", "g");
            FileInfo tracked = c.track("/f");
            tracked(c, OpenFiles.MAX_TRACKED);
            c.refused(ErrorCode.LIMIT_EXCEEDED, new Command.TrackFile("/g"));
            assertEquals(tracked, ((Reply.Tracked) c.run(ROOT, new Command.TrackFile("/f"))).info());
            tracked(c, 1);
        }
    }

    private static void tracked(CatalogFixture c, long count) throws IOException {
        try (TableView view = c.store.view()) {
            Counters counters = Counters.of(view.get(Table.META, Keys.COUNTERS));
            counters.set(Counter.TRACKED, count);
            WriteSet changes = new WriteSet();
            changes.put(Table.META, Keys.COUNTERS, counters.toBytes());
            c.store.commit(changes);
        }
    }

    @Test
    void chainsOfBasesAreShortenedAndHaveAnEnd() {
        CatalogFixture c = new CatalogFixture(new MemoryTableStore(), new Pace(2, 4, 64));
        c.mkdir("/d");
        int made = 0;
        Reply reply;
        do {
            c.run(ROOT, new Command.CreateSnapshot("/", "s" + made, List.of()));
            reply = c.run(ROOT, new Command.Mkdirs("/d" + made++, 0755, false));
        } while (!(reply instanceof Reply.Refused) && made < 20);
        assertEquals(ErrorCode.BUSY, ((Reply.Refused) reply).code());
        assertEquals(5, made);
        c.settle();
        c.ok(new Command.Mkdirs("/now", 0755, false));
        c.close();
    }

    @Test
    void aChainIsAtMostTheSoftLimitAfterHousekeeping() {
        try (CatalogFixture c = new CatalogFixture()) {
            for (int i = 0; i < 40; i++) {
                c.snapshot("/", "s" + i);
                c.mkdir("/d" + i);
                c.settle();
                try (TableView view = c.store.view()) {
                    Tables tables = new Tables(view);
                    NodeId root = new NodeId(Counters.of(
                            view.get(Table.META, Keys.COUNTERS)).get(Counter.ROOT_NODE));
                    assertTrue(Compaction.chain(tables, tables.node(root).directory()) <= Pace.DEFAULT.softChain());
                }
            }
            assertEquals(40, c.names("/").size());
        }
    }
}
