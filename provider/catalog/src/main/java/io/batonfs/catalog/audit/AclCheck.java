package io.batonfs.catalog.audit;

import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.MalformedBytesException;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.NodeId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Access control lists that decode and agree with the mode. */
final class AclCheck {
    /** Owner, mask and others: what the mode says of an extended list. */
    private static final int IN_MODE = 3;
    private static final Set<Type> BASE = EnumSet.of(Type.USER, Type.GROUP, Type.OTHER);

    private final Rows rows;
    private final Findings findings;

    AclCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run() {
        rows.nodes.forEach(this::check);
    }

    private void check(NodeId id, NodeRow row) {
        NodeAttributes has = row.attributes();
        try {
            Acl acl = Acl.of(has.acl());
            access(id, acl);
            defaults(id, row, acl.of(Scope.DEFAULT));
            findings.check(acl.isEmpty() == (has.acl().length == 0), id + " has an access control list of no entries");
        } catch (MalformedBytesException e) {
            findings.check(false, "the access control list of " + id + " is malformed: " + e.getMessage());
        }
    }

    /** The mode's group bits are the mask if there are access entries: then the owning group's must be among them. */
    private void access(NodeId id, Acl acl) {
        List<AclEntry> entries = acl.of(Scope.ACCESS);
        findings.check(entries.isEmpty() || isBase(entries, Type.GROUP), id
                + " has access entries and none of its owning group, whose place in the mode the mask has");
        findings.check(entries.size() + IN_MODE <= Acl.MAX_ENTRIES, id + " has " + entries.size() + " access entries");
    }

    private void defaults(NodeId id, NodeRow row, List<AclEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        findings.check(row.isDirectory(), id + " is a file with default entries");
        findings.check(BASE.stream().allMatch(type -> isBase(entries, type)), id
                + " lacks the default entry of its owner, owning group or others");
        boolean named = entries.stream().anyMatch(entry -> !entry.name().isEmpty());
        findings.check(!named || isBase(entries, Type.MASK), id + " has named default entries and no default mask");
        findings.check(entries.size() <= Acl.MAX_ENTRIES, id + " has " + entries.size() + " default entries");
    }

    private static boolean isBase(List<AclEntry> entries, Type type) {
        return entries.stream().anyMatch(entry -> entry.type() == type && entry.name().isEmpty());
    }
}
