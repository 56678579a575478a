package io.batonfs.pools;

import java.io.IOException;

/** A structure on a device that cannot be taken for what it should be. */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Kind {
        /** Nothing of this kind was ever written here. */
        ABSENT,
        /** It was written, and its checksum does not agree. */
        DAMAGED,
        /** It was written by a newer version than this one. */
        TOO_NEW,
        /** It was written by a version that this one no longer reads. */
        TOO_OLD
    }

    private final Kind kind;

    /** A failure of a kind. */
    public FormatException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }

    /**
     * Checks a version number against the only one that is known. Where version and checksum lie never changes, so the
     * checksum is checked first: damage is never taken for a newer version.
     */
    public static void checkVersion(String what, int found, int known) throws FormatException {
        checkVersion(what, found, known, known);
    }

    /** The same where older versions are read as well. */
    static void checkVersion(String what, int found, int oldest, int newest) throws FormatException {
        if (found > newest) {
            throw new FormatException(Kind.TOO_NEW, what + " has format version " + found
                    + ", newer than this software's " + newest + "; upgrade it");
        }
        if (found < oldest) {
            throw new FormatException(Kind.TOO_OLD, what + " has format version " + found
                    + ", older than any that this software reads (" + oldest + ")");
        }
    }
}
