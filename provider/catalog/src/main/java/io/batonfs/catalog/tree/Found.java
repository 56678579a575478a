package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.model.NodeId;

/**
 * What a lookup found.
 *
 * @param id      the node
 * @param row     its row
 * @param own     whether the directory's own entry named it, and not its base's
 * @param foreign whether a mark was crossed from where the lookup began
 */
public record Found(NodeId id, NodeRow row, boolean own, boolean foreign) {

    /** Found from farther away. */
    public Found from(boolean foreignBefore) {
        return foreignBefore && !foreign ? new Found(id, row, own, true) : this;
    }

    /** CAT-2: whether it must not be changed but copied. */
    public boolean shared() {
        return row.references() > 1 || !own || foreign;
    }
}
