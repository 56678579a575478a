package io.batonfs.bench;

/**
 * How much the rows about copying do.
 *
 * @param files              that distcp copies in one run
 * @param fileBytes          of each of them
 * @param repetitions        copies, clones or first writes in a sample, at most
 * @param directoryFiles     files of each directory of a tree
 * @param madeDirectories    directories of the tree whose files were all created
 * @param sharedDirectories  directories of the tree that was put together from clones of one
 * @param doublings          how often the big file is put behind itself to make one of 1 TiB
 */
record CopySizes(int files, int fileBytes, int repetitions, int directoryFiles, int madeDirectories,
        int sharedDirectories, int doublings) {
    /** A file of 1 MiB: one that fits into a page many times. */
    static final long SMALL_FILE_BYTES = 1L << 20;
    private static final long TEBIBYTE = 1L << 40;
    private static final int FILE_BYTES = 64 << 10;

    /** Those of the goals, or small ones: 1 TiB is put together at no cost and is the same in both. */
    static CopySizes of(Sizes sizes) {
        int doublings = Long.numberOfTrailingZeros(TEBIBYTE / sizes.fileBytes());
        return sizes.quick()
                ? new CopySizes(20, FILE_BYTES, 3, 50, 2, 20, doublings)
                : new CopySizes(1000, FILE_BYTES, 20, 1000, 10, 100, doublings);
    }

    /** Files of the tree whose files were all created. */
    int madeFiles() {
        return madeDirectories * directoryFiles;
    }

    /** Files of the tree that was put together from clones. */
    int sharedFiles() {
        return sharedDirectories * directoryFiles;
    }
}
