package io.batonfs.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session with {@code hadoop fs}, as text:
 *
 * <pre>
 *   # a comment
 *   $ -mkdir /a          a command of the user who owns the file system
 *   alice$ -ls /a        a command of somebody else
 *   &lt; text               a line on its standard input
 *   &gt; text               a line that it says on standard output
 *   ! text               a line that it says on standard error
 *   = 1                  its exit code, if not 0
 * </pre>
 * A line for one of the two file systems only has its name behind the mark: {@code >hdfs text}, {@code $baton -ls}.
 * {@code <user>} stands for who owns the file system, {@code <local>} for a local directory, and in what is said
 * {@code <time>} for a time, {@code <n>} for a number, {@code <uri>} for the file system's URI, {@code <any>} for
 * anything; {@code ...} as the last line for whatever follows.
 */
final class Transcript {
    private static final Pattern LINE = Pattern.compile("([a-z]*\\$|[<>!=])(hdfs|baton)?(?: (.*))?");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    private final List<Step> steps;

    private Transcript(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * One command and what is to come of it.
     *
     * @param line where it stands, from 1
     * @param user who gives it; empty for the owner of the file system
     */
    record Step(int line, String user, String command, List<String> input, List<String> out, List<String> err,
            int exitCode) {
    }

    /** The commands in their order. */
    List<Step> steps() {
        return steps;
    }

    /** Reads a transcript of this package's resources, for one of the file systems. */
    static Transcript read(String name, String fileSystem) {
        try (InputStream text = Transcript.class.getResourceAsStream("/shell/" + name)) {
            return parse(name, new String(text.readAllBytes(), StandardCharsets.UTF_8), fileSystem);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Understands a transcript. */
    static Transcript parse(String name, String text, String fileSystem) {
        List<Step> steps = new ArrayList<>();
        int number = 0;
        boolean skipping = false;
        for (String line : text.split("\n")) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Matcher parts = LINE.matcher(line);
            if (!parts.matches()) {
                throw new IllegalArgumentException(name + ":" + number + " is no line of a transcript: " + line);
            }
            String mark = parts.group(1);
            String said = Optional.ofNullable(parts.group(3)).orElse("");
            boolean other = parts.group(2) != null && !parts.group(2).equals(fileSystem);
            if (mark.endsWith("$")) {
                skipping = other;
                if (!other) {
                    steps.add(new Step(number, mark.substring(0, mark.length() - 1), said, new ArrayList<>(),
                            new ArrayList<>(), new ArrayList<>(), 0));
                }
            } else if (!skipping && !other) {
                add(steps, mark, said);
            }
        }
        return new Transcript(steps);
    }

    private static void add(List<Step> steps, String mark, String said) {
        int at = steps.size() - 1;
        Step step = steps.get(at);
        switch (mark) {
            case "<" -> step.input().add(said);
            case ">" -> step.out().add(said);
            case "!" -> step.err().add(said);
            default -> steps.set(at, new Step(step.line(), step.user(), step.command(), step.input(), step.out(),
                    step.err(), Integer.parseInt(said)));
        }
    }

    /** The words of a command; quotes keep blanks together. */
    static String[] words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            for (int group = 1; group <= 3; group++) {
                if (word.group(group) != null) {
                    words.add(word.group(group));
                }
            }
        }
        return words.toArray(String[]::new);
    }
}
