package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.ContentRow;
import io.batonfs.catalog.tables.FileRow;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.NodeId;
import io.batonfs.model.Slice;
import java.util.List;
import java.util.Optional;

/**
 * Proves that an extent belongs to one file alone. Nothing leads from an extent up to those who show it, so the way goes
 * down from a path: on it nothing may be named twice, be found through a base, or be brought in by a clone. What can't be
 * proved counts as shared, so that may be said too often (until housekeeping has copied entries), never too seldom.
 */
public final class Unshared {

    private Unshared() {
    }

    /** What only a path shows; empty if something else may show it too, or nothing is there. */
    public static Optional<NodeRow> at(Tables tables, NodeId root, String path) {
        return down(tables, root, path, true);
    }

    /** What is at a path, whoever else shows it. */
    public static Optional<NodeRow> sharedOrNot(Tables tables, NodeId root, String path) {
        return down(tables, root, path, false);
    }

    private static Optional<NodeRow> down(Tables tables, NodeId root, String path, boolean alone) {
        List<String> names;
        try {
            names = Paths.parse(path);
        } catch (BatonException e) {
            // Not kept, or none that can be asked for: nothing is known by it.
            return Optional.empty();
        }
        NodeRow at = tables.node(root);
        if (alone && at.references() > 1) {
            return Optional.empty();
        }
        for (String name : names) {
            Optional<Found> child = at.isDirectory() ? Lookup.child(tables, at, name) : Optional.empty();
            if (child.isEmpty() || alone && child.get().shared()) {
                return Optional.empty();
            }
            at = child.get().row();
        }
        return Optional.of(at);
    }

    /** Whether it is proved that nothing but the file at a path shows an extent, or has a part of it. */
    public static boolean isProved(Tables tables, NodeId root, String path, ExtentId extent) {
        Optional<NodeRow> file = at(tables, root, path).filter(row -> !row.isDirectory());
        if (file.isEmpty()) {
            return false;
        }
        long own = tables.file(file.get().fileId()).flatMap(FileRow::lease)
                .filter(lease -> lease.extent().equals(extent)).isPresent() ? 1 : 0;
        Optional<ContentId> at = Optional.of(file.get().file().content());
        while (at.isPresent()) {
            ContentRow row = tables.content(at.get());
            if (row.references() > 1) {
                // Another content begins with it, with all that it begins with itself, or another file has it.
                break;
            }
            for (Slice slice : row.slices()) {
                own += slice.extent().equals(extent) ? 1 : 0;
            }
            at = row.beginning();
        }
        long references = tables.findExtent(extent).map(row -> row.references()).orElse(0L);
        return references > 0 && references == own;
    }
}
