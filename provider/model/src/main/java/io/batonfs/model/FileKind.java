package io.batonfs.model;

/** What a node is. */
public enum FileKind {
    /** Holds bytes. */
    FILE,
    /** Holds entries. */
    DIRECTORY
}
