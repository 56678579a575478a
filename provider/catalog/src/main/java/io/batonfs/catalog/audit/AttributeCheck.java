package io.batonfs.catalog.audit;

import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.catalog.tree.XattrName;
import io.batonfs.model.BatonException;
import io.batonfs.model.NodeId;
import java.util.Map;

/** Attributes within their ranges; extended ones under the names and sizes that commands let in. */
final class AttributeCheck {
    private final Rows rows;
    private final Findings findings;

    AttributeCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run() {
        for (Map.Entry<NodeId, NodeRow> node : rows.nodes.entrySet()) {
            NodeAttributes has = node.getValue().attributes();
            boolean directory = node.getValue().isDirectory();
            findings.check((has.mode() & ~Access.MODE_MASK) == 0, node.getKey() + " has mode "
                    + Integer.toOctalString(has.mode()));
            findings.check(directory ? has.replication() == 0 : has.replication() >= 1 && has.replication() <= 512,
                    node.getKey() + " has replication " + has.replication());
            findings.check(has.storagePolicy().length() <= Paths.MAX_NAME_BYTES, node.getKey()
                    + " has a storage policy of " + has.storagePolicy().length() + " characters");
            xattrs(node.getKey(), has.xattrs());
        }
    }

    private void xattrs(NodeId node, Map<String, byte[]> xattrs) {
        long all = 0;
        for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
            int value = xattr.getValue().length;
            all += Keys.utf8(xattr.getKey()).length + value;
            try {
                XattrName name = XattrName.parse(xattr.getKey());
                findings.equal(xattr.getKey(), name.toString(), "the stored name of an extended attribute of " + node);
                findings.check(Keys.utf8(name.rest()).length + value <= XattrName.MAX_BYTES, node + " has " + name
                        + " of " + value + " bytes");
            } catch (BatonException e) {
                findings.check(false, node + " has an extended attribute of an illegal name: " + e.getMessage());
            }
        }
        findings.check(all <= XattrName.MAX_ALL_BYTES, node + " has extended attributes of " + all + " bytes");
    }
}
