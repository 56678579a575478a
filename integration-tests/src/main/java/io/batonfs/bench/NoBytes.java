package io.batonfs.bench;

import io.batonfs.quickstart.ClientFigures;
import java.io.IOException;

/**
 * Watches that copies on Baton move no byte through this JVM's clients, by what they count. Work that has streamed has
 * measured something else than its row says, and fails.
 */
final class NoBytes {
    private final ClientFigures before = ClientFigures.now();

    private NoBytes() {
    }

    /** Watches from now on. */
    static NoBytes fromNow() {
        return new NoBytes();
    }

    /**
     * Fails if a byte passed since the beginning, if a copy by token was refused, or if others were made than these.
     *
     * @param copies files and trees that were copied by token
     * @param bytes  of the files among them
     */
    void check(long copies, long bytes) throws IOException {
        ClientFigures passed = ClientFigures.now().since(before);
        if (passed.clientBytes() != 0 || passed.lwioBytes() != 0 || passed.fallbacks() != 0) {
            throw new IOException("no byte should pass through the client, and it counted " + passed);
        }
        if (passed.offloadedCopies() != copies || passed.offloadedBytes() != bytes) {
            throw new IOException(copies + " copies by token of " + bytes + " bytes should have been made, and the"
                    + " client counted " + passed);
        }
    }
}
