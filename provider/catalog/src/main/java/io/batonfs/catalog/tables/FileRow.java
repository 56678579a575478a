package io.batonfs.catalog.tables;

import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.NodeId;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A file that has a writer or is tracked, a directory with snapshots, or an ancestor of one: how to find it by its id.
 * <pre>
 * version 2 | node 8 | parent 1 or 9 | name | registered children 8 | lease 1, or lease 8, client 16, extent 8, recovering 1
 *   | tracked 1
 * </pre>
 * Version 1 ends before {@code tracked}, which is false there.
 *
 * @param node     its current version
 * @param parent   its directory; empty for the root
 * @param name     its name in there
 * @param children rows that name it as parent
 * @param lease    its writer
 * @param tracked  whether it is kept for its own sake, so that the file is found wherever it is moved
 */
public record FileRow(
        NodeId node, Optional<FileId> parent, String name, long children, Optional<Lease> lease, boolean tracked) {
    private static final int VERSION = 2;
    private static final int FIRST_WITH_TRACKED = 2;

    /**
     * A writer.
     *
     * @param lease      the lease
     * @param client     who holds it
     * @param extent     the open extent
     * @param recovering whether it was taken away and waits to be closed
     */
    public record Lease(LeaseId lease, UUID client, ExtentId extent, boolean recovering) {
    }

    /** Checks for nulls. */
    public FileRow {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(parent, "parent");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(lease, "lease");
    }

    /** A row that nothing holds yet. */
    public static FileRow of(NodeId node, Optional<FileId> parent, String name) {
        return new FileRow(node, parent, name, 0, Optional.empty(), false);
    }

    /** At another version. */
    public FileRow at(NodeId version) {
        return new FileRow(version, parent, name, children, lease, tracked);
    }

    /** Elsewhere. */
    public FileRow moved(FileId newParent, String newName) {
        return new FileRow(node, Optional.of(newParent), newName, children, lease, tracked);
    }

    /** With more or fewer registered children. */
    public FileRow counting(int change) {
        return new FileRow(node, parent, name, children + change, lease, tracked);
    }

    /** With another writer. */
    public FileRow leased(Optional<Lease> newLease) {
        return new FileRow(node, parent, name, children, newLease, tracked);
    }

    /** Tracked or not. */
    public FileRow tracked(boolean now) {
        return new FileRow(node, parent, name, children, lease, now);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).id(node).optional(parent, ByteWriter::id).string(name).i64(children)
                .optional(lease, (out, held) -> out.id(held.lease).uuid(held.client).id(held.extent)
                        .bool(held.recovering)).bool(tracked).toBytes();
    }

    /** The row in stored bytes. */
    public static FileRow of(byte[] bytes) {
        return Rows.read("files", 1, VERSION, bytes, (in, version) -> new FileRow(new NodeId(in.i64()),
                in.optional(each -> new FileId(each.i64())), in.string(), in.i64(),
                in.optional(each -> new Lease(new LeaseId(each.i64()), each.uuid(), new ExtentId(each.i64()),
                        each.bool())), version >= FIRST_WITH_TRACKED && in.bool()));
    }
}
