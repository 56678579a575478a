package io.batonfs.fs.shell;

import java.io.IOException;
import java.util.LinkedList;

/** A subcommand of {@link BatonShell}. Stateless: one object serves every run. */
interface Subcommand {

    /** The words that call it: {@code status}, {@code token create}. */
    String name();

    /** Options and arguments, in the notation of Hadoop's tools. */
    String usage();

    /** What it does, for a person who has never done it. */
    String description();

    /**
     * Does it.
     *
     * @param arguments what stood behind its name; may be changed
     * @return the exit code
     * @throws IllegalArgumentException if the arguments are not understood
     * @throws IOException              if it failed; told to the user as a sentence
     */
    int run(ShellContext shell, LinkedList<String> arguments) throws IOException;

    /** The exit code where {@link #run} throws. */
    default int exitCodeForFailure() {
        return 1;
    }
}
