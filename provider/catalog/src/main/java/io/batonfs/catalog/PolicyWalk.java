package io.batonfs.catalog;

import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.catalog.tree.MergedEntries;
import io.batonfs.catalog.tree.SliceLists;
import io.batonfs.catalog.tree.StoragePolicies;
import io.batonfs.model.ExtentId;
import io.batonfs.model.Slice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Goes through the files below a path in the order of their names, and tells of their extents with the storage policy in
 * force at each, a bounded part at a time: from where an earlier part ended, though the tree may be another by then.
 * Snapshots are not entered. On a stack of its own, since trees may be deep. For one part, and one thread.
 */
final class PolicyWalk {
    private static final int PAGE = 256;

    private final Tables tables;
    private final int maxEntries;
    private final int maxExtents;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Map<ExtentId, WantedExtent> found = new LinkedHashMap<>();
    private int entries;

    /**
     * @param maxEntries files and directories that are looked at, about
     * @param maxExtents extents that are told of, but for one of a writer
     */
    PolicyWalk(Tables tables, int maxEntries, int maxExtents) {
        this.tables = tables;
        this.maxEntries = maxEntries;
        this.maxExtents = maxExtents;
    }

    /** A directory on the way, with what is in force there. */
    private final class Level {
        final NodeRow row;
        final boolean shared;
        final boolean foreign;
        final String policy;
        String after;
        private Iterator<Map.Entry<String, Found>> page = List.<Map.Entry<String, Found>>of().iterator();
        private boolean last;

        Level(NodeRow row, boolean shared, boolean foreign, String policy, String after) {
            this.foreign = foreign;
            this.row = row;
            this.shared = shared;
            this.policy = policy;
            this.after = after;
        }

        Map.Entry<String, Found> next() {
            if (!page.hasNext() && !last) {
                Map<String, Found> read = MergedEntries.after(tables, row.directory(), after, PAGE);
                last = read.size() < PAGE;
                page = read.entrySet().iterator();
            }
            return page.hasNext() ? page.next() : null;
        }
    }

    /** The part after a position. */
    PolicyStep from(List<Located> trail, WalkPosition position) {
        Located top = trail.get(trail.size() - 1);
        String policy = StoragePolicies.inForce(trail).orElse("");
        boolean shared = top.foreign() || trail.stream().anyMatch(on -> on.row().references() > 1);
        // What a clone brought in, or a snapshot froze, shows no writer.
        boolean copied = top.foreign() || top.frozen();
        if (!top.row().isDirectory()) {
            int done = file(top.row(), shared, copied, policy, position.slices());
            return new PolicyStep(List.copyOf(found.values()), done == WalkPosition.ALL ? Optional.empty()
                    : Optional.of(new WalkPosition(List.of(), done)));
        }
        List<String> names = position.names();
        levels.push(new Level(top.row(), shared, copied, policy, names.isEmpty() ? "" : names.get(0)));
        for (int depth = 0; depth < names.size(); depth++) {
            Optional<Found> child = Lookup.child(tables, levels.peek().row, names.get(depth));
            if (child.isEmpty()) {
                break;
            }
            if (depth + 1 < names.size()) {
                if (!child.get().row().isDirectory()) {
                    break;
                }
                enter(names.get(depth), child.get(), names.get(depth + 1));
            } else if (child.get().row().isDirectory()) {
                if (position.slices() == 0) {
                    enter(names.get(depth), child.get(), "");
                }
            } else if (position.slices() != WalkPosition.ALL) {
                int done = file(levels.peek(), names.get(depth), child.get(), position.slices());
                if (done != WalkPosition.ALL) {
                    return reached(done);
                }
            }
        }
        return goOn();
    }

    private PolicyStep goOn() {
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            if (entries >= maxEntries || found.size() >= maxExtents) {
                return reached(WalkPosition.ALL);
            }
            Map.Entry<String, Found> child = level.next();
            if (child == null) {
                levels.pop();
                continue;
            }
            entries++;
            if (child.getValue().row().isDirectory()) {
                enter(child.getKey(), child.getValue(), "");
            } else {
                int done = file(level, child.getKey(), child.getValue(), 0);
                if (done != WalkPosition.ALL) {
                    return reached(done);
                }
            }
        }
        return new PolicyStep(List.copyOf(found.values()), Optional.empty());
    }

    private void enter(String name, Found child, String after) {
        Level above = levels.peek();
        above.after = name;
        levels.push(new Level(child.row(), above.shared || child.shared(), above.foreign || child.foreign(),
                policyOf(child.row(), above), after));
    }

    private static String policyOf(NodeRow row, Level above) {
        String own = row.attributes().storagePolicy();
        return own.isEmpty() ? above.policy : own;
    }

    private PolicyStep reached(int slices) {
        // A directory that was entered, and nothing of it seen.
        int done = levels.peek().after.isEmpty() ? 0 : slices;
        List<String> names = new ArrayList<>();
        for (Iterator<Level> down = levels.descendingIterator(); down.hasNext();) {
            Level level = down.next();
            if (!level.after.isEmpty()) {
                names.add(level.after);
            }
        }
        return new PolicyStep(List.copyOf(found.values()), Optional.of(new WalkPosition(names, done)));
    }

    private int file(Level in, String name, Found file, int fromSlice) {
        in.after = name;
        return file(file.row(), in.shared || file.shared(), in.foreign || file.foreign(), policyOf(file.row(), in), fromSlice);
    }

    /** How many slices are done now. */
    private int file(NodeRow file, boolean shared, boolean copied, String policy, int fromSlice) {
        List<Slice> slices = SliceLists.all(tables, file.file().content());
        boolean contentShared = shared || tables.content(file.file().content()).references() > 1;
        for (int index = fromSlice; index < slices.size(); index++) {
            if (found.size() >= maxExtents) {
                return index;
            }
            add(slices.get(index).extent(), policy, contentShared);
        }
        if (!copied) {
            // What its writer has begun.
            tables.file(file.fileId()).flatMap(FileRow::lease)
                    .ifPresent(lease -> add(lease.extent(), policy, contentShared));
        }
        return WalkPosition.ALL;
    }

    private void add(ExtentId extent, String policy, boolean shared) {
        long references = tables.findExtent(extent).map(row -> row.references()).orElse(0L);
        found.merge(extent, new WantedExtent(extent, policy, shared || references > 1), (before, now) ->
                new WantedExtent(extent, now.storagePolicy(), before.shared() || now.shared()));
    }
}
