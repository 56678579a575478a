package io.batonfs.protocol;

import io.batonfs.model.AclEntry;
import java.util.List;

/**
 * The access control list of a file or directory.
 *
 * @param owner   owning user
 * @param group   owning group
 * @param mode    permission bits; its group bits are the mask where there is an extended list
 * @param entries in HDFS's order: access before default; owner, named users, owning group, named groups, mask, others.
 *                Without the three (access) entries that the mode says: empty where there is nothing but the mode
 */
public record AclInfo(String owner, String group, int mode, List<AclEntry> entries) {

    /** Copies the list. */
    public AclInfo {
        entries = List.copyOf(entries);
    }
}
