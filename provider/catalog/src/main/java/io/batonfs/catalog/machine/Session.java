package io.batonfs.catalog.machine;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.tables.GroupRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Walk;
import io.batonfs.model.Caller;
import java.util.UUID;

/** One command, or one item of a batch, at work on its transaction: who asks, and the hands that change things. */
final class Session {
    final Transaction tx;
    final GroupRow group;
    final Pace pace;
    final Caller caller;
    final UUID client;
    final Access access;
    final References references;
    final Directories directories;
    final Contents contents;
    final Allocation allocation;
    final OpenFiles openFiles;

    private Session(Transaction tx, GroupRow group, Pace pace, Caller caller, UUID client) {
        this.tx = tx;
        this.group = group;
        this.pace = pace;
        this.caller = caller;
        this.client = client;
        this.access = new Access(caller, group.supergroup());
        this.references = new References(tx);
        this.directories = new Directories(tx, references, pace);
        this.contents = new Contents(tx, references);
        this.allocation = new Allocation(tx, group);
        this.openFiles = new OpenFiles(tx, references);
    }

    static Session of(Transaction tx, GroupRow group, Pace pace, CatalogRequest request) {
        return new Session(tx, group, pace, request.caller(), request.invocation().clientId());
    }

    /** For an item of a batch, whose changes are merged or dropped. */
    Session nested() {
        return new Session(tx.nested(), group, pace, caller, client);
    }

    /** Walks the live tree as it is now. */
    Walk walk() {
        return new Walk(tx, tx.root(), access);
    }
}
