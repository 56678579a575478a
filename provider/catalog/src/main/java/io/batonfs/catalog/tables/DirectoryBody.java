package io.batonfs.catalog.tables;

import io.batonfs.model.EntrySetId;
import io.batonfs.model.NodeId;
import java.util.Objects;
import java.util.Optional;

/**
 * What makes a node a directory.
 *
 * @param entrySet    its own entries; no other node names this set
 * @param base        the frozen directory that shows through where it has no entry of its own
 * @param foreignBase whether the link to the base has the foreign mark: a clone's copy
 * @param childCount  names that a lookup finds
 * @param ownEntries  rows in the entry set, tombstones included
 * @param tombstones  rows in the entry set that are tombstones
 * @param hiding      rows in the entry set that, when made, hid an own entry of the base: an estimate, at most ownEntries
 */
public record DirectoryBody(
        EntrySetId entrySet, Optional<NodeId> base, boolean foreignBase, long childCount, long ownEntries,
        long tombstones, long hiding) {

    /** Checks for nulls. */
    public DirectoryBody {
        Objects.requireNonNull(entrySet, "entrySet");
        Objects.requireNonNull(base, "base");
    }

    /** Without entries. */
    public static DirectoryBody empty(EntrySetId entrySet) {
        return new DirectoryBody(entrySet, Optional.empty(), false, 0, 0, 0, 0);
    }

    /** Over a base. */
    public DirectoryBody over(NodeId newBase, boolean foreign) {
        return new DirectoryBody(entrySet, Optional.of(newBase), foreign, childCount, ownEntries, tombstones, hiding);
    }

    /** Without a base. */
    public DirectoryBody alone() {
        return new DirectoryBody(entrySet, Optional.empty(), false, childCount, ownEntries, tombstones, 0);
    }

    /** With another number of names. */
    public DirectoryBody counting(long change) {
        return new DirectoryBody(entrySet, base, foreignBase, childCount + change, ownEntries, tombstones, hiding);
    }

    /** With more or fewer rows. What hides is an estimate, as the base's own entries change; it stays within the rows. */
    public DirectoryBody rows(long entries, long dead, long hidden) {
        long own = ownEntries + entries;
        return new DirectoryBody(entrySet, base, foreignBase, childCount, own, tombstones + dead,
                Math.max(0, Math.min(own, hiding + hidden)));
    }

    void write(ByteWriter out) {
        out.id(entrySet).optional(base, ByteWriter::id).bool(foreignBase).i64(childCount).i64(ownEntries)
                .i64(tombstones).i64(hiding);
    }

    static DirectoryBody read(ByteReader in) {
        return new DirectoryBody(new EntrySetId(in.i64()), in.optional(each -> new NodeId(each.i64())), in.bool(),
                in.i64(), in.i64(), in.i64(), in.i64());
    }
}
