package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonInput;
import io.batonfs.fs.BatonPathHandle.Seen;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.protocol.ListPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.hadoop.fs.InvalidPathHandleException;
import org.apache.hadoop.fs.Options.HandleOpt;

/**
 * Makes path handles and opens them. What a handle forbids to have changed is checked on the file that was opened, so
 * that nothing that happens meanwhile gives other bytes. A handle that allows its file to move has the group follow the
 * file from then on. Thread-safe.
 */
final class PathHandles {
    private static final int PAGE_ENTRIES = 1000;

    /** How often a file that is moved between being found and being opened is looked for again. */
    private static final int TRIES = 5;

    private final GroupCalls group;

    PathHandles(GroupCalls group) {
        this.group = group;
    }

    /**
     * A handle for a file. One that may move, and did since its status was taken, is found if it is in the same
     * directory still.
     *
     * @param path where the status says that it is
     */
    BatonPathHandle make(String path, BatonFileStatus status, HandleOpt... options) {
        if (status.isDirectory()) {
            throw new IllegalArgumentException("PathHandle only available for files, not " + path);
        }
        boolean mayChange = HandleOpt.getOpt(HandleOpt.Data.class, options)
                .orElse(HandleOpt.changed(false)).allowChange();
        boolean mayMove = HandleOpt.getOpt(HandleOpt.Location.class, options)
                .orElse(HandleOpt.moved(false)).allowChange();
        Seen seen = new Seen(path, status.fileId(), status.getModificationTime(), status.getLen(), mayChange, mayMove);
        if (!mayMove) {
            return BatonPathHandle.of(seen);
        }
        try {
            FileId followed = group.read(path, client -> follow(client, seen));
            return BatonPathHandle.of(new Seen(path, followed, seen.modifiedMs(), seen.lengthBytes(), mayChange, true));
        } catch (IOException e) {
            throw new UncheckedIOException("no path handle for " + path, e);
        }
    }

    /** Opens the file of a handle. */
    BatonInput open(Seen seen) throws IOException {
        return group.read(seen.path(), client -> seen.mayMove() ? openMoved(client, seen) : openInPlace(client, seen));
    }

    private static BatonInput openInPlace(BatonClient client, Seen seen) throws IOException {
        Optional<BatonInput> input = openIfThere(client, seen.path());
        if (input.isEmpty()) {
            throw new InvalidPathHandleException("no file is at " + seen.path() + " any more");
        }
        if (!input.get().info().fileId().equals(seen.file())) {
            throw closing(input.get(), "another file is at " + seen.path() + " by now");
        }
        return unchanged(input.get(), seen);
    }

    private static BatonInput openMoved(BatonClient client, Seen seen) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Optional<String> path = client.pathOf(seen.file());
            if (path.isEmpty()) {
                throw new InvalidPathHandleException("the file that was at " + seen.path() + " is gone");
            }
            Optional<BatonInput> input = openIfThere(client, path.get());
            if (input.isPresent()) {
                if (input.get().info().fileId().equals(seen.file())) {
                    return unchanged(input.get(), seen);
                }
                input.get().close();
            }
        }
        throw new InvalidPathHandleException("the file that was at " + seen.path() + " is moved faster than it can be "
                + "opened: try again");
    }

    private static Optional<BatonInput> openIfThere(BatonClient client, String path) throws IOException {
        try {
            return Optional.of(client.open(path));
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.NOT_A_DIRECTORY
                    || e.code() == ErrorCode.IS_A_DIRECTORY) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static BatonInput unchanged(BatonInput input, Seen seen) throws IOException {
        if (!seen.mayChange() && !isAsSeen(input.info(), seen)) {
            throw closing(input, "the file that was at " + seen.path() + " was changed since");
        }
        return input;
    }

    private static InvalidPathHandleException closing(BatonInput input, String reason) throws IOException {
        input.close();
        return new InvalidPathHandleException(reason);
    }

    private static boolean isAsSeen(FileInfo info, Seen seen) {
        return info.modifiedMs() == seen.modifiedMs() && info.lengthBytes() == seen.lengthBytes();
    }

    /** Has the group follow the file; its id. */
    private static FileId follow(BatonClient client, Seen seen) throws IOException {
        Optional<FileInfo> there = trackIfThere(client, seen.path());
        // What a clone brought in has its source's id until the group follows it: it is told by being as it was seen.
        if (there.isPresent() && (there.get().fileId().equals(seen.file()) || isAsSeen(there.get(), seen))) {
            return there.get().fileId();
        }
        Optional<String> renamed = inSameDirectory(client, seen);
        if (renamed.isPresent()) {
            Optional<FileInfo> found = trackIfThere(client, renamed.get());
            if (found.isPresent() && found.get().fileId().equals(seen.file())) {
                return seen.file();
            }
        }
        if (client.pathOf(seen.file()).isPresent() && there.isEmpty()) {
            return seen.file();
        }
        throw new InvalidPathHandleException("the file is not at " + seen.path() + " nor beside it any more: take its "
                + "status again");
    }

    private static Optional<FileInfo> trackIfThere(BatonClient client, String path) throws IOException {
        try {
            return Optional.of(client.track(path));
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.NOT_A_DIRECTORY
                    || e.code() == ErrorCode.IS_A_DIRECTORY) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Optional<String> inSameDirectory(BatonClient client, Seen seen) throws IOException {
        int slash = seen.path().lastIndexOf('/');
        String directory = slash == 0 ? "/" : seen.path().substring(0, slash);
        String cursor = "";
        while (true) {
            ListPage page = client.list(directory, cursor, PAGE_ENTRIES);
            for (FileInfo entry : page.entries()) {
                if (entry.fileId().equals(seen.file()) && !entry.isDirectory()) {
                    return Optional.of(seen.path().substring(0, slash + 1) + entry.name());
                }
                cursor = entry.name();
            }
            if (!page.more()) {
                return Optional.empty();
            }
        }
    }
}
