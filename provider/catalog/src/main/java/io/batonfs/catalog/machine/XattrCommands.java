package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.XattrCondition;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.XattrName;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Extended attributes, by HDFS's rules of who may (see {@link XattrName}) and of what must be there before. */
final class XattrCommands {
    private final Session session;

    XattrCommands(Session session) {
        this.session = session;
    }

    Reply set(Command.SetXattr command) throws BatonException {
        XattrName name = XattrName.parse(command.name());
        List<String> names = Paths.parseLive(command.path());
        SortedMap<String, byte[]> xattrs = changeable(names, name, command.path());
        boolean there = xattrs.containsKey(name.toString());
        if (there && command.when() == XattrCondition.ABSENT) {
            throw new BatonException(ErrorCode.ATTRIBUTE_EXISTS, "XAttr: " + name + " of " + command.path()
                    + " already exists. The REPLACE flag must be specified.");
        }
        if (!there && command.when() == XattrCondition.PRESENT) {
            throw new BatonException(ErrorCode.NO_SUCH_ATTRIBUTE, "XAttr: " + name + " of " + command.path()
                    + " does not exist. The CREATE flag must be specified.");
        }
        xattrs.put(name.toString(), command.value());
        checkSizes(command, name, xattrs);
        return put(names, xattrs);
    }

    Reply remove(Command.RemoveXattr command) throws BatonException {
        XattrName name = XattrName.parse(command.name());
        List<String> names = Paths.parseLive(command.path());
        SortedMap<String, byte[]> xattrs = changeable(names, name, command.path());
        if (xattrs.remove(name.toString()) == null) {
            throw new BatonException(ErrorCode.NO_SUCH_ATTRIBUTE, "No matching attributes found for remove operation: "
                    + command.path() + " has no " + name + "; list them first");
        }
        return put(names, xattrs);
    }

    /** What is there now, if the caller may change it; of a sticky directory only the owner may, as in HDFS. */
    private SortedMap<String, byte[]> changeable(List<String> names, XattrName name, String path)
            throws BatonException {
        NodeRow row = session.walk().locate(names).row();
        NodeAttributes has = row.attributes();
        name.check(session.access);
        if (row.isDirectory() && (has.mode() & Access.STICKY) != 0) {
            session.access.checkOwner(has, path);
        } else {
            session.access.check(has, Access.WRITE, path);
        }
        return new TreeMap<>(has.xattrs());
    }

    private Reply put(List<String> names, SortedMap<String, byte[]> xattrs) throws BatonException {
        NodeId node = session.directories.makePrivate(names);
        NodeRow row = session.tx.node(node);
        session.tx.put(node, row.with(row.attributes().withXattrs(xattrs)));
        return new Reply.Done();
    }

    private static void checkSizes(Command.SetXattr command, XattrName name, SortedMap<String, byte[]> xattrs)
            throws BatonException {
        int one = Keys.utf8(name.rest()).length + command.value().length;
        if (one > XattrName.MAX_BYTES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "The XAttr is too big. The maximum combined size of the "
                    + "name and value is " + XattrName.MAX_BYTES + ", but the total size is " + one + "; use less");
        }
        long all = 0;
        for (var xattr : xattrs.entrySet()) {
            all += Keys.utf8(xattr.getKey()).length + xattr.getValue().length;
        }
        if (all > XattrName.MAX_ALL_BYTES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "The extended attributes of " + command.path()
                    + " would have " + all + " bytes, more than " + XattrName.MAX_ALL_BYTES + "; remove some first");
        }
    }
}
