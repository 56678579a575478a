package io.batonfs.server.storage;

/**
 * What is counted of a storage server's spares.
 *
 * @param usable spares that nothing is known against
 * @param bad    the others
 * @param vacant places of devices that are missing from or out of a pool, which a spare would be of use in
 * @param used   spares that were put into places since the start
 */
public record SpareFigures(int usable, int bad, int vacant, long used) {
}
