package io.batonfs.quickstart;

import java.util.List;

/**
 * What the input holds.
 *
 * @param files   the files that can be carried, by name
 * @param skipped what can't, each with its reason
 */
record SourceTree(List<SourceFile> files, List<Skipped> skipped) {

    SourceTree {
        files = List.copyOf(files);
        skipped = List.copyOf(skipped);
    }

    /** Bytes of all files. */
    long bytes() {
        return files.stream().mapToLong(SourceFile::lengthBytes).sum();
    }

    /** Something that is not carried. */
    record Skipped(String name, String reason) {
    }
}
