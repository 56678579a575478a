package io.batonfs.protocol.rpc;

import java.io.IOException;

/**
 * A message that parses and yet can't be what a peer of this version means: something is missing, out of its range, or
 * of a kind that is unknown here. The message names the field.
 */
final class MalformedMessageException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedMessageException(String message) {
        super(message);
    }

    MalformedMessageException(String message, Throwable cause) {
        super(message, cause);
    }
}
