package io.batonfs.catalog.machine;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.tables.NodeRow;
import io.batonfs.catalog.tree.Access;
import io.batonfs.catalog.tree.Located;
import io.batonfs.catalog.tree.Paths;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Truncate and concat: changes to the lists of slices of closed files (CAT-10). */
final class ContentCommands {
    private final Session session;
    private final Transaction tx;

    ContentCommands(Session session) {
        this.session = session;
        this.tx = session.tx;
    }

    Reply truncate(Command.Truncate command) throws BatonException {
        List<String> names = Paths.parseLive(command.path());
        Located file = new WriteCommands(session).closedFile(names, Access.WRITE);
        long length = file.row().file().lengthBytes();
        if (command.lengthBytes() < 0 || command.lengthBytes() > length) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, command.path() + " has " + length
                    + " bytes and cannot be cut to " + command.lengthBytes() + "; give a length within it");
        }
        NodeId node = session.directories.makePrivate(names);
        if (command.lengthBytes() < length) {
            session.contents.truncate(node, command.lengthBytes());
        }
        modified(node);
        return new Reply.Done();
    }

    Reply concat(Command.Concat command) throws BatonException {
        List<String> target = Paths.parseLive(command.target());
        if (command.sources().isEmpty()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "Nothing to append to " + command.target()
                    + " was named; name at least one file");
        }
        WriteCommands writes = new WriteCommands(session);
        TreeEdits edits = new TreeEdits(session);
        writes.closedFile(target, Access.WRITE);
        Set<List<String>> seen = new HashSet<>(Set.of(target));
        List<List<String>> sources = new ArrayList<>();
        List<ContentId> contents = new ArrayList<>();
        for (String path : command.sources()) {
            List<String> names = Paths.parseLive(path);
            if (!seen.add(names)) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, path
                        + " is named twice; name each file of a concat once");
            }
            Located source = writes.closedFile(names, Access.READ);
            edits.checkRemove(names, source);
            sources.add(names);
            contents.add(source.row().file().content());
        }
        NodeId node = session.directories.makePrivate(target);
        session.contents.concat(node, contents);
        modified(node);
        for (List<String> names : sources) {
            edits.remove(names, session.walk().locate(names));
        }
        return new Reply.Done();
    }

    private void modified(NodeId node) {
        NodeRow row = tx.node(node);
        tx.put(node, row.with(row.attributes().modified(tx.timeMs())));
    }
}
