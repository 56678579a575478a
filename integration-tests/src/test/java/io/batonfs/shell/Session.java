package io.batonfs.shell;

import java.util.Locale;

/** The transcripts that there are. */
enum Session {
    /** Making, listing, moving and deleting. */
    NAMES,
    /** Writing, reading, appending, merging. */
    CONTENT,
    /** Copying. */
    COPIES,
    /** Modes, owners, access control lists, extended attributes. */
    ATTRIBUTES,
    /** Counting, measuring, finding. */
    REPORTS,
    /** Deleting into the trash. */
    TRASH,
    /** What people do wrong. */
    MISTAKES,
    /** What people may not do. */
    PERMISSIONS;

    /** Its file among the resources. */
    String resource() {
        return name().toLowerCase(Locale.ROOT) + ".txt";
    }
}
