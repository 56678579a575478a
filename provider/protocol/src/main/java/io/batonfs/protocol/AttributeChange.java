package io.batonfs.protocol;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Attributes to set; what is empty stays.
 *
 * @param mode        permission bits
 * @param owner       owning user; only a superuser may change it
 * @param group       owning group; the owner may choose among his own
 * @param modifiedMs  modification time, milliseconds since 1970
 * @param accessedMs  access time, milliseconds since 1970
 * @param replication stored replication factor; ignored on directories
 */
public record AttributeChange(
        OptionalInt mode, Optional<String> owner, Optional<String> group, OptionalLong modifiedMs,
        OptionalLong accessedMs, OptionalInt replication) {
}
