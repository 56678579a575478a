package io.batonfs.catalog.tables;

/** Bytes that no writer of this version can have written. */
public final class MalformedBytesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with them. */
    public MalformedBytesException(String message) {
        super(message);
    }

    /** What is wrong with them, and why. */
    public MalformedBytesException(String message, Throwable cause) {
        super(message, cause);
    }
}
