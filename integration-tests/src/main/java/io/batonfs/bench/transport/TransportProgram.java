package io.batonfs.bench.transport;

import io.batonfs.processes.ChildSession;
import java.nio.file.Path;

/**
 * The JVM of a carrier's server. Arguments: the carrier, the directory for what clients have to know, an empty
 * directory in memory. It says when it is ready, and serves until it is killed.
 */
public final class TransportProgram {
    /** What it says. */
    public static final String READY = "ready";

    private TransportProgram() {
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Served served = Carrier.valueOf(arguments[0]).serve(Path.of(arguments[2]));
        ServerFacts.here(served.addresses()).write(Path.of(arguments[1]));
        session.say(READY);
        // Nothing more is ever said to it.
        session.hear();
    }
}
