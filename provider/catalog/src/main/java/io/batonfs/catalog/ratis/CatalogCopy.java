package io.batonfs.catalog.ratis;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Copies the log and the snapshots of a peer that nobody has open, for who wants to look at the tables and leave the
 * peer as it is: opening a peer cuts off a torn entry, writes to its log and takes snapshots. Table files, which never
 * change, are linked where the file system can; what is copied beside them is the log since the newest snapshot.
 * Stateless.
 */
public final class CatalogCopy {
    /** Ratis' lock, and what was never finished. */
    private static final Set<String> LEFT_OUT = Set.of("in_use.lock", "tmp");

    private CatalogCopy() {
    }

    /**
     * Makes the copy.
     *
     * @param original how the peer is opened
     * @param target   a directory that is not there yet
     * @return how the copy is opened
     * @throws BatonException DATA_LOST if there is no log
     */
    public static CatalogLogConfig make(CatalogLogConfig original, Path target) throws IOException {
        if (!Files.isDirectory(original.groupDirectory())) {
            throw new BatonException(ErrorCode.DATA_LOST, "there is no log of the catalog in "
                    + original.groupDirectory() + "; put it back from a backup");
        }
        CatalogLogConfig copy = new CatalogLogConfig(target, original.group(), original.self(), original.peers(),
                original.snapshotEvery(), original.electionTimeout(), original.submitTimeout(), original.tables());
        Files.walkFileTree(original.raftDirectory(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
                if (LEFT_OUT.contains(directory.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(placeOf(directory));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!LEFT_OUT.contains(file.getFileName().toString())) {
                    copyFile(file, placeOf(file));
                }
                return FileVisitResult.CONTINUE;
            }

            private Path placeOf(Path path) {
                return copy.raftDirectory().resolve(original.raftDirectory().relativize(path));
            }
        });
        return copy;
    }

    private static void copyFile(Path file, Path place) throws IOException {
        if (file.getFileName().toString().endsWith(".sst")) {
            try {
                Files.createLink(place, file);
                return;
            } catch (UnsupportedOperationException | FileSystemException e) {
                // No links here, or not for this user: the bytes are as good.
                Files.deleteIfExists(place);
            }
        }
        Files.copy(file, place);
    }
}
