package io.batonfs.catalog;

/**
 * What is stored at and below a path shall go to the pools of the policies in force there, and not all of it has been
 * written down as wanted yet.
 *
 * @param path     where
 * @param number   another one each time that it is asked for
 * @param position how far that has come
 */
public record PolicyWish(String path, long number, WalkPosition position) {
}
