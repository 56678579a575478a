package io.batonfs.protocol;

import io.batonfs.model.AclEntry;
import java.util.List;
import java.util.Objects;

/**
 * How an access control list changes; each kind is one of Hadoop's calls on ACLs.
 *
 * @param kind    what is done
 * @param entries the entries that it is done with; empty for {@link Kind#REMOVE_DEFAULT} and {@link Kind#REMOVE}
 */
public record AclChange(Kind kind, List<AclEntry> entries) {

    /** What is done. */
    public enum Kind {
        /** Adds entries and replaces those that are there (modifyAclEntries). */
        MODIFY,
        /** Takes entries away, permissions ignored (removeAclEntries). */
        REMOVE_ENTRIES,
        /** Takes all default entries away (removeDefaultAcl). */
        REMOVE_DEFAULT,
        /** Takes all away but what the mode says (removeAcl). */
        REMOVE,
        /** Replaces the whole list (setAcl). */
        SET
    }

    /** Checks for null and copies the list. */
    public AclChange {
        Objects.requireNonNull(kind, "kind");
        entries = List.copyOf(entries);
    }
}
