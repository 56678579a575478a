package io.batonfs.histories;

/**
 * An operation as it was called.
 *
 * @param client   who called; one call at a time
 * @param invoked  a moment before it began, on the clock that all clients share
 * @param returned a moment after its end
 */
record Call(int client, long invoked, long returned, Operation operation, Outcome outcome) {

    /** The latest moment at which it may have taken effect: never over for an unknown outcome. */
    long latest() {
        return outcome.equals(Outcome.UNKNOWN) ? Long.MAX_VALUE : returned;
    }

    @Override
    public String toString() {
        return String.format("%5d..%-5d client %d  %s -> %s", invoked, returned, client, operation.line(), outcome.line());
    }
}
