package io.batonfs.distcp;

import java.util.function.Function;

/** The letters of -p that stand for something that can be seen, and where it is seen. */
enum Preserved {
    REPLICATION('r', true, Tree.Entry::replication),
    BLOCK_SIZE('b', true, Tree.Entry::blockBytes),
    USER('u', false, Tree.Entry::owner),
    GROUP('g', false, Tree.Entry::group),
    PERMISSION('p', false, Tree.Entry::permission),
    ACL('a', false, Tree.Entry::acl),
    ATTRIBUTES('x', false, Tree.Entry::attributes),
    MODIFICATION_TIME('t', false, Tree.Entry::modifiedMs),
    ACCESS_TIME('t', true, Tree.Entry::accessedMs);

    private final char letter;
    private final boolean ofFilesOnly;
    private final Function<Tree.Entry, Object> value;

    Preserved(char letter, boolean ofFilesOnly, Function<Tree.Entry, Object> value) {
        this.letter = letter;
        this.ofFilesOnly = ofFilesOnly;
        this.value = value;
    }

    /** Its value. */
    Object of(Tree.Entry entry) {
        return value.apply(entry);
    }

    /** Whether it has to be the source's: ACLs bring permissions with them, and a checksum's type its block size. */
    boolean isPreservedBy(String letters, Tree.Entry source) {
        return !(source.directory() && ofFilesOnly)
                && (letters.indexOf(letter) >= 0
                        || this == PERMISSION && letters.indexOf('a') >= 0
                        || this == BLOCK_SIZE && letters.indexOf('c') >= 0);
    }

    /**
     * Whether it may be as in the source although it was not asked for: what directories don't have, and the group bits
     * of a mode, which are the ACL's mask in one and the group's in the other.
     */
    boolean isMayBeEqual(String letters, Tree.Entry source) {
        return source.directory() && ofFilesOnly;
    }
}
