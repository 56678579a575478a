package io.batonfs.processes;

import io.batonfs.server.daemon.BatonCommand;

/** {@code baton server} in a JVM that dies with whoever started it, to whom the line goes that says where it serves. */
final class ServerProgram {

    private ServerProgram() {
    }

    /** Begins the talk, then does what {@code bin/baton} does. */
    public static void main(String[] arguments) {
        ChildSession.begin().sayNextLineOfProgram();
        BatonCommand.main(arguments);
    }
}
