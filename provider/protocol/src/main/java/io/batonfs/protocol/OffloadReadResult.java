package io.batonfs.protocol;

import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.util.Objects;
import java.util.Optional;

/** What became of one item of an offload read. */
public sealed interface OffloadReadResult {

    /**
     * A token was made.
     *
     * @param token            512 bytes (TOK-6); worth what it represents: keep it as you keep a password
     * @param representedBytes bytes that it represents, maybe fewer than asked; 0 for a tree, whose bytes are not counted
     * @param file             of a file that was asked for at rest, what it told about itself when the token was made: as
     *                         long as its id, length and time of modification are these, it has the content that the
     *                         token stands for. Empty else
     */
    record Granted(byte[] token, long representedBytes, Optional<FileInfo> file) implements OffloadReadResult {

        /** Checks for nulls. */
        public Granted {
            Objects.requireNonNull(token, "token");
            Objects.requireNonNull(file, "file");
        }

        /** A token of which no more is said. */
        public Granted(byte[] token, long representedBytes) {
            this(token, representedBytes, Optional.empty());
        }

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
