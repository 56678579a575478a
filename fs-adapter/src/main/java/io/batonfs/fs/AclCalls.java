package io.batonfs.fs;

import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.AclEntry.Type;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.AclEntryScope;
import org.apache.hadoop.fs.permission.AclEntryType;
import org.apache.hadoop.fs.permission.AclStatus;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;

/** Access control lists, between Hadoop's words and the group's. The rules are the group's, and HDFS's. Thread-safe. */
final class AclCalls {
    private static final FsAction[] ACTIONS = FsAction.values();

    private final GroupCalls group;

    AclCalls(GroupCalls group) {
        this.group = group;
    }

    /** Changes a list; {@code entries} may be empty for kinds that need none. */
    void change(String path, AclChange.Kind kind, List<AclEntry> entries) throws IOException {
        AclChange change = new AclChange(kind, entries.stream().map(AclCalls::ofHadoop).toList());
        group.order(path, client -> {
            try {
                client.changeAcl(path, change);
            } catch (BatonException e) {
                throw e.code() == ErrorCode.INVALID_ARGUMENT ? HdfsExceptions.acl(e) : e;
            }
        });
    }

    /** The list as HDFS shows it: without the entries that the mode says. */
    AclStatus status(String path) throws IOException {
        AclInfo info = group.read(path, client -> client.acl(path));
        FsPermission permission = new FsPermission((short) info.mode());
        return new AclStatus.Builder()
                .owner(info.owner())
                .group(info.group())
                .stickyBit(permission.getStickyBit())
                .setPermission(permission)
                .addEntries(info.entries().stream().map(AclCalls::toHadoop).toList())
                .build();
    }

    private static io.batonfs.model.AclEntry ofHadoop(AclEntry entry) {
        return new io.batonfs.model.AclEntry(
                entry.getScope() == AclEntryScope.DEFAULT ? Scope.DEFAULT : Scope.ACCESS,
                Type.valueOf(entry.getType().name()),
                entry.getName() == null ? "" : entry.getName(),
                entry.getPermission() == null ? 0 : entry.getPermission().ordinal());
    }

    private static AclEntry toHadoop(io.batonfs.model.AclEntry entry) {
        return new AclEntry.Builder()
                .setScope(entry.scope() == Scope.DEFAULT ? AclEntryScope.DEFAULT : AclEntryScope.ACCESS)
                .setType(AclEntryType.valueOf(entry.type().name()))
                .setName(entry.name().isEmpty() ? null : entry.name())
                .setPermission(ACTIONS[entry.permissions()])
                .build();
    }
}
