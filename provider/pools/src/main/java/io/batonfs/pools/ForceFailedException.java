package io.batonfs.pools;

import java.io.IOException;

/**
 * A device could not be forced. Whatever was written to it since it was last forced may be lost, whoever wrote it, and
 * the next force need not say so: an operating system tells of bytes that it could not write once.
 */
final class ForceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    ForceFailedException(BlockDevice device, IOException cause) {
        super("device " + device.name() + " could not be forced: " + cause.getMessage(), cause);
    }
}
