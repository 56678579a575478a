package io.batonfs.fs.shell;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.util.LinkedList;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.shell.CommandFormat;

/** {@code hadoop baton clone}. */
final class CloneCommand implements Subcommand {

    @Override
    public String name() {
        return "clone";
    }

    @Override
    public String usage() {
        return "[-overwrite] <src> <dst>";
    }

    @Override
    public String description() {
        return """
                Makes <dst> what <src>, a file or a whole tree, is at this moment, with owners, permissions and times, in
                one step whatever the size: both share their data until one is changed. <dst> is the clone itself, never a
                directory to put it into, and appears whole or not at all. Both must be in one group; between groups use
                hadoop distcp.
                -overwrite : replace what is at <dst>, atomically""";
    }

    @Override
    public int run(ShellContext shell, LinkedList<String> arguments) throws IOException {
        CommandFormat format = new CommandFormat(2, 2, "overwrite");
        format.parse(arguments);
        Path source = new Path(arguments.get(0));
        Path destination = new Path(arguments.get(1));
        BatonFileSystem group = shell.groupOf(source);
        BatonFileSystem other = shell.groupOf(destination);
        if (!group.isOfSameGroup(other)) {
            throw new IOException(source + " is in " + group.getUri() + " and " + destination + " in " + other.getUri()
                    + ": a clone shares data within one group; copy with hadoop distcp");
        }
        FileStatus cloned = group.cloneTree(source, destination, format.getOpt("overwrite"));
        shell.out().println("Cloned the " + (cloned.isDirectory() ? "tree " : "file ") + source + " to " + destination
                + "; they share their data, no bytes were copied");
        return 0;
    }
}
