package io.batonfs.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Compares a tree with the source by reading every byte back: the same files, the same lengths, the same SHA-256. Uses
 * nothing of what distcp or the file system say of checksums.
 */
final class TreeCheck {
    private static final int LISTED_AT_MOST = 5;

    private final FileSystem fs;
    private final Path root;
    private final List<String> problems = new ArrayList<>();

    private TreeCheck(FileSystem fs, Path root) {
        this.fs = fs;
        this.root = fs.makeQualified(root);
    }

    /** Compares; returns what differs, a sentence each, empty if nothing does. */
    static List<String> compare(SourceTree source, FileSystem fs, Path root) throws IOException {
        TreeCheck check = new TreeCheck(fs, root);
        check.run(source);
        return shortened(check.problems);
    }

    private void run(SourceTree source) throws IOException {
        Map<String, SourceFile> awaited = new HashMap<>();
        source.files().forEach(file -> awaited.put(file.name(), file));
        String path = root.toUri().getPath();
        String prefix = path.endsWith("/") ? path : path + "/";
        RemoteIterator<LocatedFileStatus> found = fs.listFiles(root, true);
        while (found.hasNext()) {
            LocatedFileStatus status = found.next();
            String name = status.getPath().toUri().getPath().substring(prefix.length());
            SourceFile file = awaited.remove(name);
            if (file == null) {
                problems.add(status.getPath() + " is not in the source");
            } else {
                compareFile(file, status);
            }
        }
        awaited.keySet().stream().sorted().forEach(name -> problems.add(prefix + name + " is missing"));
    }

    private void compareFile(SourceFile file, LocatedFileStatus status) throws IOException {
        if (status.getLen() != file.lengthBytes()) {
            problems.add(status.getPath() + " has " + status.getLen() + " bytes, its source has " + file.lengthBytes());
            return;
        }
        try (InputStream in = fs.open(status.getPath())) {
            if (!Digests.sha256(in).equals(file.sha256())) {
                problems.add(status.getPath() + " differs from its source " + file.origin());
            }
        }
    }

    private static List<String> shortened(List<String> problems) {
        if (problems.size() <= LISTED_AT_MOST) {
            return List.copyOf(problems);
        }
        List<String> some = new ArrayList<>(problems.subList(0, LISTED_AT_MOST));
        some.add("and " + (problems.size() - LISTED_AT_MOST) + " more");
        return some;
    }
}
