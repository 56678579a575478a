package io.batonfs.catalog.ratis;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

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

    /** Is asked whether there is room, before anything is copied. */
    @FunctionalInterface
    public interface Room {
        /**
         * So many bytes are going to be written.
         *
         * @throws IOException if there is no room for them; the copy ends with it
         */
        void needs(long bytes) throws IOException;
    }

    /**
     * Makes the copy. If it can't be made, nothing of it is left.
     *
     * @param original how the peer is opened
     * @param target   a directory that is not there yet
     * @param betweenFiles called again and again; may throw, which ends the copy
     * @return how the copy is opened
     * @throws BatonException DATA_LOST if there is no log
     * @throws IOException    that of the room too
     */
    public static CatalogLogConfig make(CatalogLogConfig original, Path target, Room room, Runnable betweenFiles)
            throws IOException {
        if (!Files.isDirectory(original.groupDirectory())) {
            throw new BatonException(ErrorCode.DATA_LOST, "there is no log of the catalog in "
                    + original.groupDirectory() + "; put it back from a backup");
        }
        CatalogLogConfig copy = new CatalogLogConfig(target, original.group(), original.self(), original.peers(),
                original.snapshotEvery(), original.electionTimeout(), original.submitTimeout(), original.tables());
        try {
            Map<Path, Path> toCopy = linkTables(original.raftDirectory(), copy.raftDirectory(), betweenFiles);
            long bytes = 0;
            for (Path file : toCopy.keySet()) {
                bytes += Files.size(file);
            }
            room.needs(bytes);
            for (Map.Entry<Path, Path> file : toCopy.entrySet()) {
                betweenFiles.run();
                Files.copy(file.getKey(), file.getValue());
            }
            return copy;
        } catch (IOException | RuntimeException e) {
            deleteAfter(target, e);
            throw e;
        }
    }

    /** Makes the directories and the links; returns what is still to be copied, and where to. */
    private static Map<Path, Path> linkTables(Path from, Path to, Runnable betweenFiles) throws IOException {
        Map<Path, Path> toCopy = new LinkedHashMap<>();
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
                if (LEFT_OUT.contains(directory.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                betweenFiles.run();
                Path place = to.resolve(from.relativize(file));
                if (!LEFT_OUT.contains(file.getFileName().toString()) && !link(file, place)) {
                    toCopy.put(file, place);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return toCopy;
    }

    private static boolean link(Path file, Path place) throws IOException {
        if (!file.getFileName().toString().endsWith(".sst")) {
            return false;
        }
        try {
            Files.createLink(place, file);
            return true;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // No links here, or not for this user: the bytes are as good.
            Files.deleteIfExists(place);
            return false;
        }
    }

    private static void deleteAfter(Path target, Exception reason) {
        try (Stream<Path> all = Files.exists(target) ? Files.walk(target) : Stream.empty()) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException | UncheckedIOException e) {
            reason.addSuppressed(e);
        }
    }
}
