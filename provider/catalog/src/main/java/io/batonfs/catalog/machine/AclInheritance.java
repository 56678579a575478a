package io.batonfs.catalog.machine;

import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * What is made in a directory with default entries gets them as its access entries, and a directory as its own default
 * entries too. Then the umask does not count, and the mode is a filter: of the owner, of others, and of the mask, or
 * without a mask of the owning group, only what the mode has as well is granted. As in HDFS since 3.0 (HDFS-6962).
 */
final class AclInheritance {

    private AclInheritance() {
    }

    /**
     * The attributes of something new in a directory.
     *
     * @param fresh what they are where there is nothing to inherit
     * @param asked the mode before the umask was taken from it
     */
    static NodeAttributes inherit(NodeAttributes directory, NodeAttributes fresh, int asked) {
        List<AclEntry> defaults = Acl.of(directory.acl()).of(Scope.DEFAULT);
        if (defaults.isEmpty()) {
            return fresh;
        }
        boolean masked = defaults.stream().anyMatch(entry -> entry.type() == Type.MASK);
        List<AclEntry> entries = new ArrayList<>();
        for (AclEntry entry : defaults) {
            entries.add(new AclEntry(Scope.ACCESS, entry.type(), entry.name(),
                    entry.permissions() & filter(entry, asked, masked)));
        }
        if (fresh.ofDirectory()) {
            entries.addAll(defaults);
        }
        return AclEdit.with(fresh, entries);
    }

    private static int filter(AclEntry entry, int mode, boolean masked) {
        if (!entry.name().isEmpty()) {
            return AclEdit.PERMISSIONS;
        }
        return switch (entry.type()) {
            case USER -> mode >> 6;
            case GROUP -> masked ? AclEdit.PERMISSIONS : mode >> 3;
            case MASK -> mode >> 3;
            case OTHER -> mode;
        };
    }
}
