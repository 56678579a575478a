package io.batonfs.protocol;

import io.batonfs.model.Caller;
import io.batonfs.model.Invocation;
import java.util.Objects;

/**
 * Who calls, and which call it is.
 *
 * @param caller     on whose behalf
 * @param invocation names the call; a repeated call carries the same one and gets the first reply (CAT-9)
 */
public record CallContext(Caller caller, Invocation invocation) {

    /** Checks for nulls. */
    public CallContext {
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(invocation, "invocation");
    }
}
