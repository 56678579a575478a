package io.batonfs.fs.shell;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * What became of a command: its exit code and what it said. Hadoop's commands say it to the process's own streams, so
 * only one may run at a time.
 */
record ShellRun(int exitCode, String out, String err) {

    /** Runs a command as Hadoop's scripts do. */
    static ShellRun of(Tool tool, String... arguments) throws Exception {
        return withInput(new byte[0], tool, arguments);
    }

    /** Runs a command that reads from its standard input. */
    static ShellRun withInput(byte[] input, Tool tool, String... arguments) throws Exception {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
        System.setIn(new ByteArrayInputStream(input));
        try {
            int exitCode = ToolRunner.run(tool, arguments);
            return new ShellRun(exitCode, text(said), text(complained));
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
        }
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Its lines on standard output. */
    List<String> lines() {
        return out.lines().toList();
    }

    @Override
    public String toString() {
        return "exit code " + exitCode + "\n--- out\n" + out + "--- err\n" + err;
    }
}
