package io.batonfs.protocol.rpc;

import io.batonfs.model.AclEntry;
import io.batonfs.model.BatonException;
import io.batonfs.protocol.AclChange;
import io.batonfs.protocol.AclInfo;
import io.batonfs.protocol.XattrChange;
import io.batonfs.protocol.wire.CatalogMessages.XattrsReply;
import io.batonfs.protocol.wire.RecordMessages.AclChangeKindProto;
import io.batonfs.protocol.wire.RecordMessages.AclChangeProto;
import io.batonfs.protocol.wire.RecordMessages.AclEntryProto;
import io.batonfs.protocol.wire.RecordMessages.AclInfoProto;
import io.batonfs.protocol.wire.RecordMessages.AclScopeProto;
import io.batonfs.protocol.wire.RecordMessages.AclTypeProto;
import io.batonfs.protocol.wire.RecordMessages.XattrChangeProto;
import io.batonfs.protocol.wire.RecordMessages.XattrProto;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.thirdparty.protobuf.ByteString;

/** Access control lists and extended attributes. Pure functions. */
final class AccessRecords {

    private AccessRecords() {
    }

    static AclChangeProto message(AclChange change) throws BatonException {
        AclChangeProto.Builder message = AclChangeProto.newBuilder().setKind(switch (change.kind()) {
            case MODIFY -> AclChangeKindProto.ACL_CHANGE_MODIFY;
            case REMOVE_ENTRIES -> AclChangeKindProto.ACL_CHANGE_REMOVE_ENTRIES;
            case REMOVE_DEFAULT -> AclChangeKindProto.ACL_CHANGE_REMOVE_DEFAULT;
            case REMOVE -> AclChangeKindProto.ACL_CHANGE_REMOVE;
            case SET -> AclChangeKindProto.ACL_CHANGE_SET;
        });
        for (AclEntry entry : change.entries()) {
            Fields.text(entry.name());
            message.addEntries(message(entry));
        }
        return message.build();
    }

    static AclChange change(boolean present, AclChangeProto message) throws MalformedMessageException {
        Fields.present(present, "how the ACL changes");
        AclChange.Kind kind = switch (message.getKind()) {
            case ACL_CHANGE_MODIFY -> AclChange.Kind.MODIFY;
            case ACL_CHANGE_REMOVE_ENTRIES -> AclChange.Kind.REMOVE_ENTRIES;
            case ACL_CHANGE_REMOVE_DEFAULT -> AclChange.Kind.REMOVE_DEFAULT;
            case ACL_CHANGE_REMOVE -> AclChange.Kind.REMOVE;
            case ACL_CHANGE_SET -> AclChange.Kind.SET;
            case ACL_CHANGE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("change of an ACL", message.getKind());
        };
        return new AclChange(kind, Fields.list(message.getEntriesList(), AccessRecords::entry));
    }

    static AclInfoProto message(AclInfo info) {
        AclInfoProto.Builder message = AclInfoProto.newBuilder()
                .setOwner(info.owner()).setGroup(info.group()).setMode(info.mode());
        info.entries().forEach(entry -> message.addEntries(message(entry)));
        return message.build();
    }

    static AclInfo info(AclInfoProto message) throws MalformedMessageException {
        return new AclInfo(message.getOwner(), message.getGroup(), Fields.count(message.getMode(), "mode"),
                Fields.list(message.getEntriesList(), AccessRecords::entry));
    }

    private static AclEntryProto message(AclEntry entry) {
        return AclEntryProto.newBuilder()
                .setScope(switch (entry.scope()) {
                    case ACCESS -> AclScopeProto.ACL_SCOPE_ACCESS;
                    case DEFAULT -> AclScopeProto.ACL_SCOPE_DEFAULT;
                })
                .setType(switch (entry.type()) {
                    case USER -> AclTypeProto.ACL_TYPE_USER;
                    case GROUP -> AclTypeProto.ACL_TYPE_GROUP;
                    case MASK -> AclTypeProto.ACL_TYPE_MASK;
                    case OTHER -> AclTypeProto.ACL_TYPE_OTHER;
                })
                .setName(entry.name())
                .setPermissions(entry.permissions())
                .build();
    }

    private static AclEntry entry(AclEntryProto message) throws MalformedMessageException {
        AclEntry.Scope scope = switch (message.getScope()) {
            case ACL_SCOPE_ACCESS -> AclEntry.Scope.ACCESS;
            case ACL_SCOPE_DEFAULT -> AclEntry.Scope.DEFAULT;
            case ACL_SCOPE_UNSPECIFIED, UNRECOGNIZED ->
                    throw Fields.unknown("scope of an ACL entry", message.getScope());
        };
        AclEntry.Type type = switch (message.getType()) {
            case ACL_TYPE_USER -> AclEntry.Type.USER;
            case ACL_TYPE_GROUP -> AclEntry.Type.GROUP;
            case ACL_TYPE_MASK -> AclEntry.Type.MASK;
            case ACL_TYPE_OTHER -> AclEntry.Type.OTHER;
            case ACL_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                    throw Fields.unknown("type of an ACL entry", message.getType());
        };
        return Fields.checked("ACL entry",
                () -> new AclEntry(scope, type, message.getName(), message.getPermissions()));
    }

    static XattrProto message(String name, byte[] value) throws BatonException {
        return XattrProto.newBuilder().setName(Fields.text(name)).setValue(ByteString.copyFrom(value)).build();
    }

    static XattrsReply message(Map<String, byte[]> xattrs) {
        XattrsReply.Builder message = XattrsReply.newBuilder();
        xattrs.forEach((name, value) -> message.addXattrs(
                XattrProto.newBuilder().setName(name).setValue(ByteString.copyFrom(value))));
        return message.build();
    }

    /** In the order in which they came. */
    static Map<String, byte[]> xattrs(XattrsReply message) {
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (XattrProto xattr : message.getXattrsList()) {
            xattrs.put(xattr.getName(), xattr.getValue().toByteArray());
        }
        return xattrs;
    }

    static XattrChangeProto message(XattrChange when) {
        return switch (when) {
            case CREATE -> XattrChangeProto.XATTR_CHANGE_CREATE;
            case REPLACE -> XattrChangeProto.XATTR_CHANGE_REPLACE;
            case CREATE_OR_REPLACE -> XattrChangeProto.XATTR_CHANGE_CREATE_OR_REPLACE;
        };
    }

    static XattrChange when(XattrChangeProto message) throws MalformedMessageException {
        return switch (message) {
            case XATTR_CHANGE_CREATE -> XattrChange.CREATE;
            case XATTR_CHANGE_REPLACE -> XattrChange.REPLACE;
            case XATTR_CHANGE_CREATE_OR_REPLACE -> XattrChange.CREATE_OR_REPLACE;
            case XATTR_CHANGE_UNSPECIFIED, UNRECOGNIZED ->
                    throw Fields.unknown("condition for an extended attribute", message);
        };
    }
}
