package io.batonfs.catalog.tables;

import io.batonfs.catalog.store.RowFormat;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.NodeId;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import io.batonfs.model.VolumeId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Typed reading of the tables through a view. What a reference promises to be there and is not is damage: reported as
 * {@link MalformedBytesException}. Thread-safe if the view is.
 */
public class Tables {
    // One object for each kind of row, by which rows that were decoded before, or never written down, are known.
    /** Of NODES. */
    protected static final RowFormat<NodeRow> NODE = new RowFormat<>(NodeRow::toBytes, NodeRow::of);
    /** Of FILES. */
    protected static final RowFormat<FileRow> FILE = new RowFormat<>(FileRow::toBytes, FileRow::of);
    /** Of ENTRIES. */
    protected static final RowFormat<EntryRow> ENTRY = new RowFormat<>(EntryRow::toBytes, EntryRow::of);
    /** Of CONTENTS. */
    protected static final RowFormat<ContentRow> CONTENT = new RowFormat<>(ContentRow::toBytes, ContentRow::of);
    /** Of EXTENTS. */
    protected static final RowFormat<ExtentRow> EXTENT = new RowFormat<>(ExtentRow::toBytes, ExtentRow::of);
    /** Of TOKENS, the tokens. */
    protected static final RowFormat<TokenRow> TOKEN = new RowFormat<>(TokenRow::toBytes, TokenRow::of);
    /** Of LEASES, the clients. */
    protected static final RowFormat<ClientRow> CLIENT = new RowFormat<>(ClientRow::toBytes, ClientRow::of);
    /** Of VOLUMES, the current runs. */
    protected static final RowFormat<RunRow> RUN = new RowFormat<>(RunRow::toBytes, RunRow::of);
    /** Of COMPACT. */
    protected static final RowFormat<CompactRow> COMPACT = new RowFormat<>(CompactRow::toBytes, CompactRow::of);

    private final TableView view;

    /** Reads through this view. */
    public Tables(TableView view) {
        this.view = Objects.requireNonNull(view, "view");
    }

    /** The view. */
    public final TableView view() {
        return view;
    }

    /** What the group was formatted with; empty before. */
    public Optional<GroupRow> group() {
        return find(Table.META, Keys.GROUP, GroupRow::of);
    }

    /** A node that something refers to. */
    public NodeRow node(NodeId id) {
        return must(findNode(id), id);
    }

    /** A node that may be gone. */
    public Optional<NodeRow> findNode(NodeId id) {
        return find(Table.NODES, Keys.node(id), NODE.decode());
    }

    /** Nodes that something refers to, in this order. */
    public List<NodeRow> nodes(List<NodeId> ids) {
        List<byte[]> keys = new ArrayList<>(ids.size());
        ids.forEach(id -> keys.add(Keys.node(id)));
        List<NodeRow> nodes = view.rows(Table.NODES, keys, NODE.decode());
        for (int i = 0; i < nodes.size(); i++) {
            must(Optional.ofNullable(nodes.get(i)), ids.get(i));
        }
        return nodes;
    }

    /** The row of a file that has a writer or is tracked, of a directory with snapshots, or of an ancestor of one. */
    public Optional<FileRow> file(FileId id) {
        return find(Table.FILES, Keys.file(id), FILE.decode());
    }

    /** An entry of a set. */
    public Optional<EntryRow> entry(EntrySetId set, String name) {
        return find(Table.ENTRIES, Keys.entry(set, name), ENTRY.decode());
    }

    /** A content that something refers to. */
    public ContentRow content(ContentId id) {
        return must(findContent(id), id);
    }

    /** A content that may be gone. */
    public Optional<ContentRow> findContent(ContentId id) {
        return find(Table.CONTENTS, Keys.content(id), CONTENT.decode());
    }

    /** An extent that something refers to. */
    public ExtentRow extent(ExtentId id) {
        return must(findExtent(id), id);
    }

    /** An extent that may be gone. */
    public Optional<ExtentRow> findExtent(ExtentId id) {
        return find(Table.EXTENTS, Keys.extent(id), EXTENT.decode());
    }

    /** The route of a run. */
    public Optional<RouteRow> run(VolumeId volume, long firstPage) {
        return find(Table.ROUTES, Keys.run(volume, firstPage), RouteRow::of);
    }

    /** The run that these owners are given pages from. */
    public Optional<RunRow> currentRun(VolumeId volume, List<ServerId> owners) {
        return find(Table.VOLUMES, Keys.currentRun(volume, owners), RUN.decode());
    }

    /** The counter of a volume: pages from this number on were never given out. */
    public Optional<Long> nextPage(VolumeId volume) {
        return find(Table.VOLUMES, Keys.volume(volume), bytes -> new ByteReader(bytes).i64());
    }

    /** A token. */
    public Optional<TokenRow> token(TokenId id) {
        return find(Table.TOKENS, Keys.token(id), TOKEN.decode());
    }

    /** A snapshot. */
    public Optional<SnapshotRow> snapshot(FileId directory, String name) {
        return find(Table.SNAPSHOTS, Keys.snapshot(directory, name), SnapshotRow::of);
    }

    /** A client with leases. */
    public Optional<ClientRow> client(UUID client) {
        return find(Table.LEASES, Keys.client(client), CLIENT.decode());
    }

    /** The address of a server. */
    public Optional<String> server(ServerId server) {
        return find(Table.SERVERS, Keys.server(server), bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** A directory that waits for a shorter chain. */
    public Optional<CompactRow> compact(NodeId holder) {
        return find(Table.COMPACT, Keys.node(holder), COMPACT.decode());
    }

    /** The only holder of a base, where an entry of OVERLAYS names one; the first of them where there are several. */
    public Optional<NodeId> holderOf(NodeId base) {
        NodeId[] holder = new NodeId[1];
        scan(Table.OVERLAYS, Keys.id(base), (key, value) -> {
            holder[0] = new NodeId(new ByteReader(key, Long.BYTES, key.length).i64());
            return false;
        });
        return Optional.ofNullable(holder[0]);
    }

    /** Walks the rows whose keys begin with a prefix. */
    public void scan(Table table, byte[] prefix, BiPredicate<byte[], byte[]> visitor) {
        view.scan(table, prefix, Keys.after(prefix), visitor);
    }

    /** A row, decoded; the object may be one that was handed out before. */
    public <R> Optional<R> find(Table table, byte[] key, Function<byte[], R> row) {
        return Optional.ofNullable(view.row(table, key, row));
    }

    private static <R> R must(Optional<R> row, Object id) {
        return row.orElseThrow(() -> new MalformedBytesException("The catalog's tables refer to " + id
                + ", which is not there; restore this replica from another one"));
    }
}
