package io.batonfs.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory of links that shows exactly the files that were scanned, so that the stock distcp can be given the whole
 * tree though it holds entries that would fail it (dangling links, unreadable files). No byte is copied.
 */
final class InputView {

    private InputView() {
    }

    /** Makes the view in a directory that doesn't exist yet. */
    static void make(SourceTree tree, Path directory) throws IOException {
        Files.createDirectories(directory);
        for (SourceFile file : tree.files()) {
            Path link = directory.resolve(file.name());
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, file.origin());
        }
    }
}
