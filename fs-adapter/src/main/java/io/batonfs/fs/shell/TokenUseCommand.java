package io.batonfs.fs.shell;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.protocol.OffloadWriteResult;
import java.io.IOException;
import java.util.LinkedList;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.shell.CommandFormat;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** {@code hadoop baton token use}. */
final class TokenUseCommand implements Subcommand {

    @Override
    public String name() {
        return "token use";
    }

    @Override
    public String usage() {
        return "[-overwrite] [-offset <bytes>] [-length <bytes>] <local file> <path>";
    }

    @Override
    public String description() {
        return """
                Makes a file, or a tree, at <path> of what a token stands for, in the token's group. No bytes are moved.
                -overwrite : replace what is there, atomically
                -offset <bytes> : begin there; 0 if not given
                -length <bytes> : so many; all that there are if not given. Sizes may end in k, m, g or t""";
    }

    @Override
    public int run(ShellContext shell, LinkedList<String> arguments) throws IOException {
        CommandFormat format = new CommandFormat(2, 2, "overwrite");
        format.addOptionWithValue("offset");
        format.addOptionWithValue("length");
        format.parse(arguments);
        long offset = bytes("offset", format.getOptValue("offset"), 0);
        long length = bytes("length", format.getOptValue("length"), -1);
        byte[] token = TokenFile.read(java.nio.file.Path.of(arguments.get(0)));
        Path path = new Path(arguments.get(1));
        BatonFileSystem group = shell.groupOf(path);
        OffloadWriteResult.Written written =
                group.offloadTokens().use(token, offset, length, path, format.getOpt("overwrite"));
        if (written.info().isDirectory()) {
            shell.out().println("Made the tree " + path + " by token; no bytes were copied");
            return 0;
        }
        shell.out().println("Made " + path + " of " + written.writtenBytes() + " bytes by token; no bytes were copied");
        if (length >= 0 && written.writtenBytes() < length) {
            shell.err().println("token use: the token had only " + written.writtenBytes() + " of the " + length
                    + " bytes that were asked for");
            return 1;
        }
        return 0;
    }

    private static long bytes(String option, String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        long bytes;
        try {
            bytes = TraditionalBinaryPrefix.string2long(text);
        } catch (RuntimeException e) {
            // It throws what charAt and parseLong throw.
            throw new IllegalArgumentException("-" + option + " is \"" + text + "\", which is no number of bytes", e);
        }
        if (bytes < 0) {
            throw new IllegalArgumentException("-" + option + " is " + text + "; it can't be negative");
        }
        return bytes;
    }
}
