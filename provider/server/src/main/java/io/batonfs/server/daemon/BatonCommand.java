package io.batonfs.server.daemon;

import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import picocli.CommandLine;

/** The commands of {@code bin/baton} that are about servers. */
@Command(name = "baton", mixinStandardHelpOptions = true, versionProvider = BatonVersion.class,
        description = "Baton: a file system for Hadoop in which a copy is the passing of a token.",
        subcommands = {ServerCommand.class, FormatCommand.class, ProfileCommand.class, HealthCommand.class,
            PoolsCommand.class, DevicesCommand.class, ScrubCommand.class, FsckCommand.class, VersionCommand.class, HelpCommand.class},
        footer = {"", "Beside these, about a running group, explained by \"baton help COMMAND\":",
            "  fs               Hadoop's file system shell, with copies by token",
            "  status           what a group consists of and how it is",
            "  clone            makes a file or tree a clone of another, whatever the size",
            "  token            makes, shows, uses and revokes tokens",
            "  storagepolicies  shows and sets storage policies, has data carried"})
public final class BatonCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(BatonCommand.class);

    @Spec
    private CommandSpec spec;

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line; failures are told in a sentence, and to the log with their trace, wrong usage with the right one. */
    static CommandLine commandLine() {
        return new CommandLine(new BatonCommand()).setParameterExceptionHandler((wrong, arguments) -> {
            // The whole help is longer than a terminal, and what is wrong would stand above it.
            CommandLine command = wrong.getCommandLine();
            PrintWriter err = command.getErr();
            err.println(wrong.getMessage());
            UnmatchedArgumentException.printSuggestions(wrong, err);
            err.print(command.getHelp().fullSynopsis());
            err.println("\"" + command.getCommandSpec().qualifiedName() + " --help\" explains it");
            err.flush();
            return command.getCommandSpec().exitCodeOnInvalidInput();
        }).setExecutionExceptionHandler((failure, command, parsed) -> {
            LOG.error("{} failed", command.getCommandSpec().qualifiedName(), failure);
            command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + sentence(failure));
            return ExitCodes.FAILED;
        });
    }

    private static String sentence(Exception failure) {
        // The message of these is the path and no more.
        boolean unsaid = failure.getMessage() == null
                || failure instanceof FileSystemException ofFiles && ofFiles.getReason() == null;
        return unsaid ? failure.toString() : failure.getMessage();
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
