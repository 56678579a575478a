package io.batonfs.fs.shell;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.fs.OffloadTokens;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.TokenLimits;
import java.io.IOException;
import java.util.LinkedList;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.shell.CommandFormat;

/** {@code hadoop baton token create}. */
final class TokenCreateCommand implements Subcommand {
    /** An hour: long enough to hand a token to a person, short enough for one that was forgotten. */
    private static final String DEFAULT_LIMIT = "1h";

    @Override
    public String name() {
        return "token create";
    }

    @Override
    public String usage() {
        return "[-ttl <time>] [-inactivity <time>] <path> <local file>";
    }

    @Override
    public String description() {
        return """
                Makes a token that stands for the file or tree at <path> as it is now, and writes its 512 bytes to a new
                local file that only you can read. Whoever has the bytes can make copies of what the token stands for
                until it ends: keep the file as you keep a password.
                -ttl <time> : how long it lives, as 90s, 30m, 12h, 7d; 1h if not given
                -inactivity <time> : how long it lives without being used; 1h if not given
                The group may set shorter limits; "token show" tells those in force.""";
    }

    @Override
    public int run(ShellContext shell, LinkedList<String> arguments) throws IOException {
        CommandFormat format = new CommandFormat(2, 2);
        format.addOptionWithValue("ttl");
        format.addOptionWithValue("inactivity");
        format.parse(arguments);
        TokenLimits limits = new TokenLimits(
                milliseconds("ttl", format.getOptValue("ttl")),
                milliseconds("inactivity", format.getOptValue("inactivity")));
        Path path = new Path(arguments.get(0));
        BatonFileSystem group = shell.groupOf(path);
        FileStatus status = group.getFileStatus(path);
        try (TokenFile file = TokenFile.create(java.nio.file.Path.of(arguments.get(1)))) {
            OffloadReadResult.Granted granted = group.offloadTokens().create(path, 0, -1, limits);
            keep(file, granted.token(), group.offloadTokens());
            shell.out().println("The token in " + arguments.get(1) + " stands for "
                    + (status.isDirectory() ? "the tree " + path : granted.representedBytes() + " bytes of " + path)
                    + "; whoever has that file can copy them");
        }
        return 0;
    }

    /** A token that can't be written down is ended: nobody could use it or end it later. */
    private static void keep(TokenFile file, byte[] token, OffloadTokens tokens) throws IOException {
        try {
            file.keep(token);
        } catch (IOException e) {
            try {
                tokens.revoke(token);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    private static long milliseconds(String option, String text) {
        Configuration parser = new Configuration(false);
        parser.set(option, text == null ? DEFAULT_LIMIT : text);
        long milliseconds;
        try {
            milliseconds = parser.getTimeDuration(option, 0, TimeUnit.SECONDS, TimeUnit.MILLISECONDS);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("-" + option + " is " + text + "; say it as 90s, 30m, 12h or 7d", e);
        }
        if (milliseconds < 1) {
            throw new IllegalArgumentException("-" + option + " is " + text + "; a token lives for 1 ms at least");
        }
        return milliseconds;
    }
}
