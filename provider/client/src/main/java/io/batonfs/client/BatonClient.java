package io.batonfs.client;

import io.batonfs.model.Caller;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ListPage;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.protocol.TokenState;
import io.batonfs.protocol.StoragePolicyProgress;
import io.batonfs.protocol.TreeTotals;
import io.batonfs.protocol.XattrChange;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A user's view of a group: what the Hadoop adapter is built on. One instance acts for one {@link Caller}. Thread-safe;
 * the streams it hands out are not, but for what they say themselves. Failures are
 * {@link io.batonfs.model.BatonException}s.
 *
 * <p>Paths are absolute, "/"-separated; see {@link io.batonfs.protocol.CatalogService} for what each call promises.
 */
public interface BatonClient extends Closeable {

    /** Attributes; empty if there is nothing at the path. */
    Optional<FileInfo> status(String path) throws IOException;

    /** A page of a directory's entries, or a file by itself; the page says which. */
    ListPage list(String path, String startAfter, int limit) throws IOException;

    /** Opens a file for reading. */
    BatonInput open(String path) throws IOException;

    /** Makes a file and opens it for writing. */
    BatonOutput create(String path, CreateOptions options) throws IOException;

    /** Opens a file for appending. */
    BatonOutput append(String path) throws IOException;

    /** Makes a directory; says whether anything was made. */
    boolean mkdirs(String path, int mode, int umask, boolean createParents) throws IOException;

    /** Likewise, with a mode from which the umask was taken already. */
    default boolean mkdirs(String path, int mode, boolean createParents) throws IOException {
        return mkdirs(path, mode, 0, createParents);
    }

    /** Renames. */
    void rename(String source, String destination, boolean overwrite) throws IOException;

    /**
     * Renames as Hadoop's {@code FileSystem.rename} does: into the destination if that is a directory, never over
     * anything; says whether the source is there now.
     */
    boolean move(String source, String destination) throws IOException;

    /** Deletes; says whether there was anything. */
    boolean delete(String path, boolean recursive) throws IOException;

    /** Sets attributes. */
    void setAttributes(String path, AttributeChange change) throws IOException;

    /** Ends the lease of a writer that has gone away; says whether the file is closed now. */
    boolean recoverLease(String path) throws IOException;

    /** Makes tokens (TOK-1). */
    List<OffloadReadResult> offloadRead(List<OffloadRead> items, TokenLimits limits) throws IOException;

    /** Likewise, with the limits of tokens that the client makes for its own copies. */
    List<OffloadReadResult> offloadRead(List<OffloadRead> items) throws IOException;

    /** Uses tokens (TOK-2). */
    List<OffloadWriteResult> offloadWrite(List<OffloadWrite> items) throws IOException;

    /** Ends a token at once. */
    void revokeToken(byte[] token) throws IOException;

    /**
     * Copies a range of a file to a new file, or a whole tree to a new tree, by token, in one go: offload read, then
     * offload write.
     *
     * @param expectedId refused with FILE_CHANGED if the source is another file by now
     * @param length     bytes, or -1 for all; of a directory always -1, from offset 0
     * @return the new file or directory
     */
    FileInfo copyByToken(
            String source, Optional<FileId> expectedId, long offset, long length, String destination,
            CreateOptions options) throws IOException;

    /** Clones a tree (CAT-4). */
    FileInfo cloneTree(String source, String destination, boolean overwrite) throws IOException;

    /**
     * CRC32C of the first bytes of a file, put together from the owners' checksums: no data passes through the client.
     *
     * @param length bytes; more than there are means all
     * @return empty for an empty range
     */
    OptionalInt checksum(String path, long length) throws IOException;

    /** Which servers' hosts hold which bytes of a file's range. */
    List<ByteLocation> locate(String path, long offset, long length) throws IOException;

    /**
     * Moves the sealed extents of a file to another server, while it is read; superusers only.
     *
     * @return how many extents were moved
     */
    int moveFile(String path, ServerId destination) throws IOException;

    /** Cuts a closed file to a length (CAT-10). INVALID_ARGUMENT if it is longer than the file, LEASE_HELD. */
    void truncate(String path, long lengthBytes) throws IOException;

    /**
     * Appends closed files, in their order, to a closed file and deletes them, atomically (CAT-10). Nothing is copied.
     * INVALID_ARGUMENT if a source is the target, is named twice, or there is none; LEASE_HELD.
     */
    void concat(String target, List<String> sources) throws IOException;

    /**
     * Checks that the caller may use a file or directory in all the wanted ways; PERMISSION_DENIED if not.
     *
     * @param wanted bits: 4 read, 2 write, 1 execute; 0 asks only whether it is there
     */
    void checkAccess(String path, int wanted) throws IOException;

    /** The access control list. */
    AclInfo acl(String path) throws IOException;

    /** Changes the access control list, by HDFS's rules; the owner and superusers may. INVALID_ARGUMENT. */
    void changeAcl(String path, AclChange change) throws IOException;

    /** Extended attributes by name, namespace included ("user.origin"): those that the caller may see. */
    Map<String, byte[]> xattrs(String path) throws IOException;

    /**
     * Sets an extended attribute. NO_SUCH_ATTRIBUTE or ATTRIBUTE_EXISTS by {@code when}; LIMIT_EXCEEDED.
     *
     * @param name with its namespace: user, trusted, security, system or raw, by HDFS's rules of who may
     */
    void setXattr(String path, String name, byte[] value, XattrChange when) throws IOException;

    /** Takes an extended attribute away. NO_SUCH_ATTRIBUTE. */
    void removeXattr(String path, String name) throws IOException;

    /** The storage policies of the group, by their names: its classes of service (POOL-8). */
    List<String> storagePolicies() throws IOException;

    /** The name of the policy in force at a path: its own, or that of the nearest ancestor with one, or the default. */
    String storagePolicy(String path) throws IOException;

    /**
     * Has what is stored already at and below a path carried to the pools of the storage policies in force there. Returns
     * once that is written down; it is done in the background, while everything is read and written as ever. Of data that
     * several files share the last call decides. Needs the right to write to what is at the path, and to nothing below.
     *
     * @throws io.batonfs.model.BatonException NOT_FOUND, PERMISSION_DENIED; NOT_FOUND also if no server has a pool of the
     *                                         policy; LIMIT_EXCEEDED if too much is asked for at once
     */
    void satisfyStoragePolicy(String path) throws IOException;

    /** How far that is, at and below a path that the caller may read. */
    StoragePolicyProgress storagePolicyProgress(String path) throws IOException;

    /** What is at and below a path, at one moment; needs read and execute on every directory, as in HDFS. */
    TreeTotals totals(String path) throws IOException;

    /**
     * Has the group keep track of where a file is, so that {@link #pathOf} finds it when it, or a directory above it, is
     * renamed. Again does nothing. It ends with the file.
     *
     * @return the file; IS_A_DIRECTORY
     */
    FileInfo track(String path) throws IOException;

    /** The present path of a file that is tracked or has a writer; empty for others, and when it is gone. */
    Optional<String> pathOf(FileId file) throws IOException;

    /** What the group knows of a token; its key has to be right. TOKEN_UNKNOWN, TOKEN_CORRUPT. */
    TokenState tokenState(byte[] token) throws IOException;

    /** The group at this moment. */
    GroupStatus groupStatus() throws IOException;

    /** What passed through this client so far. */
    ClientCounters counters();

    /** Notes that an offload failed and ordinary copying took its place (TOK-15): the caller's to say, who falls back. */
    void countFallback();

    /** The user that this client acts for. */
    Caller caller();

    /** Closes the streams that are open still, files being written among them, and then the client. */
    @Override
    void close() throws IOException;

    /**
     * Bytes of a file and the hosts that hold them.
     *
     * @param offset      first byte in the file
     * @param lengthBytes bytes
     * @param hosts       host names, the serving owner first
     */
    record ByteLocation(long offset, long lengthBytes, List<String> hosts) {

        /** Copies the list. */
        public ByteLocation {
            hosts = List.copyOf(hosts);
        }
    }
}
