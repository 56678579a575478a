package io.batonfs.bench;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** Directories of empty files, one for each thread, that work on names is done in. */
final class ManyFiles {
    /** So many make files at a time, where that is not what is measured. */
    static final int MAKERS = 8;

    private final Site site;
    private final Path base;

    /** Files below a directory of the site. */
    ManyFiles(Site site, String name) {
        this.site = site;
        this.base = site.path(name);
    }

    /** The directory of a thread. */
    Path directory(int thread) {
        return new Path(base, "thread-" + thread);
    }

    /** A file of a thread. */
    Path file(int thread, long number) {
        return new Path(directory(thread), "file-" + number);
    }

    /** Makes the directories. */
    void makeDirectories(int threads) throws IOException {
        for (int i = 0; i < threads; i++) {
            if (!site.fs().mkdirs(directory(i))) {
                throw new IOException("could not make " + directory(i));
            }
        }
    }

    /**
     * Makes the directories and their files.
     *
     * @param files in all, a multiple of both the threads and the makers
     */
    void make(int threads, int files) throws Exception {
        if (files % threads != 0 || files % MAKERS != 0) {
            throw new IllegalArgumentException(files + " files can't be shared out among " + threads + " threads and "
                    + MAKERS + " makers");
        }
        makeDirectories(threads);
        int each = files / threads;
        Repetition.times(files / MAKERS, MAKERS, (maker, round) -> {
            long number = maker * (long) (files / MAKERS) + round;
            create((int) (number / each), number % each);
        });
    }

    /** Creates an empty file and closes it. */
    void create(int thread, long number) throws IOException {
        site.fs().create(file(thread, number), false).close();
    }

    /** Fails if there are not so many files in all directories together. */
    void check(int threads, long expected) throws IOException {
        long found = 0;
        for (int i = 0; i < threads; i++) {
            found += site.fs().listStatus(directory(i)).length;
        }
        if (found != expected) {
            throw new IOException(base + " holds " + found + " files, and " + expected + " should be there");
        }
    }

    /** Deletes everything. */
    void delete() throws IOException {
        site.fs().delete(base, true);
    }
}
