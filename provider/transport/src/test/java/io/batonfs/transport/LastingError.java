package io.batonfs.transport;

/** An Error that lasts: who asks what it says, as a logger does, or whoever says why he gives up, meets it again. */
public final class LastingError extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    /** One of a test's. */
    public LastingError() {
        super("thrown by the test");
    }

    @Override
    public String toString() {
        throw this;
    }
}
