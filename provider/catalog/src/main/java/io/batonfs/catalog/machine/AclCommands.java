package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.model.BatonException;
import io.batonfs.model.NodeId;
import java.util.List;

/** Access control lists. */
final class AclCommands {
    private final Session session;

    AclCommands(Session session) {
        this.session = session;
    }

    Reply change(Command.ChangeAcl command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        NodeAttributes has = session.walk().locate(names).row().attributes();
        session.access.checkOwner(has, command.path());
        NodeAttributes changed = AclEdit.change(has, command.operation(), command.entries(), command.path());
        NodeId node = session.directories.makePrivate(names);
        session.tx.put(node, session.tx.node(node).with(changed));
        return new Reply.Done();
    }
}
