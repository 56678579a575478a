package io.batonfs.catalog;

import io.batonfs.model.AclEntry;
import java.util.List;
import java.util.Objects;

/**
 * Who may do what with a file or directory.
 *
 * @param owner   owning user
 * @param group   owning group
 * @param mode    permission bits; its group bits are the mask if there are access entries
 * @param entries the access control list without the three access entries that the mode says, in the order of
 *                {@link io.batonfs.catalog.tables.Acl#ORDER}; empty if there is nothing but the mode
 */
public record NodeAcl(String owner, String group, int mode, List<AclEntry> entries) {

    /** Checks for nulls and copies the list. */
    public NodeAcl {
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(group, "group");
        entries = List.copyOf(entries);
    }
}
