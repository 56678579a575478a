package io.batonfs.catalog;

import java.util.List;

/**
 * How far a walk through the files below a path has come, in the order of their names: a file's name is compared with
 * another's directory by directory. It says what is done, whatever becomes of the names in it.
 *
 * @param names  of the last file or directory that was looked at, below the path; empty at the beginning, and for a file
 *               itself
 * @param slices how many of that file's slices are done, {@link #ALL} for all of them; of a directory 0 if nothing is done
 */
public record WalkPosition(List<String> names, int slices) {
    /** All slices of a file. */
    public static final int ALL = Integer.MAX_VALUE;

    /** Names of a position; trees can be moved deeper than any path may be that is new. */
    public static final int MAX_NAMES = 2048;

    /** Nothing is done yet. */
    public static final WalkPosition START = new WalkPosition(List.of(), 0);

    /** Copies the list. */
    public WalkPosition {
        names = List.copyOf(names);
        if (slices < 0) {
            throw new IllegalArgumentException(slices + " slices can't be done");
        }
    }
}
