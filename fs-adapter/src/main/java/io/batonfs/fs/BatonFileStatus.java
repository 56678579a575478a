package io.batonfs.fs;

import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/** A status that knows which file it is of, so that a later operation can refuse another that took its name. */
public final class BatonFileStatus extends FileStatus {
    private static final long serialVersionUID = 2L;

    private final long fileId;

    /**
     * The status for a file or directory.
     *
     * @param path where it is, qualified
     */
    BatonFileStatus(FileInfo info, Path path) {
        super(info.lengthBytes(), info.isDirectory(), info.replication(), info.blockBytes(), info.modifiedMs(),
                info.accessedMs(), permission(info), info.owner(), info.group(), null, path,
                info.hasAcl() ? Set.of(AttrFlags.HAS_ACL) : FileStatus.NONE);
        this.fileId = info.fileId().value();
    }

    /** The identity that survives a rename; see {@link FileInfo#fileId}. */
    public FileId fileId() {
        return new FileId(fileId);
    }

    /** Equal if the paths are equal, as for every {@link FileStatus}. */
    @Override
    public boolean equals(Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    private static FsPermission permission(FileInfo info) {
        short mode = (short) info.mode();
        return info.hasAcl() ? new WithAcl(mode) : FsPermission.createImmutable(mode);
    }

    /** A mode that says that there is an ACL beside it, to those who look there rather than at {@link #hasAcl}. */
    private static final class WithAcl extends FsPermission {
        private static final long serialVersionUID = 1L;
        private static final short ACL_BIT = 1 << 12;

        WithAcl(short mode) {
            super(mode);
        }

        @Override
        @Deprecated
        public boolean getAclBit() {
            return true;
        }

        @Override
        @Deprecated
        public short toExtendedShort() {
            return (short) (toShort() | ACL_BIT);
        }
    }
}
