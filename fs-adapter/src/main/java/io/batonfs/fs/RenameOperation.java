package io.batonfs.fs;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code rename(src, dst)} with the meaning that it has in HDFS: into a destination that is a directory; false rather
 * than an exception where source, destination's parent or room for it is missing. The rename itself is one atomic call.
 */
final class RenameOperation {
    private final BatonClient client;

    RenameOperation(BatonClient client) {
        this.client = client;
    }

    /**
     * Renames.
     *
     * @return whether the source is now at (or below) the destination
     */
    boolean rename(String source, String destination) throws IOException {
        if (source.equals("/")) {
            return false;
        }
        Optional<FileInfo> from = client.status(source);
        if (from.isEmpty()) {
            return false;
        }
        Optional<FileInfo> to = client.status(destination);
        String target = to.isPresent() && to.get().isDirectory()
                ? child(destination, source.substring(source.lastIndexOf('/') + 1))
                : destination;
        if (target.equals(source)) {
            return true;
        }
        if (target.startsWith(source + "/")) {
            return false;
        }
        try {
            client.rename(source, target, false);
            return true;
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.ALREADY_EXISTS) {
                return false;
            }
            throw e;
        }
    }

    private static String child(String directory, String name) {
        return directory.equals("/") ? "/" + name : directory + "/" + name;
    }
}
