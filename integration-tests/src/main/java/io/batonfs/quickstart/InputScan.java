package io.batonfs.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the files below a directory and takes their SHA-256.
 *
 * <p>A link to a file counts as the file. A link to a directory is followed unless that directory is in the tree
 * already, holds the tree, or lies on another file system; as no directory is entered twice, links can't lead in a
 * circle. What can't be read, or has a name that HDFS refuses, is listed with the reason.
 */
final class InputScan {
    private final Path root;
    private final FileStore store;
    private final List<SourceFile> files = new ArrayList<>();
    private final List<SourceTree.Skipped> skipped = new ArrayList<>();
    private final Set<Path> entered = new HashSet<>();
    /** Links to directories wait until all real directories are known: the real one wins over a link to it. */
    private final Deque<Directory> links = new ArrayDeque<>();

    private InputScan(Path root) throws IOException {
        this.root = root.toRealPath();
        this.store = Files.getFileStore(this.root);
    }

    /** Scans a directory. */
    static SourceTree of(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("the input " + directory + " is not a directory: name one with -Dquickstart.input=DIR");
        }
        InputScan scan = new InputScan(directory);
        scan.walk();
        if (scan.files.isEmpty()) {
            throw new IOException("no readable file was found in " + directory
                    + ": name another directory with -Dquickstart.input=DIR");
        }
        scan.files.sort(Comparator.comparing(SourceFile::name));
        return new SourceTree(scan.files, scan.skipped);
    }

    private void walk() {
        enter(new Directory("", root));
        while (!links.isEmpty()) {
            Directory link = links.removeFirst();
            String refusal = refusalOf(link);
            if (refusal == null) {
                enter(link);
            } else {
                skip(link.name(), refusal);
            }
        }
    }

    private String refusalOf(Directory link) {
        try {
            Path target = link.path().toRealPath();
            if (entered.contains(target)) {
                return "link to a directory that is in the tree already";
            }
            if (root.startsWith(target)) {
                return "link to a directory that holds the input itself";
            }
            return Files.getFileStore(target).equals(store) ? null : "link to another file system";
        } catch (IOException e) {
            return reasonOf(e);
        }
    }

    private void enter(Directory directory) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory.path())) {
            if (!entered.add(directory.path().toRealPath())) {
                return;
            }
            stream.forEach(entries::add);
        } catch (IOException e) {
            skip(directory.name(), reasonOf(e));
            return;
        } catch (DirectoryIteratorException e) {
            skip(directory.name(), reasonOf(e.getCause()));
            return;
        }
        entries.sort(Comparator.naturalOrder());
        for (Path entry : entries) {
            visit(directory.name(), entry);
        }
    }

    private void visit(String parent, Path entry) {
        String last = entry.getFileName().toString();
        String name = parent.isEmpty() ? last : parent + "/" + last;
        String badName = NameRules.refusalOf(last);
        if (badName != null) {
            skip(name, badName);
        } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            enter(new Directory(name, entry));
        } else if (Files.isDirectory(entry)) {
            links.addLast(new Directory(name, entry));
        } else if (Files.isRegularFile(entry)) {
            add(name, entry);
        } else if (Files.isSymbolicLink(entry) && !Files.exists(entry)) {
            skip(name, "dangling link");
        } else {
            skip(name, "neither a file nor a directory");
        }
    }

    private void add(String name, Path entry) {
        try (TextProbe probe = new TextProbe(Files.newInputStream(entry))) {
            String sha256 = Digests.sha256(probe);
            files.add(new SourceFile(name, entry.toRealPath(), probe.bytes(), sha256, probe.isText()));
        } catch (IOException | UncheckedIOException e) {
            skip(name, reasonOf(e));
        }
    }

    private void skip(String name, String reason) {
        skipped.add(new SourceTree.Skipped(name, reason));
    }

    private static String reasonOf(Exception e) {
        if (e instanceof AccessDeniedException) {
            return "not readable by this user";
        }
        if (e instanceof FileSystemLoopException) {
            return "links lead in a circle";
        }
        return e instanceof NoSuchFileException ? "gone while it was read" : e.toString();
    }

    /** A directory and its name below the root. */
    private record Directory(String name, Path path) {
    }
}
