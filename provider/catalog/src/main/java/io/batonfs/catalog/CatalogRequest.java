package io.batonfs.catalog;

import io.batonfs.model.Caller;
import io.batonfs.model.Invocation;
import java.util.Objects;

/**
 * A command with who asks, which call it is, and when: what goes through the log.
 *
 * @param invocation repeated by a retry, which gets the first reply (CAT-9)
 * @param caller     on whose behalf
 * @param timeMs     milliseconds since 1970 by the proposing server's clock; time never runs backwards in the tables
 * @param command    what to do
 */
public record CatalogRequest(Invocation invocation, Caller caller, long timeMs, Command command) {

    /** Checks for nulls. */
    public CatalogRequest {
        Objects.requireNonNull(invocation, "invocation");
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(command, "command");
    }
}
