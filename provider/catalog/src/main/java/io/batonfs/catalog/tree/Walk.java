package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.SnapshotRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Walks paths from the live root on behalf of a caller, who must be allowed to enter every directory on the way.
 */
public final class Walk {
    private final Tables tables;
    private final NodeId root;
    private final Access access;

    /** Walks in these tables. */
    public Walk(Tables tables, NodeId root, Access access) {
        this.tables = tables;
        this.root = root;
        this.access = access;
    }

    /** What is at a path; empty if there is nothing. */
    public Optional<Located> find(List<String> names) throws BatonException {
        List<Located> trail = trail(names);
        return trail.isEmpty() ? Optional.empty() : Optional.of(trail.get(trail.size() - 1));
    }

    /**
     * All that a path leads through, from the root to what is at its end; empty if there is nothing there. A snapshot's
     * root takes the place of its directory.
     */
    public List<Located> trail(List<String> names) throws BatonException {
        List<Located> trail = new ArrayList<>(names.size() + 1);
        return follow(names, trail) ? trail : List.of();
    }

    /** How many names of a path lead to something, from the root on; the path is not in a snapshot. */
    public int reach(List<String> names) throws BatonException {
        return prefix(names).size() - 1;
    }

    /** As {@link #trail}, of as much of a path as there is: the root at least. */
    public List<Located> prefix(List<String> names) throws BatonException {
        List<Located> trail = new ArrayList<>();
        follow(names, trail);
        return trail;
    }

    /** Adds what a path leads through as far as there is something; says whether that is all of the path. */
    private boolean follow(List<String> names, List<Located> trail) throws BatonException {
        Located at = new Located(root, tables.node(root), false, false);
        trail.add(at);
        for (int i = 0; i < names.size(); i++) {
            if (!at.row().isDirectory()) {
                throw notADirectory(names.subList(0, i));
            }
            // Asked first, because putting the path together for each name would cost the square of the depth.
            if (!access.allowed(at.row().attributes(), Access.EXECUTE)) {
                access.check(at.row().attributes(), Access.EXECUTE, Paths.format(names.subList(0, i)));
            }
            if (names.get(i).equals(Paths.SNAPSHOTS)) {
                i++;
                Optional<Located> snapshot = i == names.size() ? Optional.empty() : snapshot(at, names.get(i));
                if (snapshot.isEmpty()) {
                    return false;
                }
                at = snapshot.get();
                trail.set(trail.size() - 1, at);
                continue;
            }
            Optional<Found> child = Lookup.child(tables, at.row(), names.get(i));
            if (child.isEmpty()) {
                return false;
            }
            at = new Located(child.get().id(), child.get().row(), at.foreign() || child.get().foreign(), at.frozen());
            trail.add(at);
        }
        return true;
    }

    /** What is at a path, or NOT_FOUND. */
    public Located locate(List<String> names) throws BatonException {
        return find(names).orElseThrow(() -> notFound(names));
    }

    /** The directory at a path, or NOT_FOUND, NOT_A_DIRECTORY. */
    public Located directory(List<String> names) throws BatonException {
        Located at = locate(names);
        if (!at.row().isDirectory()) {
            throw notADirectory(names);
        }
        return at;
    }

    /** The file at a path, or NOT_FOUND, IS_A_DIRECTORY. */
    public Located file(List<String> names) throws BatonException {
        Located at = locate(names);
        if (at.row().isDirectory()) {
            throw isADirectory(names);
        }
        return at;
    }

    /** A child of a directory that was located. */
    public Optional<Located> child(Located directory, String name) {
        return Lookup.child(tables, directory.row(), name)
                .map(found -> new Located(found.id(), found.row(), directory.foreign() || found.foreign(),
                        directory.frozen()));
    }

    private Optional<Located> snapshot(Located directory, String name) {
        if (directory.foreign() || directory.frozen()) {
            return Optional.empty();
        }
        Optional<SnapshotRow> snapshot = tables.snapshot(directory.row().fileId(), name);
        return snapshot.map(row -> {
            NodeRow node = tables.node(row.root());
            return new Located(row.root(), node, false, true);
        });
    }

    /** NOT_FOUND. */
    public static BatonException notFound(List<String> names) {
        return new BatonException(ErrorCode.NOT_FOUND, Paths.format(names) + " does not exist; check the path");
    }

    /** NOT_A_DIRECTORY. */
    public static BatonException notADirectory(List<String> names) {
        return new BatonException(ErrorCode.NOT_A_DIRECTORY, Paths.format(names)
                + " is a file where a directory is needed; check the path");
    }

    /** IS_A_DIRECTORY. */
    public static BatonException isADirectory(List<String> names) {
        return new BatonException(ErrorCode.IS_A_DIRECTORY, Paths.format(names)
                + " is a directory where a file is needed; check the path");
    }

    /** ALREADY_EXISTS. */
    public static BatonException alreadyExists(List<String> names) {
        return new BatonException(ErrorCode.ALREADY_EXISTS, Paths.format(names)
                + " exists already; choose another name or allow it to be replaced");
    }
}
