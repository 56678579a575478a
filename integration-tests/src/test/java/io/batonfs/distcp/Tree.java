package io.batonfs.distcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;

/** What is below a directory, or a file, byte for byte and with all attributes, at the moment of the look. */
final class Tree {
    private Tree() {
    }

    /** Entries by path relative to the root, which itself is "". */
    static Map<String, Entry> of(FileSystem fs, Path root) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        add(fs, fs.getFileStatus(root), "", entries);
        return entries;
    }

    /** Contents by relative path; empty for a directory. */
    static Map<String, ByteBuffer> contents(FileSystem fs, Path root) throws IOException {
        Map<String, ByteBuffer> contents = new TreeMap<>();
        of(fs, root).forEach((name, entry) -> contents.put(entry.directory() ? name + "/" : name, entry.bytes()));
        return contents;
    }

    private static void add(FileSystem fs, FileStatus status, String name, Map<String, Entry> entries)
            throws IOException {
        entries.put(name, entry(fs, status));
        if (status.isDirectory()) {
            for (FileStatus child : fs.listStatus(status.getPath())) {
                add(fs, child, name.isEmpty() ? child.getPath().getName() : name + "/" + child.getPath().getName(), entries);
            }
        }
    }

    /** What is at one path. */
    static Entry entry(FileSystem fs, FileStatus status) throws IOException {
        Map<String, String> attributes = new TreeMap<>();
        fs.getXAttrs(status.getPath()).forEach((key, value) -> attributes.put(key, HexFormat.of().formatHex(value)));
        byte[] bytes = new byte[0];
        if (status.isFile()) {
            try (FSDataInputStream in = fs.open(status.getPath())) {
                bytes = in.readAllBytes();
            }
        }
        return new Entry(status.isDirectory(), ByteBuffer.wrap(bytes), status.getReplication(), status.getBlockSize(),
                status.getOwner(), status.getGroup(), status.getPermission(),
                fs.getAclStatus(status.getPath()).getEntries(), attributes, status.getModificationTime(),
                status.getAccessTime());
    }

    /** A file or directory; of a directory there are no bytes. */
    record Entry(boolean directory, ByteBuffer bytes, short replication, long blockBytes, String owner, String group,
            FsPermission permission, List<AclEntry> acl, Map<String, String> attributes, long modifiedMs,
            long accessedMs) {
    }
}
