package io.batonfs.model;

import java.util.Objects;
import java.util.UUID;

/**
 * Names a group of storage servers for ever. It stands in every segment, token and superblock, so that nothing of
 * another group is ever taken for one's own.
 *
 * @param value a random (version 4) UUID made when the group was formatted
 */
public record GroupId(UUID value) {

    /** Checks for null. */
    public GroupId {
        Objects.requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return "group-" + value;
    }
}
