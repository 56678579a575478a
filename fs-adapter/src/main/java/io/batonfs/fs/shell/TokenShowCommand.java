package io.batonfs.fs.shell;

import io.batonfs.client.TokenSummary;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.protocol.TokenState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedList;
import java.util.OptionalLong;
import org.apache.hadoop.fs.shell.CommandFormat;

/** {@code hadoop baton token show}. */
final class TokenShowCommand implements Subcommand {
    private static final int DEAD = 1;
    private static final int NOT_ASKED = 2;

    @Override
    public String name() {
        return "token show";
    }

    @Override
    public String usage() {
        return "<local file> [URI]";
    }

    @Override
    public String description() {
        return """
                Shows what a token says and what its group knows of it; never its key. The group asked is that of the URI,
                or of fs.defaultFS. If it can't be reached, what the token itself says is shown.
                Exit code: 0 the token is alive, 1 it is dead or no token, 2 the group could not be asked.""";
    }

    @Override
    public int run(ShellContext shell, LinkedList<String> arguments) throws IOException {
        new CommandFormat(1, 2).parse(arguments);
        byte[] token = TokenFile.read(Path.of(arguments.removeFirst()));
        TokenSummary summary = TokenSummary.of(token);
        shell.show("Type", String.format("%s (%08Xh)", summary.type(), summary.typeNumber()));
        shell.show("Group", summary.group());
        shell.show("Token", summary.token());
        OptionalLong bytes = summary.representedBytes();
        shell.show("Stands for", bytes.isPresent() ? bytes.getAsLong() + " bytes of a file" : "a tree");
        shell.show("Block size", summary.blockBytes());
        return showState(shell, arguments, token, summary);
    }

    private static int showState(
            ShellContext shell, LinkedList<String> optionalUri, byte[] token, TokenSummary summary) {
        TokenState state;
        try {
            BatonFileSystem group = shell.groupOf(optionalUri);
            if (!group.groupStatus().group().equals(summary.group())) {
                throw new IOException(group.getUri() + " is " + group.groupStatus().group()
                        + " and not the group that made the token: name that group's URI");
            }
            state = group.offloadTokens().state(token);
        } catch (IOException | UnsupportedOperationException e) {
            shell.show("State", "unknown, the group could not be asked");
            shell.err().println("token show: " + ShellContext.sentence(e));
            return NOT_ASKED;
        }
        shell.show("Creator", state.creator());
        shell.show("Created", Instant.ofEpochMilli(state.createdMs()));
        shell.show("Expires", Instant.ofEpochMilli(state.expiresMs()));
        shell.show("Idle until", Instant.ofEpochMilli(state.idleUntilMs()));
        shell.show("State", state.dead().map(cause -> "dead: " + cause).orElse("alive"));
        return state.dead().isPresent() ? DEAD : 0;
    }
}
