package io.batonfs.server.daemon;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands of {@code bin/baton} that are about servers. */
@Command(name = "baton", mixinStandardHelpOptions = true, versionProvider = BatonVersion.class,
        description = "Baton: a file system for Hadoop in which a copy is the passing of a token.",
        subcommands = {ServerCommand.class, FormatCommand.class, HealthCommand.class, VersionCommand.class,
            HelpCommand.class})
public final class BatonCommand implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(BatonCommand.class);

    @Spec
    private CommandSpec spec;

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line; failures are told in a sentence, and to the log with their trace. */
    static CommandLine commandLine() {
        return new CommandLine(new BatonCommand()).setExecutionExceptionHandler((failure, command, parsed) -> {
            LOG.error("{} failed", command.getCommandSpec().qualifiedName(), failure);
            command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + sentence(failure));
            return ExitCodes.FAILED;
        });
    }

    private static String sentence(Exception failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }
}
