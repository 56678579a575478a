package io.batonfs.catalog.tables;

import io.batonfs.model.NodeId;

/**
 * A snapshot.
 * <pre>
 * version 1 | root 8 | creator | created 8
 * </pre>
 *
 * @param root      the frozen directory
 * @param creator   who made it
 * @param createdMs when
 */
public record SnapshotRow(NodeId root, String creator, long createdMs) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).id(root).string(creator).i64(createdMs).toBytes();
    }

    /** The row in stored bytes. */
    public static SnapshotRow of(byte[] bytes) {
        return Rows.read("snapshots", VERSION, bytes, in -> new SnapshotRow(new NodeId(in.i64()), in.string(), in.i64()));
    }
}
