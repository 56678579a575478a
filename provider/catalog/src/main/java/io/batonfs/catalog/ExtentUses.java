package io.batonfs.catalog;

import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.FileBody;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.SnapshotRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tables.TokenRow;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.catalog.tree.Names;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.SliceLists;
import io.batonfs.model.ContentId;
import io.batonfs.model.EntrySetId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.NodeId;
import io.batonfs.model.Slice;
import io.batonfs.model.TokenId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds where people see ranges of extents: in files, their copies and clones, snapshots and tokens. The tables know what
 * a directory holds and not what holds a node, so this goes up from what is looked for: once through the contents and
 * the nodes, and then once through entries and nodes for each level of directories. That takes no more memory than what
 * was found needs, whatever the size of the group. A directory that shows an entry through a base has its place among
 * those that hold it.
 *
 * <p>Used once; not thread-safe.
 */
final class ExtentUses {
    private final Tables tables;
    private final NodeId root;
    private final int mostPlaces;
    private final List<ExtentRange> ranges;
    private final Map<ExtentId, List<Integer>> byExtent = new HashMap<>();
    /** What contents have of the ranges in slices of their own. */
    private final Map<ContentId, List<Part>> own = new HashMap<>();
    private final Map<ContentId, ContentId> beginnings = new HashMap<>();
    private final Map<NodeId, ContentId> files = new HashMap<>();
    private final Map<NodeId, Set<Entry>> holders = new HashMap<>();
    /** What paths begin with, by the node at which they do. */
    private final Map<NodeId, List<String>> tops = new HashMap<>();
    private final Map<NodeId, Boolean> shown = new HashMap<>();
    private final List<Set<ExtentUse>> uses = new ArrayList<>();

    /** A part of a range, and where it lies in a content. */
    private record Part(int range, long offset, long lengthBytes) {
    }

    /** A directory that shows a child by a name. */
    private record Entry(NodeId directory, String name) {
    }

    private record Named(String name, NodeId child) {
    }

    /**
     * @param mostPlaces of one file so many are told
     */
    ExtentUses(Tables tables, NodeId root, List<ExtentRange> ranges, int mostPlaces) {
        this.tables = tables;
        this.root = root;
        this.ranges = ranges;
        this.mostPlaces = mostPlaces;
        for (int i = 0; i < ranges.size(); i++) {
            byExtent.computeIfAbsent(ranges.get(i).extent(), extent -> new ArrayList<>()).add(i);
            uses.add(new LinkedHashSet<>());
        }
    }

    /** The uses of each range, in the order of the ranges. */
    List<List<ExtentUse>> find() {
        readContents();
        if (!own.isEmpty()) {
            readFiles();
            readTops();
            climb();
            files.forEach((file, content) -> {
                List<String> places = new ArrayList<>();
                addPlaces(file, "", places);
                places.forEach(place -> addUses(place, parts(content)));
            });
        }
        readOpenFiles();
        return uses.stream().map(List::copyOf).toList();
    }

    private void readContents() {
        each(Table.CONTENTS, (key, value) -> {
            ContentId id = new ContentId(new ByteReader(key).i64());
            ContentRow row = ContentRow.of(value);
            row.beginning().ifPresent(beginning -> beginnings.put(id, beginning));
            long at = row.beginningBytes();
            for (Slice slice : row.slices()) {
                for (int range : byExtent.getOrDefault(slice.extent(), List.of())) {
                    addPart(id, range, slice, at);
                }
                at += slice.lengthBytes();
            }
        });
    }

    private void addPart(ContentId content, int range, Slice slice, long at) {
        long from = Math.max(slice.offset(), ranges.get(range).offset());
        long to = Math.min(slice.endOffset(), ranges.get(range).endOffset());
        if (from < to) {
            own.computeIfAbsent(content, id -> new ArrayList<>())
                    .add(new Part(range, at + from - slice.offset(), to - from));
        }
    }

    /** Those of a content and of all that it begins with. */
    private List<Part> parts(ContentId content) {
        List<Part> parts = new ArrayList<>();
        for (ContentId at = content; at != null; at = beginnings.get(at)) {
            parts.addAll(own.getOrDefault(at, List.of()));
        }
        return parts;
    }

    private void readFiles() {
        each(Table.NODES, (key, value) -> {
            NodeRow row = NodeRow.of(value);
            if (!row.isDirectory() && !parts(row.file().content()).isEmpty()) {
                files.put(new NodeId(new ByteReader(key).i64()), row.file().content());
            }
        });
    }

    private void readTops() {
        addTop(root, "");
        each(Table.SNAPSHOTS, (key, value) -> {
            FileId directory = new FileId(new ByteReader(key).i64());
            String path = Names.pathOf(tables, directory).map(ExtentUses::below).orElse(directory.toString());
            addTop(SnapshotRow.of(value).root(), path + "/" + Paths.SNAPSHOTS + "/" + Keys.nameOf(key));
        });
        tables.scan(Table.TOKENS, Keys.letter('t'), (key, value) -> {
            String name = new TokenId(new ByteReader(key, 1, key.length).i64()).toString();
            TokenRow token = TokenRow.of(value);
            token.tree().ifPresent(tree -> addTop(tree, name));
            token.content().ifPresent(content -> addUses(name, parts(content)));
            return true;
        });
    }

    /** A path to which names can be added. */
    private static String below(List<String> names) {
        return names.isEmpty() ? "" : Paths.format(names);
    }

    private void addTop(NodeId node, String path) {
        tops.computeIfAbsent(node, id -> new ArrayList<>()).add(path);
    }

    private void climb() {
        Set<NodeId> seen = new HashSet<>();
        Set<NodeId> level = files.keySet();
        while (!level.isEmpty()) {
            Set<NodeId> next = new HashSet<>();
            Map<EntrySetId, List<Named>> entries = entriesOf(level);
            each(Table.NODES, (key, value) -> {
                NodeRow row = NodeRow.of(value);
                if (row.isDirectory() && entries.containsKey(row.directory().entrySet())) {
                    NodeId directory = new NodeId(new ByteReader(key).i64());
                    entries.get(row.directory().entrySet()).forEach(entry -> addHolders(directory, entry, next));
                }
            });
            seen.addAll(level);
            next.removeAll(seen);
            level = next;
        }
    }

    private Map<EntrySetId, List<Named>> entriesOf(Set<NodeId> children) {
        Map<EntrySetId, List<Named>> entries = new HashMap<>();
        each(Table.ENTRIES, (key, value) -> EntryRow.of(value).child().filter(children::contains).ifPresent(child ->
                entries.computeIfAbsent(new EntrySetId(new ByteReader(key).i64()), set -> new ArrayList<>())
                        .add(new Named(Keys.nameOf(key), child))));
        return entries;
    }

    /** The directory with the entry, and those that lie over it and don't hide it. */
    private void addHolders(NodeId directory, Named entry, Set<NodeId> added) {
        Deque<NodeId> todo = new ArrayDeque<>(List.of(directory));
        while (!todo.isEmpty()) {
            NodeId at = todo.pop();
            if (holders.computeIfAbsent(entry.child(), child -> new LinkedHashSet<>()).add(new Entry(at, entry.name()))) {
                added.add(at);
                tables.scan(Table.OVERLAYS, Keys.id(at), (key, value) -> {
                    NodeId over = new NodeId(new ByteReader(key, Long.BYTES, key.length).i64());
                    Optional<Found> child = Lookup.child(tables, tables.node(over), entry.name());
                    if (child.isPresent() && child.get().id().equals(entry.child())) {
                        todo.push(over);
                    }
                    return true;
                });
            }
        }
    }

    /** Goes only where there is a place at the end, so what is reclaimed some day costs nothing. */
    private void addPlaces(NodeId node, String below, List<String> places) {
        for (String top : tops.getOrDefault(node, List.of())) {
            if (places.size() < mostPlaces) {
                places.add(top + below);
            }
        }
        for (Entry entry : holders.getOrDefault(node, Set.of())) {
            if (places.size() < mostPlaces && isShown(entry.directory())) {
                addPlaces(entry.directory(), "/" + entry.name() + below, places);
            }
        }
    }

    private boolean isShown(NodeId node) {
        Boolean known = shown.get(node);
        if (known == null) {
            known = tops.containsKey(node) || holders.getOrDefault(node, Set.of()).stream()
                    .anyMatch(entry -> isShown(entry.directory()));
            shown.put(node, known);
        }
        return known;
    }

    private void addUses(String place, List<Part> parts) {
        for (Part part : parts) {
            uses.get(part.range()).add(new ExtentUse(place, part.offset(), part.lengthBytes()));
        }
    }

    /** What a writer has written and nobody has committed. */
    private void readOpenFiles() {
        each(Table.FILES, (key, value) -> {
            FileRow row = FileRow.of(value);
            if (row.lease().isPresent() && byExtent.containsKey(row.lease().get().extent())) {
                ExtentId extent = row.lease().get().extent();
                FileBody body = tables.node(row.node()).file();
                long committed = SliceLists.last(tables.content(body.content()))
                        .filter(slice -> slice.extent().equals(extent)).map(Slice::lengthBytes).orElse(0L);
                String path = Names.pathOf(tables, new FileId(new ByteReader(key).i64())).map(Paths::format).orElseThrow();
                for (int range : byExtent.get(extent)) {
                    long from = Math.max(committed, ranges.get(range).offset());
                    if (from < ranges.get(range).endOffset()) {
                        uses.get(range).add(new ExtentUse(path, body.lengthBytes() - committed + from,
                                ranges.get(range).endOffset() - from));
                    }
                }
            }
        });
    }

    private interface Visitor {
        void row(byte[] key, byte[] value);
    }

    private void each(Table table, Visitor visitor) {
        tables.view().scan(table, new byte[0], null, (key, value) -> {
            visitor.row(key, value);
            return true;
        });
    }
}
