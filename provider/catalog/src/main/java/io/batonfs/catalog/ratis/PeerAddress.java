package io.batonfs.catalog.ratis;

import java.util.Objects;

/**
 * One peer of the catalog's log.
 *
 * @param id      its name, for ever; at most 255 bytes, no spaces
 * @param address where it can be reached; for peers in one JVM any text
 */
public record PeerAddress(String id, String address) {

    /** Checks for null and for a usable name. */
    public PeerAddress {
        Objects.requireNonNull(address, "address");
        if (id.isBlank() || id.length() > 255 || id.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("a peer's id is 1 to 255 characters without spaces, not \"" + id + "\"");
        }
    }
}
