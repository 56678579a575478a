package io.batonfs.pools.profile;

import java.io.IOException;

/** A device is no longer the one that measuring began with: there is no use in going on. */
public final class DeviceChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A message that names the device, what changed, and what to do. */
    public DeviceChangedException(String message) {
        super(message);
    }
}
