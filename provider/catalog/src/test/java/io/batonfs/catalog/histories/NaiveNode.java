package io.batonfs.catalog.histories;

import io.batonfs.catalog.Totals;
import io.batonfs.model.FileId;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** A file or directory of the naive model: nothing is shared. */
final class NaiveNode {
    final boolean directory;
    /** Null for a file. */
    final Map<String, NaiveNode> children;
    final NaiveRights rights;
    int xattr = -1;
    String policy = "";
    /** Whether the catalog was asked to keep up with its path. */
    boolean tracked;
    long modifiedMs;
    /** The identity that survives rename; a clone's nodes have fresh ones. */
    final int identity;
    /** False for what a clone brought in: it may show its source's file id until it is changed. */
    final boolean born;
    /** The file id that the catalog shows; of a node that a clone brought in, null until it shows its own. */
    FileId shown;
    /** What a node that a clone brought in shows until it is changed; null if not known. */
    FileId lent;

    byte[] data = new byte[0];
    int committed;
    /** The session that writes it, or null. */
    Writer writer;
    /** Snapshots of a directory by name. */
    final Map<String, NaiveNode> snapshots = new TreeMap<>();

    /** One opening of a file for writing. */
    static final class Writer {
        final ByteArrayOutputStream pending = new ByteArrayOutputStream();
        /** How many extents were filled before the open one. */
        int extentsFull;
    }

    NaiveNode(boolean directory, int identity, boolean born, NaiveRights rights, long modifiedMs) {
        this.directory = directory;
        this.children = directory ? new TreeMap<>() : null;
        this.identity = identity;
        this.born = born;
        this.rights = rights;
        this.modifiedMs = modifiedMs;
    }

    boolean isOpen() {
        return writer != null;
    }

    void setData(byte[] bytes) {
        data = bytes;
        committed = bytes.length;
    }

    byte[] committedData() {
        return isOpen() ? Arrays.copyOf(data, committed) : data;
    }

    /** What is here and below: with the replication of 3 that the histories' files have. */
    Totals totals() {
        if (!directory) {
            long length = isOpen() ? committed : data.length;
            return new Totals(1, 0, length, 3 * length);
        }
        long files = 0;
        long directories = 1;
        long length = 0;
        for (NaiveNode child : children.values()) {
            Totals below = child.totals();
            files += below.files();
            directories += below.directories();
            length += below.lengthBytes();
        }
        return new Totals(files, directories, length, 3 * length);
    }

    int size() {
        return directory ? 1 + children.values().stream().mapToInt(NaiveNode::size).sum() : 1;
    }
}
