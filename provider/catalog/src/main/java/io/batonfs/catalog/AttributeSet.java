package io.batonfs.catalog;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Attributes to set; what is empty stays.
 *
 * @param mode        permission bits, 0 to 01777 octal; only the owner or a superuser
 * @param owner       owning user; only a superuser
 * @param group       owning group; a superuser, or the owner among his own groups
 * @param modifiedMs  modification time, milliseconds since 1970
 * @param accessedMs  access time, milliseconds since 1970
 * @param replication stored replication factor, 1 to 512; ignored on directories
 * @param storagePolicy name of a storage policy, which the catalog takes as it is; empty to take it away
 */
public record AttributeSet(
        OptionalInt mode, Optional<String> owner, Optional<String> group, OptionalLong modifiedMs,
        OptionalLong accessedMs, OptionalInt replication, Optional<String> storagePolicy) {

    /** Sets nothing. */
    public static final AttributeSet NONE = new AttributeSet(OptionalInt.empty(), Optional.empty(), Optional.empty(),
            OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty(), Optional.empty());

    /** Checks for nulls. */
    public AttributeSet {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(modifiedMs, "modifiedMs");
        Objects.requireNonNull(accessedMs, "accessedMs");
        Objects.requireNonNull(replication, "replication");
        Objects.requireNonNull(storagePolicy, "storagePolicy");
    }

    /** Sets the permission bits only. */
    public static AttributeSet ofMode(int mode) {
        return new AttributeSet(OptionalInt.of(mode), Optional.empty(), Optional.empty(), OptionalLong.empty(),
                OptionalLong.empty(), OptionalInt.empty(), Optional.empty());
    }

    /** Sets the storage policy only. */
    public static AttributeSet ofStoragePolicy(String name) {
        return new AttributeSet(OptionalInt.empty(), Optional.empty(), Optional.empty(), OptionalLong.empty(),
                OptionalLong.empty(), OptionalInt.empty(), Optional.of(name));
    }
}
