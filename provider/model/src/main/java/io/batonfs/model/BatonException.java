package io.batonfs.model;

import java.io.IOException;
import java.util.Objects;

/**
 * A failure with a stable code. The message names the thing that failed, the reason, and what to do.
 */
public final class BatonException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** A failure without an underlying cause. */
    public BatonException(ErrorCode code, String message) {
        super(message);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** A failure with its cause. */
    public BatonException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** The stable code. */
    public ErrorCode code() {
        return code;
    }
}
