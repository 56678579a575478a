package io.batonfs.fs.shell;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ServerDescription;
import java.io.IOException;
import java.util.LinkedList;
import org.apache.hadoop.fs.shell.CommandFormat;

/** {@code hadoop baton status}. */
final class StatusCommand implements Subcommand {
    private static final int PROBLEMS = 1;
    private static final int UNREACHABLE = 2;

    @Override
    public String name() {
        return "status";
    }

    @Override
    public String usage() {
        return "[-h] [URI]";
    }

    @Override
    public String description() {
        return """
                Shows a group: its id, its servers with hosts and addresses, its space in bytes, and what an operator
                should look at. Reserve is the part of what is free that moves between pools leave to clients.
                Without a URI the group of fs.defaultFS.
                -h : sizes as people read them
                Exit code: 0 all is well, 1 there are problems, 2 the group can't be reached.""";
    }

    @Override
    public int run(ShellContext shell, LinkedList<String> arguments) throws IOException {
        CommandFormat format = new CommandFormat(0, 1, "h");
        format.parse(arguments);
        BatonFileSystem group = shell.groupOf(arguments);
        GroupStatus status = group.groupStatus();
        show(shell, group, status, format.getOpt("h"));
        return status.problems().isEmpty() ? 0 : PROBLEMS;
    }

    @Override
    public int exitCodeForFailure() {
        return UNREACHABLE;
    }

    private static void show(ShellContext shell, BatonFileSystem group, GroupStatus status, boolean humanReadable) {
        shell.show("URI", group.getUri());
        shell.show("Group", status.group());
        for (ServerDescription server : status.servers()) {
            shell.show("Server", server.server() + " on " + server.host() + ", data at " + server.dataAddress());
        }
        shell.show("Capacity", ShellContext.bytes(status.capacityBytes(), humanReadable));
        shell.show("Used", ShellContext.bytes(status.usedBytes(), humanReadable));
        shell.show("Free", ShellContext.bytes(status.freeBytes(), humanReadable));
        shell.show("Reserve", ShellContext.bytes(status.reserveBytes(), humanReadable));
        if (status.problems().isEmpty()) {
            shell.show("Problems", "none");
        }
        status.problems().forEach(problem -> shell.show("Problem", problem));
    }
}
