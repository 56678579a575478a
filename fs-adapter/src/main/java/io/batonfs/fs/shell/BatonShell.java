package io.batonfs.fs.shell;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * {@code hadoop baton SUBCOMMAND}: what Baton can do that Hadoop's own tools have no word for. Exit codes are as those of
 * {@code hadoop fs}: 0 done, 1 failed, -1 (255 to a shell) wrong usage; {@code status} and {@code token show} say more by
 * theirs, see their help.
 */
public final class BatonShell extends Configured implements Tool {
    /** The command line was not understood. */
    static final int WRONG_USAGE = -1;

    private static final Set<String> HELP = Set.of("-help", "--help");
    /** Set by scripts that run this under another name. */
    private static final String CALLED = System.getProperty("baton.shell.name", "hadoop baton");
    private static final String PREFIX = "Usage: " + CALLED + " [generic options]";
    private static final List<Subcommand> SUBCOMMANDS = Stream.concat(Stream.of(
            new StatusCommand(), new CloneCommand(), new TokenCreateCommand(), new TokenShowCommand(),
            new TokenUseCommand(), new TokenRevokeCommand()), StoragePolicyCommand.all().stream()).toList();

    /** A shell whose configuration is set later, by {@link ToolRunner}. */
    public BatonShell() {
        super();
    }

    /** A shell for a configuration. */
    public BatonShell(Configuration conf) {
        super(conf);
    }

    @Override
    public int run(String[] arguments) {
        UserGroupInformation.setConfiguration(getConf());
        LinkedList<String> rest = new LinkedList<>(Arrays.asList(arguments));
        if (rest.isEmpty()) {
            printUsage(System.err);
            return WRONG_USAGE;
        }
        String first = rest.getFirst();
        if (HELP.contains(first) || first.equals("help")) {
            rest.removeFirst();
            return help(rest);
        }
        Optional<Subcommand> subcommand = take(rest);
        if (subcommand.isEmpty() && rest.size() == 2 && HELP.contains(rest.getLast())) {
            return help(rest);
        }
        if (subcommand.isEmpty()) {
            return unknown(rest);
        }
        if (rest.size() == 1 && HELP.contains(rest.getFirst())) {
            printHelp(subcommand.get());
            return 0;
        }
        return run(subcommand.get(), rest);
    }

    /** Where the first word is right, the usage of what may follow it is enough. */
    private static int unknown(List<String> arguments) {
        List<Subcommand> family = family(arguments.get(0));
        if (family.isEmpty()) {
            System.err.println(arguments.get(0) + ": Unknown command");
            printUsage(System.err);
        } else {
            System.err.println(arguments.get(0) + ": " + (arguments.size() == 1 ? "say what to do"
                    : "there is no " + arguments.get(0) + " " + arguments.get(1)));
            System.err.println(PREFIX);
            printUsage(family, System.err);
        }
        return WRONG_USAGE;
    }

    private static List<Subcommand> family(String first) {
        return SUBCOMMANDS.stream().filter(each -> each.name().startsWith(first + " ")).toList();
    }

    private int run(Subcommand subcommand, LinkedList<String> arguments) {
        try {
            return subcommand.run(new ShellContext(getConf(), System.out, System.err), arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(subcommand.name() + ": " + e.getMessage());
            System.err.println(PREFIX + " " + subcommand.name() + " " + subcommand.usage());
            return WRONG_USAGE;
        } catch (IOException | UnsupportedOperationException e) {
            System.err.println(subcommand.name() + ": " + ShellContext.sentence(e));
            return subcommand.exitCodeForFailure();
        }
    }

    private int help(LinkedList<String> of) {
        if (of.isEmpty()) {
            printUsage(System.out);
            for (Subcommand subcommand : SUBCOMMANDS) {
                printHelp(subcommand);
            }
            return 0;
        }
        Optional<Subcommand> subcommand = take(of);
        if (subcommand.isPresent()) {
            printHelp(subcommand.get());
            return 0;
        }
        List<Subcommand> family = family(of.getFirst());
        if (family.isEmpty()) {
            System.err.println("help: `" + of.getFirst() + "': Unknown command");
            printUsage(System.err);
            return WRONG_USAGE;
        }
        family.forEach(BatonShell::printHelp);
        return 0;
    }

    /** Takes a subcommand's words off the arguments. */
    private static Optional<Subcommand> take(LinkedList<String> arguments) {
        for (Subcommand subcommand : SUBCOMMANDS) {
            List<String> words = List.of(subcommand.name().split(" "));
            if (arguments.size() >= words.size() && arguments.subList(0, words.size()).equals(words)) {
                arguments.subList(0, words.size()).clear();
                return Optional.of(subcommand);
            }
        }
        return Optional.empty();
    }

    private static void printUsage(PrintStream to) {
        to.println(PREFIX);
        printUsage(SUBCOMMANDS, to);
        to.println("\t[help [cmd ...]]");
        to.println();
        ToolRunner.printGenericCommandUsage(to);
    }

    private static void printUsage(List<Subcommand> subcommands, PrintStream to) {
        for (Subcommand subcommand : subcommands) {
            to.println("\t[" + subcommand.name() + " " + subcommand.usage() + "]");
        }
    }

    private static void printHelp(Subcommand subcommand) {
        System.out.println(subcommand.name() + " " + subcommand.usage() + " :");
        subcommand.description().lines().forEach(line -> System.out.println("  " + line));
        System.out.println();
    }

    /** What {@code hadoop baton} runs; ends the JVM with the subcommand's exit code. */
    public static void main(String[] arguments) throws Exception {
        System.exit(ToolRunner.run(new Configuration(), new BatonShell(), arguments));
    }
}
