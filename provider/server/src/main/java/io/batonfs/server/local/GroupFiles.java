package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where the files of a group inside one process are. Stateless. */
final class GroupFiles {
    private static final String CATALOG = "catalog";
    private static final String SERVER_PREFIX = "server-";
    private static final String TEMPORARY = "tmp";

    private final Path directory;

    GroupFiles(Path directory) {
        this.directory = directory;
    }

    boolean isFormatted() {
        return Files.exists(directory.resolve(GroupDescriptor.FILE_NAME));
    }

    Path catalog() {
        return directory.resolve(CATALOG);
    }

    /** The file of a device, both numbers from 1; makes the server's directory. */
    Path device(int server, int device) throws IOException {
        return Files.createDirectories(directory.resolve(SERVER_PREFIX + server)).resolve("device-" + device);
    }

    /**
     * Deletes what a formatting left that was cut short, which nobody can have used.
     *
     * @param directoryKey the setting that names the directory, for messages
     * @throws BatonException INVALID_ARGUMENT if there is anything else in the directory
     */
    void clearUnfinished(String directoryKey) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.toList()) {
                String name = child.getFileName().toString();
                if (name.equals(CATALOG) || name.equals(TEMPORARY) || name.startsWith(SERVER_PREFIX)
                        || name.equals(GroupDescriptor.FILE_NAME + ".new")) {
                    delete(child);
                } else if (!name.equals(GroupLock.FILE_NAME)) {
                    throw new BatonException(ErrorCode.INVALID_ARGUMENT, directory + " holds no Baton group but other "
                            + "files (" + name + "); set " + directoryKey + " to a directory of its own");
                }
            }
        }
    }

    /** Takes away what says that the directory holds a group: what is left counts as an unfinished formatting. */
    void disown() throws IOException {
        Files.deleteIfExists(directory.resolve(GroupDescriptor.FILE_NAME));
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    /** A directory for files that nobody misses; there after this. */
    Path makeTemporary() throws IOException {
        return Files.createDirectories(directory.resolve(TEMPORARY));
    }

    /** Deletes that directory, a killed process' too. */
    void deleteTemporary() throws IOException {
        if (Files.exists(directory.resolve(TEMPORARY))) {
            delete(directory.resolve(TEMPORARY));
        }
    }

    private static void delete(Path root) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(root)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
