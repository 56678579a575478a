package io.batonfs.fs;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.hadoop.fs.ContentSummary;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Adds up a tree, holding a page of each directory at most and the directories still to visit. One use, one thread. */
final class TreeSummary {
    private final FileSystem fs;
    private long files;
    private long directories;
    private long bytes;
    private long replicatedBytes;

    TreeSummary(FileSystem fs) {
        this.fs = fs;
    }

    /** The summary of a file, or of a directory with all below it. */
    ContentSummary of(Path root) throws IOException {
        Deque<Path> toVisit = new ArrayDeque<>();
        add(fs.getFileStatus(root), toVisit);
        while (!toVisit.isEmpty()) {
            RemoteIterator<FileStatus> entries = fs.listStatusIterator(toVisit.pop());
            while (entries.hasNext()) {
                add(entries.next(), toVisit);
            }
        }
        return new ContentSummary.Builder()
                .length(bytes)
                .fileCount(files)
                .directoryCount(directories)
                .spaceConsumed(replicatedBytes)
                // "None": without it the shell's "-count -e" fails.
                .erasureCodingPolicy("")
                .build();
    }

    private void add(FileStatus status, Deque<Path> toVisit) {
        if (status.isDirectory()) {
            directories++;
            toVisit.push(status.getPath());
        } else {
            files++;
            bytes += status.getLen();
            replicatedBytes += status.getLen() * status.getReplication();
        }
    }
}
