package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;

/**
 * An order to carry a page from one pool to another. A page that has gone elsewhere meanwhile stays where it is.
 *
 * @param volume the page's volume
 * @param extent the extent that it belongs to
 * @param page   its number in the volume
 * @param from   the pool where it is
 * @param to     the pool where it should be
 * @param bytes  what it takes
 * @param reason why
 */
public record PageMove(
        VolumeId volume, ExtentId extent, long page, String from, String to, long bytes, MoveReason reason) {
}
