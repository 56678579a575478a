package io.batonfs.catalog.tables;

import io.batonfs.model.NodeId;
import java.util.Optional;

/**
 * An entry of a directory: a child, or a tombstone that hides a name of the base.
 * <pre>
 * version 1 | child 1 or 9 | foreign 1
 * </pre>
 *
 * @param child   empty for a tombstone
 * @param foreign whether the child has the foreign mark
 */
public record EntryRow(Optional<NodeId> child, boolean foreign) {
    private static final int VERSION = 1;

    /** Hides a name. */
    public static final EntryRow TOMBSTONE = new EntryRow(Optional.empty(), false);

    /** Checks that a tombstone has no mark. */
    public EntryRow {
        if (child.isEmpty() && foreign) {
            throw new IllegalArgumentException("a tombstone has no mark");
        }
    }

    /** Names a child. */
    public static EntryRow to(NodeId child, boolean foreign) {
        return new EntryRow(Optional.of(child), foreign);
    }

    /** Whether it hides a name. */
    public boolean isTombstone() {
        return child.isEmpty();
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).optional(child, ByteWriter::id).bool(foreign).toBytes();
    }

    /** The row in stored bytes. */
    public static EntryRow of(byte[] bytes) {
        return Rows.read("entries", VERSION, bytes,
                in -> new EntryRow(in.optional(each -> new NodeId(each.i64())), in.bool()));
    }
}
