package io.batonfs.shell;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.PrivilegedExceptionAction;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.ToolRunner;

/**
 * Plays transcripts on a file system and compares what is said. Hadoop's commands speak to the process's own streams, so
 * only one may play at a time.
 */
final class TranscriptPlayer {
    /** The last line of what is said: more follows, which is not looked at. */
    private static final String MORE = "...";

    private final String fileSystem;
    private final Configuration conf;
    private final Function<Configuration, FsShell> shell;
    private final File temporary;
    private File local;

    /**
     * A player.
     *
     * @param fileSystem the name that lines of the transcript may have
     * @param conf       its default file system is played on; all that is in it gets lost
     * @param shell      makes the shell for each command
     * @param temporary  for local files, a directory for each transcript
     */
    TranscriptPlayer(String fileSystem, Configuration conf, Function<Configuration, FsShell> shell, File temporary) {
        this.fileSystem = fileSystem;
        this.conf = conf;
        this.shell = shell;
        this.temporary = temporary;
    }

    /** Plays a transcript from its beginning on an empty file system; the first difference ends it. */
    void play(String name) throws Exception {
        empty();
        local = Files.createDirectories(temporary.toPath().resolve("local-" + name)).toFile();
        StringBuilder played = new StringBuilder();
        for (Transcript.Step step : Transcript.read(name, fileSystem).steps()) {
            String difference = play(step, played);
            if (!difference.isEmpty()) {
                throw new AssertionError(name + ":" + step.line() + " on " + fileSystem + ": " + difference
                        + "\nPlayed so far:\n" + played);
            }
        }
    }

    private void empty() throws IOException {
        FileSystem fs = FileSystem.get(conf);
        for (FileStatus status : fs.listStatus(new Path("/"))) {
            fs.delete(status.getPath(), true);
        }
    }

    private String play(Transcript.Step step, StringBuilder played) throws Exception {
        String input = String.join("\n", step.input()) + (step.input().isEmpty() ? "" : "\n");
        Said said = step.user().isEmpty() ? run(step, input) : runAs(step, input);
        played.append(step.user()).append("$ ").append(step.command()).append('\n').append(said);
        String wrong = difference(step.out(), said.out(), "standard output")
                + difference(step.err(), said.err(), "standard error");
        return said.exitCode() == step.exitCode() ? wrong : wrong + "exit code " + said.exitCode() + ", not "
                + step.exitCode();
    }

    private Said runAs(Transcript.Step step, String input) throws Exception {
        UserGroupInformation ugi = UserGroupInformation.createUserForTesting(step.user(), new String[] {step.user()});
        try {
            return ugi.doAs((PrivilegedExceptionAction<Said>) () -> run(step, input));
        } finally {
            FileSystem.closeAllForUGI(ugi);
        }
    }

    private Said run(Transcript.Step step, String input) throws Exception {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            String[] words = Transcript.words(filled(step.command()));
            int exitCode = ToolRunner.run(shell.apply(new Configuration(conf)), words);
            return new Said(exitCode, lines(said), lines(complained));
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
        }
    }

    private static List<String> lines(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private String filled(String text) {
        return text.replace("<user>", System.getProperty("user.name")).replace("<local>", local.getPath());
    }

    private String difference(List<String> expected, List<String> actual, String stream) {
        boolean more = !expected.isEmpty() && expected.get(expected.size() - 1).equals(MORE);
        int compared = more ? expected.size() - 1 : expected.size();
        boolean same = more ? actual.size() > compared : actual.size() == compared;
        for (int i = 0; same && i < compared; i++) {
            same = pattern(filled(expected.get(i))).matcher(actual.get(i)).matches();
        }
        return same ? "" : "\nexpected on " + stream + ":\n" + String.join("\n", expected) + "\nbut was:\n"
                + String.join("\n", actual) + "\n";
    }

    private static Pattern pattern(String line) {
        String quoted = Pattern.quote(line)
                .replace("<time>", "\\E\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\\Q")
                .replace("<uri>", "\\E(?:hdfs|baton):(?://[^/]*)?\\Q")
                .replace("<n>", "\\E\\d+\\Q")
                .replace("<any>", "\\E.*\\Q");
        return Pattern.compile(quoted);
    }

    /** What a command said. */
    private record Said(int exitCode, List<String> out, List<String> err) {

        /** As a transcript has it, to take it down. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            out.forEach(line -> text.append("> ").append(line).append('\n'));
            err.forEach(line -> text.append("! ").append(line).append('\n'));
            return exitCode == 0 ? text.toString() : text.append("= ").append(exitCode).append('\n').toString();
        }
    }
}
