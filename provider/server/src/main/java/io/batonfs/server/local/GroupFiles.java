package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the files of a group inside one process are. Only the user that the group runs as gets into the directories that
 * it makes: signing keys, proofs of tokens and everybody's data are below them. Stateless.
 */
final class GroupFiles {
    private static final String CATALOG = "catalog";
    private static final String SERVER_PREFIX = "server-";
    private static final String MAINTENANCE = "maintenance";
    private static final String REPLACED_DEVICES = "devices";
    private static final String SETS = "sets";
    private static final String FORMER = "former";
    private static final String TEMPORARY = "tmp";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path directory;

    GroupFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes the group's directory if it isn't there; one that is keeps its permissions.
     *
     * @param directoryKey the setting that names the directory, for messages
     * @throws BatonException INVALID_ARGUMENT if it can't be made, is no directory, nothing can be made in it, or its
     *                        name has a comma
     */
    void makeDirectory(String directoryKey) throws IOException {
        if (directory.toString().indexOf(',') >= 0) {
            // Ratis takes it for a list of directories.
            throw unusable(directoryKey, "the catalog's log can't be kept below a name with a comma", null);
        }
        try {
            if (directory.getParent() != null) {
                Files.createDirectories(directory.getParent());
            }
            if (!Files.exists(directory)) {
                makePrivate(directory);
            }
        } catch (FileSystemException e) {
            throw unusable(directoryKey, "it can't be made (" + reason(e) + ")", e);
        }
        if (!Files.isDirectory(directory)) {
            throw unusable(directoryKey, "it is no directory", null);
        }
        if (!Files.isWritable(directory)) {
            throw unusable(directoryKey, "user " + System.getProperty("user.name") + " may not write there", null);
        }
    }

    private BatonException unusable(String directoryKey, String why, Exception cause) {
        return new BatonException(ErrorCode.INVALID_ARGUMENT, directoryKey + " = " + directory + " can't be used: " + why
                + "; name a directory that user " + System.getProperty("user.name") + " can make and write to", cause);
    }

    /** Exceptions of the file system often have no message but the path. */
    private static String reason(FileSystemException e) {
        String what = e instanceof AccessDeniedException ? "access denied"
                : e instanceof NoSuchFileException ? "no such directory" : e.getReason();
        return (what == null ? "not a directory, or it can't be written to" : what) + ": " + e.getFile();
    }

    /** Makes a directory, or takes one that is there, that nobody but the owner gets into. */
    private static Path makePrivate(Path made) throws IOException {
        if (Files.isDirectory(made)) {
            if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(made))) {
                Files.setPosixFilePermissions(made, OWNER_ONLY);
            }
            return made;
        }
        return Files.createDirectory(made, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    /**
     * Whether the directory holds a group.
     *
     * @throws BatonException PERMISSION_DENIED if this user may not see that: there may be one, or not
     */
    boolean isFormatted() throws IOException {
        try {
            Files.readAttributes(directory.resolve(GroupDescriptor.FILE_NAME), BasicFileAttributes.class);
            return true;
        } catch (FileSystemException e) {
            return isThere(e);
        }
    }

    /** What follows from not being able to look at the descriptor. */
    boolean isThere(FileSystemException failure) throws IOException {
        if (failure instanceof AccessDeniedException) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "user " + System.getProperty("user.name")
                    + " may not look into " + directory + "; run this as the user that the group belongs to", failure);
        }
        if (failure instanceof NoSuchFileException || Files.notExists(directory) || !Files.isDirectory(directory)) {
            return false;
        }
        throw failure;
    }

    /** The catalog's directory; there after this. */
    Path catalog() throws IOException {
        return makePrivate(catalogPath());
    }

    /** The catalog's directory, whether it is there or not. */
    Path catalogPath() {
        return directory.resolve(CATALOG);
    }

    /** The file of a device, both numbers from 1; whether its directory is there or not. */
    Path device(int server, int device) {
        return directory.resolve(SERVER_PREFIX + server).resolve("device-" + device);
    }

    /** Makes the directory of a server's devices, numbered from 1. */
    void makeServer(int server) throws IOException {
        makePrivate(directory.resolve(SERVER_PREFIX + server));
    }

    /** What a server, numbered from 1, keeps of its own beside its devices; there after this. */
    Path makeMaintenance(int server) throws IOException {
        return makePrivate(makePrivate(directory.resolve(MAINTENANCE)).resolve(SERVER_PREFIX + server));
    }

    /** Which devices of a server, numbered from 1, were replaced; see {@link ReplacedDevices}. It need not be there. */
    Path replacedDevices(int server) {
        return directory.resolve(MAINTENANCE).resolve(SERVER_PREFIX + server).resolve(REPLACED_DEVICES);
    }

    /** As the other one, of a set of its devices, from 1. */
    Path replacedDevices(int server, int set) {
        Path ofFirst = replacedDevices(server);
        return set == PoolName.FIRST_SET ? ofFirst : ofFirst.resolveSibling(REPLACED_DEVICES + "-" + set);
    }

    /** Makes the directory of what is known of further sets of devices. */
    void makeSets() throws IOException {
        makePrivate(directory.resolve(SETS));
        forceDirectory(directory);
    }

    /** Which further sets of devices a server, numbered from 1, has; see {@link FurtherSets}. It need not be there. */
    Path furtherSets(int server) {
        return directory.resolve(SETS).resolve(SERVER_PREFIX + server);
    }

    /** Devices of a group that is formatted over; see {@link FormerDevices}. There only until that is done. */
    Path formerDevices() {
        return directory.resolve(FORMER);
    }

    /** Writes a file, whole or not at all, so that it lasts. */
    static void writeWhole(Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
        moveInto(temporary, file);
    }

    /** Gives a file in the same directory its name, so that it lasts. */
    static void moveInto(Path temporary, Path file) throws IOException {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory(file.getParent());
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel parent = FileChannel.open(directory, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }

    /**
     * Looks whether all that is in the directory is a group's, or of a formatting that was cut short.
     *
     * @param directoryKey the setting that names the directory, for messages
     * @throws BatonException INVALID_ARGUMENT if there is anything else
     */
    void refuseOtherFiles(String directoryKey) throws IOException {
        for (Path child : children()) {
            String name = child.getFileName().toString();
            if (!isUnfinished(name) && !name.equals(GroupLock.FILE_NAME) && !name.equals(GroupDescriptor.FILE_NAME)
                    && !name.equals(FORMER)) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, directory + " holds files that are none of a Baton "
                        + "group's (" + name + "); set " + directoryKey + " to a directory of its own");
            }
        }
    }

    /**
     * Deletes what a formatting left that was cut short, which nobody can have used.
     *
     * @param directoryKey the setting that names the directory, for messages
     * @throws BatonException INVALID_ARGUMENT if there is anything else in the directory; nothing was deleted then
     */
    void clearUnfinished(String directoryKey) throws IOException {
        refuseOtherFiles(directoryKey);
        for (Path child : children()) {
            if (isUnfinished(child.getFileName().toString())) {
                delete(child);
            }
        }
    }

    /**
     * Looks whether {@link #clearUnfinished} may delete all that it would.
     *
     * @throws BatonException PERMISSION_DENIED if not
     */
    void refuseUndeletable() throws IOException {
        for (Path child : children()) {
            if (isUnfinished(child.getFileName().toString())) {
                refuseUndeletable(child);
            }
        }
    }

    private static void refuseUndeletable(Path child) throws IOException {
        List<Path> directories;
        try (Stream<Path> all = Files.walk(child)) {
            directories = all.filter(Files::isDirectory).toList();
        } catch (AccessDeniedException e) {
            // Of the child itself; of what is below it, it comes unchecked.
            throw undeletable(child);
        } catch (UncheckedIOException e) {
            throw e.getCause() instanceof AccessDeniedException ? undeletable(child) : e.getCause();
        }
        if (!directories.stream().allMatch(Files::isWritable)) {
            throw undeletable(child);
        }
    }

    private static BatonException undeletable(Path child) {
        return new BatonException(ErrorCode.PERMISSION_DENIED, "user " + System.getProperty("user.name")
                + " may not delete all that is in " + child + ", so the group there stays; run this as the user that it "
                + "belongs to");
    }

    /** Whether a file is among what {@link #clearUnfinished} deletes. */
    boolean isEmptiedByFormatting(Path path) {
        Path group = directory.toAbsolutePath().normalize();
        Path below = path.toAbsolutePath().normalize();
        return below.startsWith(group) && !below.equals(group)
                && isUnfinished(group.relativize(below).getName(0).toString());
    }

    private static boolean isUnfinished(String name) {
        return name.equals(CATALOG) || name.equals(TEMPORARY) || name.equals(MAINTENANCE) || name.equals(SETS)
                || name.startsWith(SERVER_PREFIX) || name.equals(GroupDescriptor.FILE_NAME + ".new")
                || name.equals(FORMER + ".new");
    }

    private List<Path> children() throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        }
    }

    /** Takes away what says that the directory holds a group: what is left counts as an unfinished formatting. */
    void disown() throws IOException {
        Files.deleteIfExists(directory.resolve(GroupDescriptor.FILE_NAME));
        forceDirectory(directory);
    }

    /** A directory for files that nobody misses; there after this. */
    Path makeTemporary() throws IOException {
        return makePrivate(directory.resolve(TEMPORARY));
    }

    /**
     * Looks whether this process runs as the user that the group belongs to. What another one leaves here when it is
     * killed, the group's server could not delete.
     *
     * @throws BatonException PERMISSION_DENIED if it does not
     */
    void refuseOtherUser() throws IOException {
        UserPrincipal group = Files.getOwner(directory.resolve(GroupDescriptor.FILE_NAME));
        UserPrincipal mine = Files.getOwner(makeTemporary());
        if (!group.equals(mine)) {
            deleteTemporary();
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "the group in " + directory + " belongs to user "
                    + group.getName() + ", and this runs as " + mine.getName() + "; run it as " + group.getName());
        }
    }

    /** Whether that directory is there. */
    boolean hasTemporary() {
        return Files.exists(directory.resolve(TEMPORARY));
    }

    /**
     * Deletes that directory, a killed process' too. Somebody else may be deleting it at the same time.
     *
     * @throws BatonException PERMISSION_DENIED if it is another user's
     */
    void deleteTemporary() throws IOException {
        Path temporary = directory.resolve(TEMPORARY);
        if (hasTemporary()) {
            try {
                delete(temporary);
            } catch (IOException e) {
                throw undeletable(temporary, e);
            }
        }
    }

    /** What is told of temporary files that stay. */
    static IOException undeletable(Path temporary, IOException failure) {
        return failure instanceof AccessDeniedException
                ? new BatonException(ErrorCode.PERMISSION_DENIED, "user " + System.getProperty("user.name")
                        + " may not delete " + temporary + ", which a process of another user has left; nobody needs "
                        + "what is in it: delete it as that user, or as root", failure)
                : failure;
    }

    private static void delete(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return goesOn(failure);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return failure == null ? FileVisitResult.CONTINUE : goesOn(failure);
            }

            private FileVisitResult goesOn(IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }
}
