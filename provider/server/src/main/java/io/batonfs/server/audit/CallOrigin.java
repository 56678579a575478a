package io.batonfs.server.audit;

import java.util.Objects;

/**
 * Where a call came from, for the audit log.
 *
 * @param user    the authenticated user, as Hadoop writes it: "alice (auth:SIMPLE)", with "via" and the real user
 * @param address the client's IP address; "-" for a call within this process
 */
public record CallOrigin(String user, String address) {

    /** Checks for nulls. */
    public CallOrigin {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(address, "address");
    }
}
