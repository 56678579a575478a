package io.batonfs.protocol;

import io.batonfs.model.ErrorCode;
import java.util.Objects;

/** What became of one item of an offload read. */
public sealed interface OffloadReadResult {

    /**
     * A token was made.
     *
     * @param token            512 bytes (TOK-6); worth what it represents: keep it as you keep a password
     * @param representedBytes bytes that it represents, maybe fewer than asked; 0 for a tree, whose bytes are not counted
     */
    record Granted(byte[] token, long representedBytes) implements OffloadReadResult {

        /** Keeps the token out of logs. */
        @Override
        public String toString() {
            return "Granted[representedBytes=" + representedBytes + "]";
        }
    }

    /** No token was made. */
    record Refused(ErrorCode code, String message) implements OffloadReadResult {

        /** Checks for nulls. */
        public Refused {
            Objects.requireNonNull(code, "code");
            Objects.requireNonNull(message, "message");
        }
    }
}
