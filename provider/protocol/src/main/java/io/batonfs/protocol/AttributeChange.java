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
 * @param storagePolicy name of a storage policy (POOL-8), empty to take it away; INVALID_ARGUMENT if the group has none
 *                    such
 */
public record AttributeChange(
        OptionalInt mode, Optional<String> owner, Optional<String> group, OptionalLong modifiedMs,
        OptionalLong accessedMs, OptionalInt replication, Optional<String> storagePolicy) {

    /** Sets nothing: what the {@code with} methods begin from. */
    public static final AttributeChange NONE = new AttributeChange(OptionalInt.empty(), Optional.empty(),
            Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalInt.empty(), Optional.empty());

    /** Also sets the permission bits. */
    public AttributeChange withMode(int value) {
        return new AttributeChange(OptionalInt.of(value), owner, group, modifiedMs, accessedMs, replication,
                storagePolicy);
    }

    /** Also sets owning user and group, each if present. */
    public AttributeChange withOwner(Optional<String> user, Optional<String> ofGroup) {
        return new AttributeChange(mode, user, ofGroup, modifiedMs, accessedMs, replication, storagePolicy);
    }

    /** Also sets the times, each if present, milliseconds since 1970. */
    public AttributeChange withTimes(OptionalLong modified, OptionalLong accessed) {
        return new AttributeChange(mode, owner, group, modified, accessed, replication, storagePolicy);
    }

    /** Also sets the stored replication factor. */
    public AttributeChange withReplication(int value) {
        return new AttributeChange(mode, owner, group, modifiedMs, accessedMs, OptionalInt.of(value), storagePolicy);
    }

    /** Also sets the storage policy; empty takes it away. */
    public AttributeChange withStoragePolicy(String name) {
        return new AttributeChange(mode, owner, group, modifiedMs, accessedMs, replication, Optional.of(name));
    }
}
