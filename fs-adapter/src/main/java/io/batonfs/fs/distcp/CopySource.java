package io.batonfs.fs.distcp;

import io.batonfs.fs.BatonFileStatus;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.FileId;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.tools.CopyListingFileStatus;

/**
 * A file as it was when its copy began, and which part of it is copied. Immutable.
 *
 * @param fs             where it is
 * @param path           its path as the listing gives it
 * @param begun          its status when the copy began
 * @param offset         first byte to copy
 * @param chunkLength    bytes to copy at most; 0 or less for all
 * @param acceptAppended whether more bytes at its end are no change
 */
record CopySource(
        FileSystem fs, Path path, FileStatus begun, long offset, long chunkLength, boolean acceptAppended) {

    /** The part that a record of the listing names. */
    static CopySource of(FileSystem fs, FileStatus status, CopyListingFileStatus listed, boolean acceptAppended) {
        return new CopySource(
                fs, listed.getPath(), status, listed.getChunkOffset(), listed.getChunkLength(), acceptAppended);
    }

    /** Whether it is in a Baton group, and that of another file system. */
    boolean isInGroupOf(BatonFileSystem other) {
        return begun instanceof BatonFileStatus && fs instanceof BatonFileSystem
                && ((BatonFileSystem) fs).isOfSameGroup(other);
    }

    /** Its identity in Baton; only for one that is there. */
    FileId fileId() {
        return ((BatonFileStatus) begun).fileId();
    }

    /** Bytes that the stock loop would copy. */
    long copiedBytes() {
        long rest = Math.max(0, begun.getLen() - offset);
        return chunkLength > 0 ? Math.min(rest, chunkLength) : rest;
    }

    /** The position after the last byte to copy. */
    long end() {
        return offset + copiedBytes();
    }

    /**
     * For a chunk: refuses one of a file that isn't as it was listed, because its other chunks may have been copied
     * from another state of it.
     */
    void checkListed(CopyListingFileStatus listed) throws SourceChangedException {
        if (listed.getLen() != begun.getLen() || listed.getModificationTime() != begun.getModificationTime()) {
            throw new SourceChangedException(path, "was changed (length " + listed.getLen() + " when it was listed for"
                    + " copying in chunks, " + begun.getLen() + " now; modified at " + listed.getModificationTime()
                    + " and " + begun.getModificationTime() + ")", null);
        }
    }

    /**
     * Looks whether it still is what it was.
     *
     * @throws SourceChangedException if not
     * @throws IOException            if it can't be looked at
     */
    void check() throws IOException {
        FileStatus now;
        try {
            now = fs.getFileStatus(path);
        } catch (FileNotFoundException e) {
            throw new SourceChangedException(path, "was deleted or renamed", e);
        }
        Optional<String> change = changeTo(now);
        if (change.isPresent()) {
            throw new SourceChangedException(path, change.get(), null);
        }
    }

    private Optional<String> changeTo(FileStatus now) {
        OptionalLong idBefore = idOf(begun);
        OptionalLong idNow = idOf(now);
        boolean otherId = idBefore.isPresent() && idNow.isPresent() && idBefore.getAsLong() != idNow.getAsLong();
        if (now.isDirectory() || otherId) {
            return Optional.of("was replaced by another one");
        }
        if (now.getLen() > begun.getLen()) {
            return acceptAppended ? Optional.empty() : Optional.of(
                    "was appended to (from " + begun.getLen() + " to " + now.getLen() + " bytes)");
        }
        if (now.getLen() < begun.getLen()) {
            return Optional.of("was cut from " + begun.getLen() + " to " + now.getLen() + " bytes");
        }
        return now.getModificationTime() == begun.getModificationTime() ? Optional.empty() : Optional.of(
                "was written to (modified at " + begun.getModificationTime() + ", then at "
                + now.getModificationTime() + ")");
    }

    /** What tells one file from another of the same name, in file systems that have such a thing. */
    static OptionalLong idOf(FileStatus status) {
        return status instanceof BatonFileStatus
                ? OptionalLong.of(((BatonFileStatus) status).fileId().value()) : HdfsFileIds.of(status);
    }
}
