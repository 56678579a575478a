package io.batonfs.catalog.tables;

import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Attributes of a node.
 *
 * @param owner         owning user
 * @param group         owning group
 * @param mode          permission bits, 0 to 01777
 * @param modifiedMs    last change, milliseconds since 1970
 * @param accessedMs    last access as set by a caller
 * @param blockBytes    stored block size, 0 for a directory
 * @param replication   stored replication factor, 0 for a directory
 * @param storagePolicy name of the policy, empty for none
 * @param acl           encoded access control list ({@link Acl}), empty for none
 * @param xattrs        extended attributes; values are not changed by anybody
 */
public record NodeAttributes(
        String owner, String group, int mode, long modifiedMs, long accessedMs, long blockBytes, int replication,
        String storagePolicy, byte[] acl, SortedMap<String, byte[]> xattrs) {

    /** Checks for nulls. */
    public NodeAttributes {
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(group, "group");
    }

    /** Attributes of something new. */
    public static NodeAttributes of(String owner, String group, int mode, long timeMs, long blockBytes,
            int replication) {
        return new NodeAttributes(owner, group, mode, timeMs, timeMs, blockBytes, replication, "", new byte[0],
                new TreeMap<>());
    }

    /** With another modification time. */
    public NodeAttributes modified(long timeMs) {
        return new NodeAttributes(owner, group, mode, timeMs, accessedMs, blockBytes, replication, storagePolicy, acl,
                xattrs);
    }

    /** With other extended attributes. */
    public NodeAttributes withXattrs(SortedMap<String, byte[]> others) {
        return new NodeAttributes(owner, group, mode, modifiedMs, accessedMs, blockBytes, replication, storagePolicy,
                acl, others);
    }

    /** With other permission bits and another encoded access control list. */
    public NodeAttributes withPermissions(int newMode, byte[] newAcl) {
        return new NodeAttributes(owner, group, newMode, modifiedMs, accessedMs, blockBytes, replication, storagePolicy,
                newAcl, xattrs);
    }

    /** Whether they are a directory's: files have a block size. */
    public boolean ofDirectory() {
        return blockBytes == 0;
    }

    /** With another storage policy, empty for none. */
    public NodeAttributes withStoragePolicy(String policy) {
        return new NodeAttributes(owner, group, mode, modifiedMs, accessedMs, blockBytes, replication, policy, acl,
                xattrs);
    }

    void write(ByteWriter out) {
        out.string(owner).string(group).u16(mode).i64(modifiedMs).i64(accessedMs).i64(blockBytes).u16(replication)
                .string(storagePolicy).bytes(acl)
                .list(xattrs.entrySet(), (each, xattr) -> each.string(xattr.getKey()).bytes(xattr.getValue()));
    }

    static NodeAttributes read(ByteReader in) {
        NodeAttributes plain = new NodeAttributes(in.string(), in.string(), in.u16(), in.i64(), in.i64(), in.i64(),
                in.u16(), in.string(), in.bytes(), new TreeMap<>());
        in.list(each -> plain.xattrs.put(each.string(), each.bytes()) == null);
        return plain;
    }
}
