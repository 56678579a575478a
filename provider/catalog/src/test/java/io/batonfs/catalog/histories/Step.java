package io.batonfs.catalog.histories;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.model.AclEntry;
import io.batonfs.model.Caller;
import java.util.List;

/**
 * One step of a history. It names paths and slots only, and so means something wherever it stands; a step that cannot
 * be done is refused by both sides. A slot is a writer's or token's place in the test.
 */
sealed interface Step {

    record Mkdir(String path, int mode, int umask) implements Step {
        Mkdir(String path) {
            this(path, NaiveTree.DIRECTORY_MODE, 0);
        }
    }

    /** Makes directories "w0" and on, as many as are not there: more than one step of housekeeping handles. */
    record Fill(String path, int count) implements Step { }

    /** Deletes the first so many of those. */
    record Thin(String path, int count) implements Step { }

    record Create(int slot, String path, boolean overwrite, int mode, int umask) implements Step { }

    record Append(int slot, String path) implements Step { }

    /** Bytes reach the owner but are not durable yet. */
    record Write(int slot, int bytes) implements Step { }

    record Flush(int slot) implements Step { }

    /** The extent is full: commits it and takes the next. */
    record NextExtent(int slot) implements Step { }

    record Close(int slot) implements Step { }

    /** The writer has gone; what is durable is kept. */
    record Recover(int slot) implements Step { }

    record Truncate(String path, int length) implements Step { }

    record Concat(String target, List<String> sources) implements Step { }

    record Rename(String source, String destination, boolean overwrite) implements Step { }

    /** As Hadoop's rename: into a directory, never over anything. */
    record Move(String source, String destination) implements Step { }

    record Delete(String path) implements Step { }

    record Chmod(String path, int mode) implements Step { }

    record Chown(String path, String owner, String group) implements Step { }

    record ChangeAcl(String path, AclOperation operation, List<AclEntry> entries) implements Step { }

    /** Asks whether somebody may use something so: done if he may. */
    record Access(Caller caller, String path, int wanted) implements Step { }

    record Xattr(String path, int value, XattrCondition when) implements Step { }

    record RemoveXattr(String path) implements Step { }

    /** Sets a storage policy, or takes it away if the name is empty. */
    record Policy(String path, String name) implements Step { }

    /** Has extents below a path go to where its policies say, found by steps of so many files and extents. */
    record Satisfy(String path, int entries, int extents) implements Step { }

    record Track(String path) implements Step { }

    /** Collects the report of open files below a path now, to be used by a later step with {@code stale}. */
    record Collect(String path) implements Step { }

    record CloneTree(String source, String destination, boolean overwrite, boolean stale) implements Step { }

    record Snapshot(String path, String name, boolean stale) implements Step { }

    record DropSnapshot(String path, String name) implements Step { }

    record MakeToken(int slot, String path, boolean stale) implements Step { }

    record UseToken(int slot, String path) implements Step { }

    record DropToken(int slot) implements Step { }

    record Housekeep(int steps) implements Step { }

    record FlattenAll() implements Step { }

    /** Owners give back what waits to be freed, after a while. */
    record FreeExtents() implements Step { }

    /** An earlier call comes again; counted back from the last one. */
    record Repeat(int back) implements Step { }

    record Checkpoint() implements Step { }

    /** Starts again from the last checkpoint and the log after it. */
    record Crash() implements Step { }
}
