package io.batonfs.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for tests that listen there later, or again. They lie below those that systems give to whoever connects, so that none
 * is taken meanwhile, not even by the very client that looks for its server there.
 */
public final class FreePorts {
    private static final int FIRST = 15_000;
    private static final int END = 32_000;

    private FreePorts() {
    }

    /** One at the loopback address that is the caller's until he closes it. */
    public static ServerSocket hold() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try {
                return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            } catch (BindException e) {
                // Somebody's: another is tried.
                continue;
            }
        }
    }

    /** One at which nobody listened just now. */
    public static int next() throws IOException {
        try (ServerSocket held = hold()) {
            return held.getLocalPort();
        }
    }
}
