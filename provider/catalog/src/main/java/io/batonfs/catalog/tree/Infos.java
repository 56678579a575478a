package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tables.Tables;
import io.batonfs.model.FileInfo;
import io.batonfs.model.FileKind;

/** What a node tells about itself. */
public final class Infos {

    private Infos() {
    }

    /** Of something that a walk led to. */
    public static FileInfo of(Tables tables, Located at, String name) {
        boolean live = !at.frozen() && !at.foreign();
        return of(at.row(), name, live && !at.row().isDirectory() && isOpen(tables, at.row()));
    }

    /** Of a node. */
    public static FileInfo of(NodeRow row, String name, boolean open) {
        NodeAttributes has = row.attributes();
        if (row.isDirectory()) {
            return new FileInfo(row.fileId(), name, FileKind.DIRECTORY, 0, has.owner(), has.group(), has.mode(),
                    has.modifiedMs(), has.accessedMs(), 0, 0, false, row.directory().childCount(),
                    has.acl().length > 0);
        }
        return new FileInfo(row.fileId(), name, FileKind.FILE, row.file().lengthBytes(), has.owner(), has.group(),
                has.mode(), has.modifiedMs(), has.accessedMs(), has.blockBytes(), has.replication(), open, 0,
                has.acl().length > 0);
    }

    private static boolean isOpen(Tables tables, NodeRow row) {
        return tables.file(row.fileId()).flatMap(file -> file.lease()).isPresent();
    }
}
