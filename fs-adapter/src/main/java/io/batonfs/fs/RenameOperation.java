package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code rename(src, dst)} with the meaning that it has in HDFS: into a destination that is a directory; false rather
 * than an exception where source, destination's parent or room for it is missing.
 *
 * <p>It looks whether the destination is a directory and then renames, which is one atomic call. The answer is what a
 * single atomic operation could have given at some moment of it: a success proves by itself that the destination was as
 * seen, since nothing is overwritten; a refusal that the destination can have caused by having changed meanwhile is looked
 * into again.
 */
final class RenameOperation {
    /** Each try but the first means that somebody else has made, replaced or removed the destination meanwhile. */
    private static final int MOST_TRIES = 100;

    private final BatonClient client;

    RenameOperation(BatonClient client) {
        this.client = client;
    }

    /**
     * Renames.
     *
     * @return whether the source is now at (or below) the destination
     * @throws BatonException BUSY if others change the destination faster than it can be looked at
     */
    boolean rename(String source, String destination) throws IOException {
        if (source.equals("/")) {
            return false;
        }
        for (int i = 0; i < MOST_TRIES; i++) {
            Optional<Boolean> renamed = tryRename(source, destination);
            if (renamed.isPresent()) {
                return renamed.get();
            }
        }
        throw new BatonException(ErrorCode.BUSY, destination + " changes between file, directory and nothing all the time; "
                + "rename " + source + " again when others leave it alone");
    }

    /** The result; empty if the destination changed between the look and the rename. */
    private Optional<Boolean> tryRename(String source, String destination) throws IOException {
        Optional<FileInfo> from = client.status(source);
        if (from.isEmpty()) {
            return Optional.of(false);
        }
        if (source.equals(destination)) {
            return Optional.of(isFile(from));
        }
        boolean into = isDirectory(client.status(destination));
        String target = into ? child(destination, source.substring(source.lastIndexOf('/') + 1)) : destination;
        if (target.equals(source)) {
            // Already in that directory, which was there when the source was.
            return Optional.of(true);
        }
        if (target.startsWith(source + "/")) {
            return Optional.of(false);
        }
        try {
            client.rename(source, target, false);
            return Optional.of(true);
        } catch (BatonException e) {
            switch (e.code()) {
                case ALREADY_EXISTS:
                    return into || isFile(client.status(destination)) ? Optional.of(false) : Optional.empty();
                case NOT_FOUND:
                    return into ? Optional.empty() : Optional.of(false);
                case NOT_A_DIRECTORY:
                    if (into) {
                        return Optional.empty();
                    }
                    throw e;
                default:
                    throw e;
            }
        }
    }

    private static boolean isDirectory(Optional<FileInfo> info) {
        return info.map(FileInfo::isDirectory).orElse(false);
    }

    private static boolean isFile(Optional<FileInfo> info) {
        return info.map(found -> !found.isDirectory()).orElse(false);
    }

    private static String child(String directory, String name) {
        return directory.equals("/") ? "/" + name : directory + "/" + name;
    }
}
