package io.batonfs.model;

import java.util.Objects;
import java.util.UUID;

/**
 * Names one call of one client, so that a retried call has one effect and gets the first reply (CAT-9).
 *
 * @param clientId the client, random, made once per client instance
 * @param callId   the call, counted up by the client, never used twice
 */
public record Invocation(UUID clientId, long callId) {

    /** Checks for null. */
    public Invocation {
        Objects.requireNonNull(clientId, "clientId");
    }
}
