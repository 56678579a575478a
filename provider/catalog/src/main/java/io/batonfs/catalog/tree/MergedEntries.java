package io.batonfs.catalog.tree;

import io.batonfs.catalog.store.Keyed;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.DirectoryBody;
import io.batonfs.catalog.tables.EntryRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a directory's view (CAT-1): its own entries and its bases' merged in the order of their names' bytes. Each
 * level is read in pieces, no further than the part needs; then the children's nodes, all together.
 */
public final class MergedEntries {
    private static final int PIECE = 256;
    /** One object, by which pieces that were decoded before are known. */
    private static final Function<byte[], EntryRow> DECODE = EntryRow::of;

    private MergedEntries() {
    }

    /**
     * Children after a name.
     *
     * @param after empty for the first ones
     * @param limit at most so many
     */
    public static Map<String, Found> after(Tables tables, DirectoryBody directory, String after, int limit) {
        List<Child> children = children(tables, directory, after, limit);
        List<NodeId> ids = new ArrayList<>(children.size());
        children.forEach(child -> ids.add(child.node));
        Iterator<NodeRow> nodes = tables.nodes(ids).iterator();
        Map<String, Found> found = new LinkedHashMap<>();
        children.forEach(child -> found.put(child.name, new Found(child.node, nodes.next(), child.own, child.foreign)));
        return found;
    }

    private static List<Child> children(Tables tables, DirectoryBody directory, String after, int limit) {
        List<Level> levels = levels(tables, directory, Keys.utf8(after), Math.min(limit, PIECE));
        List<Child> children = new ArrayList<>();
        while (children.size() < limit) {
            byte[] least = null;
            for (Level level : levels) {
                byte[] name = level.next();
                if (name != null && (least == null || Arrays.compareUnsigned(name, least) < 0)) {
                    least = name;
                }
            }
            if (least == null) {
                break;
            }
            take(levels, least).ifPresent(children::add);
        }
        return children;
    }

    /** Takes a name from all levels; the uppermost that has it decides. */
    private static Optional<Child> take(List<Level> levels, byte[] name) {
        Optional<Child> child = Optional.empty();
        boolean decided = false;
        for (int depth = 0; depth < levels.size(); depth++) {
            Level level = levels.get(depth);
            byte[] next = level.next();
            if (next == null || !Arrays.equals(next, name)) {
                continue;
            }
            EntryRow entry = level.take();
            if (!decided && entry.child().isPresent()) {
                child = Optional.of(new Child(new String(name, StandardCharsets.UTF_8), entry.child().get(), depth == 0,
                        level.foreign || entry.foreign()));
            }
            decided = true;
        }
        return child;
    }

    private static List<Level> levels(Tables tables, DirectoryBody directory, byte[] after, int piece) {
        List<Level> levels = new ArrayList<>();
        DirectoryBody at = directory;
        boolean foreign = false;
        while (true) {
            levels.add(new Level(tables, Keys.id(at.entrySet()), foreign, after, piece));
            if (at.base().isEmpty()) {
                return levels;
            }
            foreign |= at.foreignBase();
            at = tables.node(at.base().get()).directory();
        }
    }

    private record Child(String name, NodeId node, boolean own, boolean foreign) {
    }

    /** Own entries of one directory of the chain. */
    private static final class Level {
        private final Tables tables;
        private final byte[] prefix;
        private final boolean foreign;
        private final int piece;
        private final ArrayDeque<Read> read = new ArrayDeque<>();

        private record Read(byte[] name, EntryRow row) {
        }

        private byte[] after;
        private boolean ended;

        Level(Tables tables, byte[] prefix, boolean foreign, byte[] after, int piece) {
            this.tables = tables;
            this.prefix = prefix;
            this.foreign = foreign;
            this.after = after;
            this.piece = piece;
        }

        byte[] next() {
            if (read.isEmpty() && !ended) {
                read();
            }
            return read.isEmpty() ? null : read.getFirst().name;
        }

        EntryRow take() {
            return read.removeFirst().row;
        }

        private void read() {
            byte[] from = Arrays.copyOf(prefix, prefix.length + after.length);
            System.arraycopy(after, 0, from, prefix.length, after.length);
            for (Keyed<EntryRow> entry : tables.view().piece(Table.ENTRIES, prefix,
                    after.length == 0 ? from : Keys.next(from), piece, DECODE)) {
                read.addLast(new Read(Arrays.copyOfRange(entry.key(), prefix.length, entry.key().length), entry.row()));
            }
            ended = read.size() < piece;
            if (!read.isEmpty()) {
                after = read.getLast().name;
            }
        }
    }
}
