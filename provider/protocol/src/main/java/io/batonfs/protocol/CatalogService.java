package io.batonfs.protocol;

import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names, attributes, leases, allocation and tokens (DESIGN.md 4, control). Any server of the group answers.
 *
 * <p>Paths are absolute, "/"-separated, without empty, "." or ".." components; "/" is the root. What changes something
 * is atomic for every observer and survives a power cut when it returns. Calls that take a {@link CallContext} may be
 * repeated with the same invocation after a lost reply. Thread-safe.
 *
 * <p>Failures are {@link io.batonfs.model.BatonException}s; the usual codes are NOT_FOUND, NOT_A_DIRECTORY,
 * PERMISSION_DENIED and INVALID_ARGUMENT (a path that is not legal), the others are named at the methods.
 */
public interface CatalogService {

    /** Attributes of a file or directory; empty if there is none. */
    Optional<FileInfo> status(CallContext context, String path) throws IOException;

    /**
     * A part of a directory; for a file, itself, and that it is one.
     *
     * @param startAfter only names after this one; empty for all; without a meaning for a file
     * @param limit      at most so many entries, 1 to 10,000
     */
    ListPage list(CallContext context, String path, String startAfter, int limit) throws IOException;

    /** Opens a file for reading (CAT-12: nothing is written). IS_A_DIRECTORY. */
    ReadGrant open(CallContext context, String path) throws IOException;

    /**
     * Renews the right to read what was opened (CAT-12). While the path, or for a file with a writer its present path,
     * names the same file, this is {@link #open}, with a fresh check of the modes. If not, because the file was renamed,
     * deleted or replaced, a genuine key renews itself as long as its content exists: whoever was let in reads on what
     * was there. So often in a row, about 18 hours, and no more: then the file has to be opened by its present name.
     * FILE_CHANGED or NOT_FOUND once the content is gone, KEY_REFUSED.
     *
     * @param path    as it was opened
     * @param seen    what {@link #open} said of it
     * @param content the key to its content, expired for no longer than a key lives
     */
    ReadGrant reopen(CallContext context, String path, FileInfo seen, ResumeKey content) throws IOException;

    /**
     * Makes a file and opens it for writing. ALREADY_EXISTS, IS_A_DIRECTORY, NO_SPACE; LEASE_HELD never: an overwrite
     * ends the lease of what it replaces.
     */
    WriteGrant create(CallContext context, String path, CreateOptions options) throws IOException;

    /** Opens a closed file for appending. LEASE_HELD if it has a writer whose soft limit has not passed. */
    WriteGrant append(CallContext context, String path) throws IOException;

    /** Ends an extent that is full and grants the next. LEASE_LOST. */
    WriteGrant nextExtent(CallContext context, FileId file, LeaseId lease, WrittenExtent full) throws IOException;

    /**
     * Makes what an open file's earlier extents hold survive a power cut: the part of hsync that concerns extents which
     * the writer has already left. LEASE_LOST.
     */
    void forceEarlierExtents(CallContext context, FileId file, LeaseId lease) throws IOException;

    /** A fresh resume key for the extent that the lease holds. LEASE_LOST. */
    WriteGrant renewWrite(CallContext context, FileId file, LeaseId lease) throws IOException;

    /** Commits the last extent and closes the file. LEASE_LOST. */
    FileInfo close(CallContext context, FileId file, LeaseId lease, WrittenExtent last) throws IOException;

    /**
     * Gives up one lease of the calling client: the file is closed at what its owner has acknowledged, and the writer is
     * refused from then on. A lease that has ended already is fine.
     */
    void abandon(CallContext context, FileId file, LeaseId lease) throws IOException;

    /** Keeps all leases of the calling client (by its client id) alive. */
    void renewLeases(CallContext context) throws IOException;

    /**
     * Ends the lease of a file's writer (CAT-10), also before its soft limit has passed: the caller says that the writer
     * has gone away. A writer that has not is refused from then on.
     *
     * @return whether the file is closed now; if not, recovery is under way: ask again
     */
    boolean recoverLease(CallContext context, String path) throws IOException;

    /**
     * Makes a directory.
     *
     * @param umask         bits that are taken from the mode, unless the parent has a default ACL
     * @param createParents whether missing ancestors are made too; then an existing directory is fine as well
     * @return whether anything was made
     */
    boolean mkdirs(CallContext context, String path, int mode, int umask, boolean createParents) throws IOException;

    /**
     * Renames. The destination's parent must exist; an existing destination is refused with ALREADY_EXISTS unless
     * {@code overwrite} is set and it is a file (source a file), or an empty directory (source a directory; else
     * NOT_EMPTY).
     */
    void rename(CallContext context, String source, String destination, boolean overwrite) throws IOException;

    /**
     * Renames as Hadoop's {@code FileSystem.rename} does: into the destination if that is a directory, and never over
     * anything.
     *
     * @return whether the source is there now; false if it does not exist, if something is in the way, if the
     *         destination's parent does not exist, and if a directory would come to lie below itself
     */
    boolean move(CallContext context, String source, String destination) throws IOException;

    /**
     * Deletes. NOT_EMPTY for a directory with entries unless {@code recursive}.
     *
     * @return whether there was anything to delete
     */
    boolean delete(CallContext context, String path, boolean recursive) throws IOException;

    /** Sets attributes. */
    void setAttributes(CallContext context, String path, AttributeChange change) throws IOException;

    /** Makes tokens, one result per item, in their order (TOK-1). An item's failure does not touch the others. */
    List<OffloadReadResult> offloadRead(CallContext context, List<OffloadRead> items, TokenLimits limits)
            throws IOException;

    /** Uses tokens, one result per item, in their order (TOK-2). An item's failure does not touch the others. */
    List<OffloadWriteResult> offloadWrite(CallContext context, List<OffloadWrite> items) throws IOException;

    /** Ends a token at once (TOK-5). TOKEN_UNKNOWN and the other token codes. */
    void revokeToken(CallContext context, byte[] token) throws IOException;

    /**
     * Makes a tree that is, at one moment, what another is (CAT-4): a new writable tree sharing all data. ALREADY_EXISTS
     * unless {@code overwrite}.
     */
    FileInfo cloneTree(CallContext context, String source, String destination, boolean overwrite) throws IOException;

    /** Where pages are now, in page order, covering the run; asked after a stale route was met. */
    List<Route> routes(PageRun run) throws IOException;

    /**
     * Moves the sealed extents of a file to another server, while it is read; superusers only. Files that share the
     * extents find them there too. Those who know the old place meet STALE_ROUTE and ask for the routes.
     *
     * @return how many extents were moved
     */
    int moveFile(CallContext context, String path, ServerId destination) throws IOException;

    /** Cuts a closed file to a length (CAT-10). INVALID_ARGUMENT if it is longer than the file, LEASE_HELD. */
    void truncate(CallContext context, String path, long lengthBytes) throws IOException;

    /**
     * Appends closed files, in their order, to a closed file and deletes them, atomically (CAT-10). Nothing is copied.
     * INVALID_ARGUMENT if a source is the target, is named twice, or there is none; LEASE_HELD.
     */
    void concat(CallContext context, String target, List<String> sources) throws IOException;

    /**
     * Checks that the caller may use a file or directory in all the wanted ways; PERMISSION_DENIED if not.
     *
     * @param wanted bits: 4 read, 2 write, 1 execute; 0 asks only whether it is there
     */
    void checkAccess(CallContext context, String path, int wanted) throws IOException;

    /** The access control list. */
    AclInfo acl(CallContext context, String path) throws IOException;

    /** Changes the access control list, by HDFS's rules; the owner and superusers may. INVALID_ARGUMENT. */
    void changeAcl(CallContext context, String path, AclChange change) throws IOException;

    /** Extended attributes by name, namespace included ("user.origin"): those that the caller may see. */
    Map<String, byte[]> xattrs(CallContext context, String path) throws IOException;

    /**
     * Sets an extended attribute. NO_SUCH_ATTRIBUTE or ATTRIBUTE_EXISTS by {@code when}; LIMIT_EXCEEDED.
     *
     * @param name with its namespace: user, trusted, security, system or raw, by HDFS's rules of who may
     */
    void setXattr(CallContext context, String path, String name, byte[] value, XattrChange when) throws IOException;

    /** Takes an extended attribute away. NO_SUCH_ATTRIBUTE. */
    void removeXattr(CallContext context, String path, String name) throws IOException;

    /** The storage policies of the group, by their names: its classes of service (POOL-8). */
    List<String> storagePolicies() throws IOException;

    /** The name of the policy in force at a path: its own, or that of the nearest ancestor with one, or the default. */
    String storagePolicy(CallContext context, String path) throws IOException;

    /**
     * Has what is stored already at and below a path carried to the pools of the storage policies in force there. Returns
     * once that is written down; it is done in the background, while everything is read and written as ever. Of data that
     * several files share the last call decides. Needs the right to write to what is at the path, and to nothing below.
     *
     * @throws io.batonfs.model.BatonException NOT_FOUND, PERMISSION_DENIED; NOT_FOUND also if no server has a pool of the
     *                                         policy; LIMIT_EXCEEDED if too much is asked for at once
     */
    void satisfyStoragePolicy(CallContext context, String path) throws IOException;

    /** How far that is, at and below a path that the caller may read. */
    StoragePolicyProgress storagePolicyProgress(CallContext context, String path) throws IOException;

    /** What is at and below a path, at one moment; needs read and execute on every directory, as in HDFS. */
    TreeTotals totals(CallContext context, String path) throws IOException;

    /**
     * Has the group keep track of where a file is, so that {@link #pathOf} finds it when it, or a directory above it, is
     * renamed. Again does nothing. It ends with the file.
     *
     * @return the file; IS_A_DIRECTORY
     */
    FileInfo track(CallContext context, String path) throws IOException;

    /** The present path of a file that is tracked or has a writer; empty for others, and when it is gone. */
    Optional<String> pathOf(CallContext context, FileId file) throws IOException;

    /** What the group knows of a token; its key has to be right. TOKEN_UNKNOWN, TOKEN_CORRUPT. */
    TokenState tokenState(CallContext context, byte[] token) throws IOException;

    /** The group at this moment. */
    GroupStatus groupStatus() throws IOException;
}
