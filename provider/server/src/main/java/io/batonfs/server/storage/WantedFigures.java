package io.batonfs.server.storage;

import java.util.Optional;

/**
 * What has become of extents that were wanted in another pool, since the server's start.
 *
 * @param pagesMoved     pages carried
 * @param bytesMoved     bytes that they held
 * @param extentsPlaced  extents of which all is where it was wanted
 * @param extentsWaiting extents that could not be carried yet, and are tried again
 * @param why            why one of them could not; empty if none waits
 */
public record WantedFigures(
        long pagesMoved, long bytesMoved, long extentsPlaced, long extentsWaiting, Optional<String> why) {
}
