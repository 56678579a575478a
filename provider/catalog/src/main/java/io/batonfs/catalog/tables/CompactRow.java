package io.batonfs.catalog.tables;

import java.util.Objects;

/**
 * A directory that waits for a shorter chain (CAT-8), and how far the work has come.
 * <pre>
 * version 1 | phase 1 | cursor | forced 1
 * </pre>
 *
 * @param phase  what is under way
 * @param cursor the last name done in this phase, empty at its start
 * @param forced whether to flatten whatever the chain's length
 */
public record CompactRow(Phase phase, String cursor, boolean forced) {
    private static final int VERSION = 1;

    /** Waits; nothing is under way. */
    public static final CompactRow WAITING = new CompactRow(Phase.WAITING, "", false);

    /** What is under way. The number is stored and never reused. */
    public enum Phase {
        /** To be looked at, or a merge with a lone base, which needs no cursor. */
        WAITING,
        /** Missing entries of a shared base are copied in. */
        COPYING,
        /** Tombstones that hide nothing are removed. */
        SWEEPING
    }

    /** Checks for nulls. */
    public CompactRow {
        Objects.requireNonNull(phase, "phase");
        Objects.requireNonNull(cursor, "cursor");
    }

    /** In a phase, after a name. */
    public CompactRow at(Phase newPhase, String newCursor) {
        return new CompactRow(newPhase, newCursor, forced);
    }

    /** To be flattened whatever the chain's length. */
    public CompactRow force() {
        return new CompactRow(phase, cursor, true);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).u8(phase.ordinal()).string(cursor).bool(forced).toBytes();
    }

    /** The row in stored bytes. */
    public static CompactRow of(byte[] bytes) {
        return Rows.read("compact", VERSION, bytes, in -> {
            int phase = in.u8();
            if (phase >= Phase.values().length) {
                throw new MalformedBytesException("there is no phase " + phase);
            }
            return new CompactRow(Phase.values()[phase], in.string(), in.bool());
        });
    }
}
