package io.batonfs.catalog;

import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Found;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Lookup;
import io.batonfs.catalog.tree.MergedEntries;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.SliceLists;
import io.batonfs.catalog.tree.StoragePolicies;
import io.batonfs.model.BatonException;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.Slice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through the files below a path in the order of their names, and tells of their extents with the storage policy in
 * force at each, a bounded part at a time: from where an earlier part ended, though the tree may be another by then.
 * Snapshots are not entered, and neither are shared directories again of which everything was met
 * ({@link SeenDirectory}). On a stack of its own, since trees may be deep. For one part, and one thread.
 */
final class PolicyWalk {
    private static final int PAGE = 256;
    /** Characters of all paths of a part: they ride in one command. */
    private static final int MAX_PATH_CHARS = 1 << 17;

    private final Tables tables;
    private final Access access;
    private final Set<SeenDirectory> seenBefore;
    private final int maxEntries;
    private final int maxExtents;
    private final boolean withPaths;
    private final List<String> top;
    private final Deque<Level> levels = new ArrayDeque<>();
    private final Map<ExtentId, FoundExtent> found = new LinkedHashMap<>();
    private final Set<SeenDirectory> seen = new HashSet<>();
    private int entries;
    private long pathChars;
    private boolean tooDeep;

    /**
     * @param access     what the caller needs of every directory: to read and enter it
     * @param top        the path from which it begins
     * @param seenBefore by earlier parts
     * @param maxEntries files and directories that are looked at, about
     * @param maxExtents extents that are told of, but for one of a writer
     * @param withPaths  whether extents are told of with their paths; there are fewer in a part then, if these are long
     */
    PolicyWalk(Tables tables, Access access, List<String> top, Set<SeenDirectory> seenBefore, int maxEntries,
            int maxExtents, boolean withPaths) {
        this.tables = tables;
        this.access = access;
        this.top = top;
        this.seenBefore = seenBefore;
        this.maxEntries = maxEntries;
        this.maxExtents = maxExtents;
        this.withPaths = withPaths;
    }

    /** A directory on the way, with what is in force there. */
    private final class Level {
        final NodeRow row;
        final boolean copied;
        final String policy;
        final Optional<SeenDirectory> shared;
        String after;
        private Iterator<Map.Entry<String, Found>> page = List.<Map.Entry<String, Found>>of().iterator();
        private boolean last;

        Level(NodeRow row, boolean copied, String policy, Optional<SeenDirectory> shared, String after) {
            this.row = row;
            this.copied = copied;
            this.policy = policy;
            this.shared = shared;
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

    /** The part after a position; PERMISSION_DENIED where a directory may not be read and entered. */
    PolicyStep from(List<Located> trail, WalkPosition position) throws BatonException {
        Located at = trail.get(trail.size() - 1);
        String policy = StoragePolicies.inForce(trail).orElse("");
        // What a clone brought in, or a snapshot froze, shows no writer.
        boolean copied = at.foreign() || at.frozen();
        if (!at.row().isDirectory()) {
            int done = file(at.row(), top, copied, policy, position.slices());
            return step(done == WalkPosition.ALL ? Optional.empty() : Optional.of(new WalkPosition(List.of(), done)));
        }
        List<String> names = position.names();
        push(at.row(), copied, policy, Optional.empty(), names.isEmpty() ? "" : names.get(0));
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

    private PolicyStep step(Optional<WalkPosition> reached) {
        return new PolicyStep(List.copyOf(found.values()), reached, seen, tooDeep);
    }

    private PolicyStep goOn() throws BatonException {
        while (!levels.isEmpty()) {
            Level level = levels.peek();
            if (entries >= maxEntries || isFull()) {
                return reached(WalkPosition.ALL);
            }
            Map.Entry<String, Found> child = level.next();
            if (child == null) {
                level.shared.ifPresent(seen::add);
                levels.pop();
                continue;
            }
            entries++;
            if (child.getValue().row().isDirectory()) {
                enterNew(level, child.getKey(), child.getValue());
            } else {
                int done = file(level, child.getKey(), child.getValue(), 0);
                if (done != WalkPosition.ALL) {
                    return reached(done);
                }
            }
        }
        return step(Optional.empty());
    }

    private boolean isFull() {
        return found.size() >= maxExtents || pathChars >= MAX_PATH_CHARS;
    }

    private void enterNew(Level above, String name, Found child) throws BatonException {
        SeenDirectory as = new SeenDirectory(child.id(), policyOf(child.row(), above), above.copied || child.foreign());
        boolean isTooDeep = levels.size() >= WalkPosition.MAX_NAMES;
        tooDeep |= isTooDeep;
        if (isTooDeep || child.shared() && (seen.contains(as) || seenBefore.contains(as))) {
            above.after = name;
        } else {
            enter(name, child, "");
        }
    }

    private void enter(String name, Found child, String after) throws BatonException {
        Level above = levels.peek();
        above.after = name;
        boolean copied = above.copied || child.foreign();
        String policy = policyOf(child.row(), above);
        push(child.row(), copied, policy,
                child.shared() ? Optional.of(new SeenDirectory(child.id(), policy, copied)) : Optional.empty(), after);
    }

    private void push(NodeRow row, boolean copied, String policy, Optional<SeenDirectory> shared, String after)
            throws BatonException {
        if (!access.allowed(row.attributes(), Access.READ | Access.EXECUTE)) {
            access.check(row.attributes(), Access.READ | Access.EXECUTE, Paths.format(path()));
        }
        levels.push(new Level(row, copied, policy, shared, after));
    }

    private static String policyOf(NodeRow row, Level above) {
        String own = row.attributes().storagePolicy();
        return own.isEmpty() ? above.policy : own;
    }

    private PolicyStep reached(int slices) {
        // A directory that was entered, and nothing of it seen.
        int done = levels.peek().after.isEmpty() ? 0 : slices;
        return step(Optional.of(new WalkPosition(below(), done)));
    }

    private List<String> below() {
        List<String> names = new ArrayList<>();
        for (Iterator<Level> down = levels.descendingIterator(); down.hasNext();) {
            Level level = down.next();
            if (!level.after.isEmpty()) {
                names.add(level.after);
            }
        }
        return names;
    }

    /** Of what was entered or looked at last. */
    private List<String> path() {
        List<String> names = new ArrayList<>(top);
        names.addAll(below());
        return names;
    }

    private int file(Level in, String name, Found file, int fromSlice) {
        in.after = name;
        return file(file.row(), withPaths ? path() : top, in.copied || file.foreign(), policyOf(file.row(), in), fromSlice);
    }

    /** How many slices are done now. */
    private int file(NodeRow file, List<String> names, boolean copied, String policy, int fromSlice) {
        String path = withPaths ? Paths.format(names) : "";
        String kept = path.length() > Paths.MAX_PATH_LENGTH ? "" : path;
        List<Slice> slices = SliceLists.all(tables, file.file().content());
        for (int index = fromSlice; index < slices.size(); index++) {
            if (isFull()) {
                return index;
            }
            add(slices.get(index).extent(), policy, kept, Optional.empty());
        }
        if (!copied) {
            // What its writer has begun.
            tables.file(file.fileId()).flatMap(FileRow::lease)
                    .ifPresent(lease -> add(lease.extent(), policy, kept, Optional.of(file.fileId())));
        }
        return WalkPosition.ALL;
    }

    private void add(ExtentId extent, String policy, String path, Optional<FileId> writer) {
        FoundExtent before = found.put(extent, new FoundExtent(extent, policy, path, writer));
        pathChars += before == null ? path.length() : path.length() - before.path().length();
    }
}
