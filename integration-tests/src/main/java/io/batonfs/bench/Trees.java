package io.batonfs.bench;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/** Trees of small files in the directories of a root, for clones. */
final class Trees {
    private static final int WRITERS = 8;
    private static final byte[] CONTENT = new byte[1024];

    private Trees() {
    }

    /** A tree whose files were each created and written. */
    static LayOut made(int directories, int directoryFiles) {
        return (site, root) -> {
            int files = directories * directoryFiles;
            Repetition.times((files + WRITERS - 1) / WRITERS, WRITERS, (writer, round) -> {
                int number = Math.toIntExact(round * WRITERS + writer);
                if (number < files) {
                    write(site, new Path(directory(root, number / directoryFiles), "file-" + number));
                }
            });
        };
    }

    /** A tree whose first directory was made so, and whose others are clones of it: shared until they change. */
    static LayOut shared(int directories, int directoryFiles) {
        return (site, root) -> {
            made(1, directoryFiles).make(site, root);
            for (int i = 1; i < directories; i++) {
                ((BatonFileSystem) site.fs()).cloneTree(directory(root, 0), directory(root, i));
            }
        };
    }

    /** A directory of a tree. */
    static Path directory(Path root, int number) {
        return new Path(root, "directory-" + number);
    }

    /** Creates a small file, writes and closes it. */
    static void write(Site site, Path file) throws IOException {
        try (FSDataOutputStream out = site.fs().create(file, false)) {
            out.write(CONTENT);
        }
    }

    /** Fails if a tree has not so many files. */
    static void check(Site site, Path root, long files) throws IOException {
        long found = site.fs().getContentSummary(root).getFileCount();
        if (found != files) {
            throw new IOException(root + " has " + found + " files, and " + files + " should be there");
        }
    }
}
