package io.batonfs.bench;

import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Where a row's work is done: in a client's JVM, on one contender.
 *
 * @param contender what it is
 * @param fs        the client's file system; the work doesn't close it
 * @param root      a directory that is there; the work cleans up what it puts below
 * @param sizes     how much to do
 */
record Site(Contender contender, FileSystem fs, Path root, Sizes sizes) {

    /** A path below the root. */
    Path path(String name) {
        return new Path(root, name);
    }
}
