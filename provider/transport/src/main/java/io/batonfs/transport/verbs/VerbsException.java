package io.batonfs.transport.verbs;

import java.io.IOException;

/** A verb that could not be carried out: wrong state, full queue, refused connection. */
public final class VerbsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A failure that names what failed, why, and what to do. */
    public VerbsException(String message) {
        super(message);
    }

    /** With a cause. */
    public VerbsException(String message, Throwable cause) {
        super(message, cause);
    }
}
