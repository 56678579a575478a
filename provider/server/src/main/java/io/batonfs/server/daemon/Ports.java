package io.batonfs.server.daemon;

import java.io.IOException;

/** Words for ports that can't be had. */
final class Ports {

    private Ports() {
    }

    static IOException cannotListen(DaemonKey key, Object address, Exception cause) {
        return new IOException(key.name() + " = " + address + ": can't listen there: " + cause.getMessage()
                + "; stop what uses the port, or choose another", cause);
    }
}
