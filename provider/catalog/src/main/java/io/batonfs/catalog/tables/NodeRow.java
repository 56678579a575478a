package io.batonfs.catalog.tables;

import io.batonfs.model.FileId;
import java.util.Objects;

/**
 * A version of a file or directory. Exactly one of the bodies is there.
 * <pre>
 * version 1 | file id 8 | references 8 | owner | group | mode 2 | modified 8 | accessed 8 | block 8 | replication 2
 *   | storage policy | acl | xattrs | is directory 1 | body
 * body of a file:      content 8 | length 8
 * body of a directory: entry set 8 | base 1 or 9 | foreign base 1 | children 8 | own entries 8 | tombstones 8 | hiding 8
 * </pre>
 *
 * @param fileId     the file id; of a foreign node that of its source
 * @param references entries that name it, base links to it, and roots
 * @param attributes owner, mode and the like
 * @param file       null for a directory
 * @param directory  null for a file
 */
public record NodeRow(FileId fileId, long references, NodeAttributes attributes, FileBody file, DirectoryBody directory) {
    private static final int VERSION = 1;

    /** Checks that there is one body. */
    public NodeRow {
        Objects.requireNonNull(fileId, "fileId");
        Objects.requireNonNull(attributes, "attributes");
        if ((file == null) == (directory == null) || references < 0) {
            throw new IllegalArgumentException("a node has one body and no negative references: " + fileId);
        }
    }

    /** Whether this is a directory. */
    public boolean isDirectory() {
        return directory != null;
    }

    /** With another number of references. */
    public NodeRow referenced(long count) {
        return new NodeRow(fileId, count, attributes, file, directory);
    }

    /** With other attributes. */
    public NodeRow with(NodeAttributes others) {
        return new NodeRow(fileId, references, others, file, directory);
    }

    /** With another body. */
    public NodeRow with(DirectoryBody body) {
        return new NodeRow(fileId, references, attributes, null, body);
    }

    /** With another body. */
    public NodeRow with(FileBody body) {
        return new NodeRow(fileId, references, attributes, body, null);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        ByteWriter out = Rows.write(VERSION).id(fileId).i64(references);
        attributes.write(out);
        out.bool(isDirectory());
        if (isDirectory()) {
            directory.write(out);
        } else {
            file.write(out);
        }
        return out.toBytes();
    }

    /** The row in stored bytes. */
    public static NodeRow of(byte[] bytes) {
        return Rows.read("nodes", VERSION, bytes, in -> {
            FileId id = new FileId(in.i64());
            long references = in.i64();
            NodeAttributes attributes = NodeAttributes.read(in);
            return in.bool() ? new NodeRow(id, references, attributes, null, DirectoryBody.read(in))
                    : new NodeRow(id, references, attributes, FileBody.read(in), null);
        });
    }
}
