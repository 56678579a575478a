package io.batonfs.fs;

import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/** A status that knows which file it is of, so that a later operation can refuse another that took its name. */
public final class BatonFileStatus extends FileStatus {
    private static final long serialVersionUID = 1L;

    private final long fileId;

    /**
     * The status for a file or directory.
     *
     * @param path where it is, qualified
     */
    BatonFileStatus(FileInfo info, Path path) {
        super(info.lengthBytes(), info.isDirectory(), info.replication(), info.blockBytes(), info.modifiedMs(),
                info.accessedMs(), FsPermission.createImmutable((short) info.mode()), info.owner(), info.group(), path);
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
}
