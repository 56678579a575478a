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
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.catalog.tree.Names;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.SliceLists;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.BatonException;
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
    private final UsesQuestion question;
    private final Runnable step;
    private final List<ExtentRange> ranges;
    private final Map<ExtentId, List<Integer>> byExtent = new HashMap<>();
    /** What contents have of the ranges in slices of their own. */
    private final Map<ContentId, List<Part>> own = new HashMap<>();
    /** Of contents that begin, in the end, with one of those. */
    private final Map<ContentId, ContentId> beginnings = new HashMap<>();
    private final Map<NodeId, ContentId> files = new HashMap<>();
    private final Map<NodeId, Set<Entry>> holders = new HashMap<>();
    /** What paths begin with, by the node at which they do. */
    private final Map<NodeId, List<String>> tops = new HashMap<>();
    /** How many places of those asked for nodes have. */
    private final Map<NodeId, Long> placeCounts = new HashMap<>();
    private final List<Set<ExtentUse>> uses = new ArrayList<>();
    /** By range: places that aren't told. */
    private final long[] more;
    private long told;

    /** A part of a range, and where it lies in a content. */
    private record Part(int range, long offset, long lengthBytes) {
    }

    /** A directory that shows a child by a name. */
    private record Entry(NodeId directory, String name) {
    }

    private record Named(String name, NodeId child) {
    }

    ExtentUses(Tables tables, NodeId root, UsesQuestion question, Runnable step) {
        this.tables = tables;
        this.root = root;
        this.question = question;
        this.step = step;
        this.ranges = question.ranges();
        this.more = new long[ranges.size()];
        for (int i = 0; i < ranges.size(); i++) {
            byExtent.computeIfAbsent(ranges.get(i).extent(), extent -> new ArrayList<>()).add(i);
            uses.add(new LinkedHashSet<>());
        }
    }

    /** The uses of each range, in the order of the ranges. */
    List<RangeUses> find() throws BatonException {
        readContents();
        if (!own.isEmpty()) {
            readBeginnings();
        }
        if (!own.isEmpty()) {
            readFiles();
            readTops();
            climb();
            files.forEach(this::addPlacesOf);
        }
        readOpenFiles();
        List<RangeUses> found = new ArrayList<>();
        for (int range = 0; range < more.length; range++) {
            found.add(new RangeUses(List.copyOf(uses.get(range)), more[range]));
        }
        return found;
    }

    private void addPlacesOf(NodeId file, ContentId content) {
        List<Part> parts = parts(content);
        List<String> places = new ArrayList<>();
        long room = Math.max(0, question.mostUses() - told) / parts.size();
        addPlaces(file, "", (int) Math.min(question.mostPlaces(), room), places);
        places.forEach(place -> addUses(place, parts));
        addMore(parts, placeCount(file) - places.size());
    }

    private void addMore(List<Part> parts, long places) {
        parts.stream().mapToInt(Part::range).distinct().forEach(range -> more[range] = sum(more[range], places));
    }

    /** Of numbers that aren't negative: at most as much as there is room for. */
    private static long sum(long one, long other) {
        return one + other < 0 ? Long.MAX_VALUE : one + other;
    }

    private void readContents() {
        each(Table.CONTENTS, (key, value) -> {
            ContentId id = new ContentId(new ByteReader(key).i64());
            ContentRow row = ContentRow.of(value);
            long at = row.beginningBytes();
            for (Slice slice : row.slices()) {
                for (int range : byExtent.getOrDefault(slice.extent(), List.of())) {
                    addPart(id, range, slice, at);
                }
                at += slice.lengthBytes();
            }
        });
    }

    /** Of all contents only those that lead to what is looked for; in which order they were made does not matter. */
    private void readBeginnings() {
        int known = -1;
        while (known < beginnings.size()) {
            known = beginnings.size();
            each(Table.CONTENTS, (key, value) -> ContentRow.of(value).beginning()
                    .filter(beginning -> own.containsKey(beginning) || beginnings.containsKey(beginning))
                    .ifPresent(beginning -> beginnings.put(new ContentId(new ByteReader(key).i64()), beginning)));
        }
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

    private void readTops() throws BatonException {
        if (question.below().isEmpty()) {
            addTop(root, "");
        } else {
            for (String path : question.below()) {
                addPath(path);
            }
        }
        each(Table.SNAPSHOTS, (key, value) -> {
            FileId directory = new FileId(new ByteReader(key).i64());
            String path = Names.pathOf(tables, directory).map(ExtentUses::below).orElse(directory.toString());
            String place = path + "/" + Paths.SNAPSHOTS + "/" + Keys.nameOf(key);
            if (question.covers(place)) {
                addTop(SnapshotRow.of(value).root(), place);
            }
        });
        if (question.below().isEmpty()) {
            readTokens();
        }
    }

    /** What is at a path shows the places below it, unless they are below another one's that covers it. */
    private void addPath(String path) throws BatonException {
        boolean covered = question.below().stream()
                .anyMatch(other -> !other.equals(path) && UsesQuestion.isBelow(path, other));
        Optional<Located> at = new Walk(tables, root, Access.UNCHECKED).find(Paths.parse(path));
        if (!covered && at.isPresent()) {
            addTop(at.get().id(), below(Paths.parse(path)));
        }
    }

    private void readTokens() {
        tables.scan(Table.TOKENS, Keys.letter('t'), (key, value) -> {
            String name = new TokenId(new ByteReader(key, 1, key.length).i64()).toString();
            TokenRow token = TokenRow.of(value);
            token.tree().ifPresent(tree -> addTop(tree, name));
            token.content().ifPresent(content -> addUsesIfRoom(name, parts(content)));
            return true;
        });
    }

    /** A path to which names can be added. */
    private static String below(List<String> names) {
        return names.isEmpty() ? "" : Paths.format(names);
    }

    private void addTop(NodeId node, String path) {
        List<String> paths = tops.computeIfAbsent(node, id -> new ArrayList<>());
        if (!paths.contains(path)) {
            paths.add(path);
        }
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
    private void addPlaces(NodeId node, String below, int most, List<String> places) {
        for (String top : tops.getOrDefault(node, List.of())) {
            if (places.size() < most) {
                places.add(top + below);
            }
        }
        for (Entry entry : holders.getOrDefault(node, Set.of())) {
            if (places.size() < most && placeCount(entry.directory()) > 0) {
                addPlaces(entry.directory(), "/" + entry.name() + below, most, places);
            }
        }
    }

    private long placeCount(NodeId node) {
        Long known = placeCounts.get(node);
        if (known == null) {
            known = (long) tops.getOrDefault(node, List.of()).size();
            for (Entry entry : holders.getOrDefault(node, Set.of())) {
                known = sum(known, placeCount(entry.directory()));
            }
            placeCounts.put(node, known);
        }
        return known;
    }

    private void addUses(String place, List<Part> parts) {
        for (Part part : parts) {
            if (uses.get(part.range()).add(new ExtentUse(place, part.offset(), part.lengthBytes()))) {
                told++;
            }
        }
    }

    private void addUsesIfRoom(String place, List<Part> parts) {
        if (told + parts.size() <= question.mostUses()) {
            addUses(place, parts);
        } else {
            addMore(parts, 1);
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
                for (int range : question.covers(path) ? byExtent.get(extent) : List.<Integer>of()) {
                    long from = Math.max(committed, ranges.get(range).offset());
                    if (from < ranges.get(range).endOffset()) {
                        addUsesIfRoom(path, List.of(new Part(range, body.lengthBytes() - committed + from,
                                ranges.get(range).endOffset() - from)));
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
            step.run();
            visitor.row(key, value);
            return true;
        });
    }
}
