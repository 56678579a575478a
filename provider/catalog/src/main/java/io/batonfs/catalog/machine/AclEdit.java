package io.batonfs.catalog.machine;

import io.batonfs.catalog.AclOperation;
import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Changes of access control lists, as HDFS has them: a change is made on the whole list, the entries that the mode says
 * included, which is then taken apart again. Refusals are INVALID_ARGUMENT and begin with "Invalid ACL", as HDFS's do.
 */
final class AclEdit {
    /** All bits of an entry. */
    static final int PERMISSIONS = 7;

    private final NodeAttributes has;
    private final String path;
    private final AclPart access;
    private final AclPart defaults;

    private AclEdit(NodeAttributes has, String path) {
        this.has = has;
        this.path = path;
        List<AclEntry> all = whole(has);
        this.access = new AclPart(Scope.ACCESS, all);
        this.defaults = new AclPart(Scope.DEFAULT, all);
    }

    /**
     * What the attributes become by a change.
     *
     * @param path named in refusals
     */
    static NodeAttributes change(NodeAttributes has, AclOperation operation, List<AclEntry> entries, String path)
            throws BatonException {
        AclEdit edit = new AclEdit(has, path);
        edit.checkEntries(operation, entries);
        switch (operation) {
            case MODIFY -> entries.forEach(entry -> edit.part(entry).put(entry));
            case REMOVE_ENTRIES -> entries.forEach(entry -> edit.part(entry).remove(entry));
            case REMOVE_DEFAULT -> edit.defaults.clear();
            case REMOVE -> {
                return edit.bare();
            }
            case SET -> {
                if (entries.isEmpty()) {
                    return edit.bare();
                }
                entries.stream().map(AclEntry::scope).distinct().forEach(scope -> edit.part(scope).clear());
                entries.forEach(entry -> edit.part(entry).put(entry));
            }
        }
        return edit.finish();
    }

    /** All entries of a node, in order: those that its mode says, and those stored beside it. */
    static List<AclEntry> whole(NodeAttributes has) {
        Acl acl = Acl.of(has.acl());
        List<AclEntry> all = new ArrayList<>(acl.entries());
        all.add(access(Type.USER, has.mode() >> 6));
        all.add(access(acl.isExtended() ? Type.MASK : Type.GROUP, has.mode() >> 3));
        all.add(access(Type.OTHER, has.mode()));
        all.sort(Acl.ORDER);
        return all;
    }

    /**
     * Attributes with another list.
     *
     * @param all access entries with owner, owning group and others at least, and default entries, in order
     */
    static NodeAttributes with(NodeAttributes has, Collection<AclEntry> all) {
        List<AclEntry> access = all.stream().filter(entry -> entry.scope() == Scope.ACCESS).toList();
        boolean extended = access.stream().anyMatch(entry -> entry.type() == Type.MASK);
        int mode = has.mode() & Access.STICKY;
        List<AclEntry> stored = new ArrayList<>();
        for (AclEntry entry : access) {
            boolean base = entry.name().isEmpty();
            if (entry.type() == Type.USER && base) {
                mode |= entry.permissions() << 6;
            } else if (entry.type() == (extended ? Type.MASK : Type.GROUP) && base) {
                mode |= entry.permissions() << 3;
            } else if (entry.type() == Type.OTHER) {
                mode |= entry.permissions();
            } else {
                stored.add(entry);
            }
        }
        all.stream().filter(entry -> entry.scope() == Scope.DEFAULT).forEach(stored::add);
        return has.withPermissions(mode, new Acl(stored).toBytes());
    }

    private static AclEntry access(Type type, int permissions) {
        return new AclEntry(Scope.ACCESS, type, "", permissions & PERMISSIONS);
    }

    private AclPart part(Scope scope) {
        return scope == Scope.ACCESS ? access : defaults;
    }

    private AclPart part(AclEntry entry) {
        return part(entry.scope());
    }

    /** Without any list: the owning group gets back the bits that the mask stood in for. */
    private NodeAttributes bare() {
        return with(has, whole(has).stream().filter(entry -> entry.scope() == Scope.ACCESS && entry.name().isEmpty()
                && entry.type() != Type.MASK).toList());
    }

    private void checkEntries(AclOperation operation, List<AclEntry> entries) throws BatonException {
        boolean takesNone = operation == AclOperation.REMOVE || operation == AclOperation.REMOVE_DEFAULT;
        if (takesNone && !entries.isEmpty()) {
            throw invalid("this change takes no entries", "give none");
        }
        checkCount(entries);
        Set<AclEntry> seen = new TreeSet<>(Acl.ORDER);
        for (AclEntry entry : entries) {
            if (entry.name().length() > Paths.MAX_NAME_BYTES) {
                throw invalid("a user or group has a name of at most " + Paths.MAX_NAME_BYTES + " characters",
                        "use a shorter one");
            }
            if (operation == AclOperation.REMOVE_ENTRIES) {
                continue;
            }
            if (!entry.name().isEmpty() && (entry.type() == Type.MASK || entry.type() == Type.OTHER)) {
                throw invalid("an entry of type " + entry.type() + " must not have a name", "leave " + entry.name()
                        + " out");
            }
            if (!seen.add(entry)) {
                throw invalid("multiple entries with same scope, type and name: " + entry, "give one of them");
            }
        }
    }

    private void checkCount(List<AclEntry> entries) throws BatonException {
        for (Scope scope : EnumSet.allOf(Scope.class)) {
            long count = entries.stream().filter(entry -> entry.scope() == scope).count();
            if (count > Acl.MAX_ENTRIES) {
                throw invalid("ACL has " + count + (scope == Scope.ACCESS ? " access" : " default")
                        + " entries, which exceeds maximum of " + Acl.MAX_ENTRIES, "use groups");
            }
        }
    }

    private NodeAttributes finish() throws BatonException {
        defaults.complete(access);
        if (access.lacksMask() || defaults.lacksMask()) {
            throw invalid("mask is required and cannot be deleted", "remove the named entries too");
        }
        if (!access.hasBase()) {
            throw invalid("the user, group and other entries are required", "give all three");
        }
        List<AclEntry> all = new ArrayList<>(access.finish());
        all.addAll(defaults.finish());
        checkCount(all);
        if (!defaults.isEmpty() && !has.ofDirectory()) {
            throw invalid("only directories may have a default ACL", "leave the default entries out");
        }
        return with(has, all);
    }

    private BatonException invalid(String why, String remedy) {
        return new BatonException(ErrorCode.INVALID_ARGUMENT, "Invalid ACL: " + why + ". Path: " + path + "; "
                + remedy);
    }
}
