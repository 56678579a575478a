package io.batonfs.catalog;

import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.MergedEntries;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.model.BatonException;
import io.batonfs.model.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Counts what is below a directory, depth first, with a stack of its own: trees can be deeper than a thread's. What a
 * shared directory shows is counted once and remembered: cloning a tree into itself thirty times makes a billion paths
 * of thirty directories. Each row is asked for once, so of a large tree they do not take the place of others in memory.
 * Used once; not thread-safe.
 */
final class TotalsCount {
    /** Children that are held in memory of each directory on the stack. */
    private static final int PAGE = 1024;

    private final Tables tables;
    private final Access access;
    private final Map<NodeId, Totals> shared = new HashMap<>();
    private final Deque<Level> levels = new ArrayDeque<>();
    /** Of all directories that were entered so far. */
    private long entries;

    TotalsCount(Tables tables, Access access) {
        this.tables = tables;
        this.access = access;
    }

    /** What is at and below here; PERMISSION_DENIED where a directory may not be read and entered. */
    Totals of(Located at, List<String> names) throws BatonException {
        if (!at.row().isDirectory()) {
            return ofFile(at.row());
        }
        enter("", at.id(), at.row(), true, names);
        Totals counted = Totals.NONE;
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            if (level.hasNext()) {
                Map.Entry<String, Found> child = level.next();
                count(level, child.getKey(), child.getValue(), names);
            } else {
                levels.pop();
                counted = level.totals;
                if (level.shared) {
                    shared.put(level.id, counted);
                }
                if (!levels.isEmpty()) {
                    levels.peek().add(counted);
                }
            }
        }
        return counted;
    }

    private void count(Level level, String name, Found child, List<String> top) throws BatonException {
        if (!child.row().isDirectory()) {
            level.add(ofFile(child.row()));
            return;
        }
        Totals known = child.shared() ? shared.get(child.id()) : null;
        if (known != null) {
            level.add(known);
        } else {
            enter(name, child.id(), child.row(), child.shared(), top);
        }
    }

    private void enter(String name, NodeId id, NodeRow row, boolean isShared, List<String> top) throws BatonException {
        Level level = new Level(name, id, row, isShared);
        levels.push(level);
        if (!access.allowed(row.attributes(), Access.READ | Access.EXECUTE)) {
            access.check(row.attributes(), Access.READ | Access.EXECUTE, path(top));
        }
    }

    /** Of the directory that was entered last. */
    private String path(List<String> top) {
        List<String> names = new ArrayList<>(top);
        for (Iterator<Level> down = levels.descendingIterator(); down.hasNext();) {
            names.add(down.next().name);
        }
        names.remove(top.size());
        return Paths.format(names);
    }

    private static Totals ofFile(NodeRow row) {
        return Totals.ofFile(row.file().lengthBytes(), row.attributes().replication());
    }

    /** A directory that is being counted. */
    private final class Level {
        private final String name;
        private final NodeId id;
        private final NodeRow row;
        private final boolean shared;
        private final Tables rows;
        private Iterator<Map.Entry<String, Found>> page;
        private int left;
        private boolean last;
        private String after = "";
        private Totals totals = Totals.DIRECTORY;

        Level(String name, NodeId id, NodeRow row, boolean shared) {
            this.name = name;
            this.id = id;
            this.row = row;
            this.shared = shared;
            entries += row.directory().childCount();
            this.rows = new Tables(tables.view().forRows(entries));
        }

        boolean hasNext() {
            if (page == null || left == 0 && !last) {
                Map<String, Found> read = MergedEntries.after(rows, row.directory(), after, PAGE);
                page = read.entrySet().iterator();
                left = read.size();
                last = left < PAGE;
            }
            return left > 0;
        }

        Map.Entry<String, Found> next() {
            left--;
            Map.Entry<String, Found> child = page.next();
            after = child.getKey();
            return child;
        }

        void add(Totals more) {
            totals = totals.plus(more);
        }
    }
}
