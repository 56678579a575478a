package io.batonfs.bench;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** Makes what is copied or cloned. */
@FunctionalInterface
interface LayOut {
    /** Makes it at a path where nothing is. */
    void make(Site site, Path path) throws Exception;

    /** A file that is written. */
    static LayOut written(long bytes) {
        return (site, path) -> new BigFile().write(site.fs(), path, bytes);
    }

    /**
     * A file of a Baton group that is put together: a copy is put behind it, and a copy of both behind both, and so on.
     *
     * @param bytes     of the file that is written
     * @param doublings how often the length is doubled
     */
    static LayOut doubled(long bytes, int doublings) {
        return (site, path) -> {
            written(bytes).make(site, path);
            BatonFileSystem baton = (BatonFileSystem) site.fs();
            for (int i = 0; i < doublings; i++) {
                Path half = path.suffix("-half");
                CopyWork.copyByToken(baton, baton.getFileStatus(path), half);
                baton.concat(path, new Path[] {half});
            }
            long length = baton.getFileStatus(path).getLen();
            if (length != bytes << doublings) {
                throw new IOException(path + " has " + length + " bytes after " + doublings + " doublings of " + bytes);
            }
        };
    }
}
