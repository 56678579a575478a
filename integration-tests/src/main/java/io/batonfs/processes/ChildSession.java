package io.batonfs.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The child's end of the talk. A thread of its own reads the lines from the test; when they end, the test is gone, and
 * the child ends at once, so that no child outlives the JVM of its test.
 */
public final class ChildSession {
    /** None that a program of ours ends with. */
    private static final int ORPHANED = 97;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final PrintStream out = System.out;

    private ChildSession() {
    }

    /** Begins the talk; to be called once, first of all. */
    public static ChildSession begin() {
        ChildSession session = new ChildSession();
        Thread reader = new Thread(session::readLines, "lines from the test");
        reader.setDaemon(true);
        reader.start();
        return session;
    }

    private void readLines() {
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            e.printStackTrace();
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    /** Says a line to the test. It is out when this returns, whatever happens to this process then. */
    public void say(String line) {
        synchronized (out) {
            out.println(ChildProcess.MARK + line);
            out.flush();
        }
    }

    /**
     * Marks the next line that anybody prints to standard output as one for the test: for a program in this JVM that knows
     * nothing of the talk.
     */
    public void sayNextLineOfProgram() {
        synchronized (out) {
            out.print(ChildProcess.MARK);
            out.flush();
        }
    }

    /** Waits for a line from the test. */
    public String hear() throws InterruptedException {
        return lines.take();
    }
}
