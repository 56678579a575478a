package io.batonfs.fs.shell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedList;
import org.apache.hadoop.fs.shell.CommandFormat;

/** {@code hadoop baton token revoke}. */
final class TokenRevokeCommand implements Subcommand {

    @Override
    public String name() {
        return "token revoke";
    }

    @Override
    public String usage() {
        return "<local file> [URI]";
    }

    @Override
    public String description() {
        return """
                Ends a token at once, for whoever has a copy of it. What was made with it stays. The group is that of the
                URI, or of fs.defaultFS. The local file is left: "token show" tells that it is dead.""";
    }

    @Override
    public int run(ShellContext shell, LinkedList<String> arguments) throws IOException {
        new CommandFormat(1, 2).parse(arguments);
        String file = arguments.removeFirst();
        byte[] token = TokenFile.read(Path.of(file));
        shell.groupOf(arguments).offloadTokens().revoke(token);
        shell.out().println("Revoked the token in " + file);
        return 0;
    }
}
