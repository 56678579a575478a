package io.batonfs.server.local;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.catalog.RangeUses;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import java.util.List;
import java.util.Objects;

/**
 * Bytes that a group has lost: no redundancy gives them back.
 *
 * @param server      where they are or should be
 * @param pool        the pool that has them; empty where none has
 * @param volume      their volume
 * @param page        their page, the first one where they are of several
 * @param extent      their extent
 * @param offset      first byte, from the page's beginning
 * @param lengthBytes how many
 * @param reason      what is wrong with them
 * @param seen        where people see them; nowhere if no file, snapshot or token does, and if there is no catalog to ask
 */
public record Damage(ServerId server, String pool, VolumeId volume, long page, ExtentId extent, long offset,
        long lengthBytes, String reason, RangeUses seen) {

    /** Checks for nulls. */
    public Damage {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(volume, "volume");
        Objects.requireNonNull(extent, "extent");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(seen, "seen");
    }

    /** Where people see them, as many places as are told. */
    public List<ExtentUse> uses() {
        return seen.told();
    }

    /** With its uses. */
    Damage with(RangeUses found) {
        return new Damage(server, pool, volume, page, extent, offset, lengthBytes, reason, found);
    }
}
