package io.batonfs.pools.profile;

import java.io.IOException;

/** There may be free space, but for now nobody may have any of it: what is not written now is left for later. */
public final class NotNowException extends IOException {
    private static final long serialVersionUID = 1L;

    /** A message that says why, and when it may be tried again. */
    public NotNowException(String message) {
        super(message);
    }
}
