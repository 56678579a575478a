package io.batonfs.transport.lwio;

import java.io.IOException;
import java.util.Objects;

/** An LWIO request or connection that ended with a status other than success. */
public final class LwioException extends IOException {
    private static final long serialVersionUID = 1L;

    private final LwioStatus status;

    /** A failure with a status. */
    public LwioException(LwioStatus status, String message) {
        super(message);
        this.status = Objects.requireNonNull(status, "status");
    }

    /** A failure with a status and its cause. */
    public LwioException(LwioStatus status, String message, Throwable cause) {
        super(message, cause);
        this.status = Objects.requireNonNull(status, "status");
    }

    /** What the answer said, or would have said. */
    public LwioStatus status() {
        return status;
    }
}
