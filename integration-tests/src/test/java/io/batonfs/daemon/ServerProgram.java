package io.batonfs.daemon;

import io.batonfs.processes.ChildSession;
import io.batonfs.server.daemon.BatonCommand;

/** {@code baton server} in a JVM that dies with its test. The line that says where it serves goes to the test. */
final class ServerProgram {

    private ServerProgram() {
    }

    public static void main(String[] arguments) {
        ChildSession.begin().sayNextLineOfProgram();
        BatonCommand.main(arguments);
    }
}
