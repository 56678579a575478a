package io.batonfs.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness itself: what its crash tests rely on. */
class ProcessHarnessTest {
    private static final int KILLED = 128 + 9;

    @TempDir
    Path directory;

    /** Says what it hears, until it hears "end"; "fail" makes it fail. */
    static final class Echo {
        public static void main(String[] arguments) throws Exception {
            ChildSession session = ChildSession.begin();
            System.out.println("not a line of the protocol");
            session.say("ready " + arguments[0] + " " + System.getProperty("given"));
            for (String line = session.hear(); !line.equals("end"); line = session.hear()) {
                if (line.equals("fail")) {
                    throw new IllegalStateException("failed as asked");
                }
                session.say(line);
            }
        }
    }

    /** Says what it was told of its compilers. */
    static final class Compilers {
        public static void main(String[] arguments) throws Exception {
            ChildSession.begin().say(told());
        }

        private static String told() {
            return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(argument -> argument.startsWith("-XX:TieredStopAtLevel")).toList().toString();
        }
    }

    @Test
    void childrenHaveTheCompilersOfTheirParentUnlessAllAreAskedFor() throws Exception {
        try (ProcessHarness harness = new ProcessHarness(directory)) {
            harness.start(Compilers.class).await(Compilers.told());
            harness.allCompilers().start(Compilers.class).await("[]");
        }
    }

    @Test
    void childrenTalkAndEnd() throws Exception {
        try (ProcessHarness harness = new ProcessHarness(directory).with("given", "too")) {
            ChildProcess child = harness.start(Echo.class, "x");
            child.await("ready x too");
            child.send("hello");
            child.await("hello");
            child.send("end");
            child.awaitGoodEnd();
        }
    }

    @Test
    void killIsKillNine() throws Exception {
        try (ProcessHarness harness = new ProcessHarness(directory)) {
            ChildProcess child = harness.start(Echo.class, "x");
            child.await("ready x null");
            child.kill();
            assertThat(child.exitCode()).isEqualTo(KILLED);
        }
    }

    @Test
    void logIsShownWhenAChildFails() throws Exception {
        try (ProcessHarness harness = new ProcessHarness(directory)) {
            ChildProcess child = harness.start(Echo.class, "x");
            child.await("ready x null");
            child.send("fail");
            assertThatThrownBy(child::nextLine)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("failed as asked");
        }
    }

    @Test
    void closingLeavesNoChild() throws Exception {
        ChildProcess child;
        try (ProcessHarness harness = new ProcessHarness(directory)) {
            child = harness.start(Echo.class, "x");
            child.await("ready x null");
        }
        assertThat(child.exitCode()).isEqualTo(KILLED);
    }
}
