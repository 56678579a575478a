package io.batonfs.fs;

import io.batonfs.model.FileInfo;

/**
 * A token of a whole file, and what that told about itself when the token was made.
 *
 * @param file  the file at that moment, when it had been at rest for a while
 * @param token 512 bytes; whoever has them may use the token
 */
public record FileToken(FileInfo file, byte[] token) {

    /**
     * Whether a file is, by what it tells about itself now, what the token stands for, and may be read by whom it could be
     * read then. As far as Hadoop's interfaces let a change be seen: by another file, length or time of modification, and
     * by another mode or owner; not where one ACL has taken another's place.
     */
    public boolean standsFor(BatonFileStatus now) {
        return now.fileId().equals(file.fileId()) && now.getLen() == file.lengthBytes()
                && now.getModificationTime() == file.modifiedMs()
                && now.getPermission().toShort() == (short) file.mode() && now.hasAcl() == file.hasAcl()
                && now.getOwner().equals(file.owner()) && now.getGroup().equals(file.group());
    }

    /** Keeps the token out of logs. */
    @Override
    public String toString() {
        return "FileToken[file=" + file.fileId() + "]";
    }
}
