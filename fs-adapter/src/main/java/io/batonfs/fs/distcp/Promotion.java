package io.batonfs.fs.distcp;

import io.batonfs.fs.BatonFileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;

/**
 * How a temporary file becomes the target of one record, in one call where the stock code makes four. That looks whether
 * the target is there (and deletes it), looks whether its parent is there (and makes it), renames, and at last deletes
 * the temporary name, which mostly is gone. Here what the record's first look has shown, that there is no target, is
 * taken for granted until the rename, which refuses if it isn't so any more, or if there is no parent; then all is done
 * as the stock code does it. And a name that was renamed away is not deleted.
 *
 * <p>What is taken for granted is never an answer for anybody else: it is checked by the rename, in one step with it.
 * One thread.
 */
final class Promotion {
    private Path absent;
    /** The stock code is about to rename to what was absent: a chunk has another target than the record. */
    private boolean promoting;
    private Path renamed;

    /** Forgets all: another record is copied. */
    void begin() {
        sawNothing(null);
        renamed = null;
    }

    /** The stock mapper has looked for its target, and there was none. */
    void sawNothing(Path path) {
        absent = path;
        promoting = false;
    }

    /** A file is made under a name, which may be one that was renamed away before. */
    void made(Path path) {
        if (path.equals(renamed)) {
            renamed = null;
        }
    }

    /** Whether there is something at a path, as far as the rename will tell; empty if it has to be looked at now. */
    Optional<Boolean> isThere(Path path) {
        if (path.equals(absent)) {
            promoting = true;
            return Optional.of(false);
        }
        return promoting && path.equals(absent.getParent()) ? Optional.of(true) : Optional.empty();
    }

    /**
     * Renames as the stock mapper asks for.
     *
     * @return whether the target is in place
     */
    boolean rename(BatonFileSystem fs, Path source, Path target) throws IOException {
        boolean done = target.equals(absent) ? promote(fs, source, target) : fs.rename(source, target);
        if (done) {
            renamed = source;
        }
        return done;
    }

    @SuppressWarnings("deprecation") // FileSystem has no other rename that refuses to replace
    private boolean promote(BatonFileSystem fs, Path source, Path target) throws IOException {
        try {
            fs.rename(source, target, Rename.NONE);
            return true;
        } catch (FileAlreadyExistsException | FileNotFoundException | ParentNotDirectoryException e) {
            // It is not as it was: somebody has made a target meanwhile, or taken the directory away.
            sawNothing(null);
        }
        if (fs.exists(target) && !fs.delete(target, false)) {
            return false;
        }
        Path parent = target.getParent();
        return (fs.exists(parent) || fs.mkdirs(parent)) && fs.rename(source, target);
    }

    /** Whether nothing of this record's can be at a path, because it was renamed away from there. */
    boolean isRenamed(Path path) {
        return path.equals(renamed);
    }
}
