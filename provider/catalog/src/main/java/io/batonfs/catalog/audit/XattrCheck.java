package io.batonfs.catalog.audit;

import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tree.XattrName;
import io.batonfs.model.BatonException;
import io.batonfs.model.NodeId;
import java.util.Map;

/** Extended attributes under the names and within the sizes that commands let in. */
final class XattrCheck {
    private final Rows rows;
    private final Findings findings;

    XattrCheck(Rows rows, Findings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void run() {
        rows.nodes.forEach((id, row) -> check(id, row.attributes().xattrs()));
    }

    private void check(NodeId node, Map<String, byte[]> xattrs) {
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
