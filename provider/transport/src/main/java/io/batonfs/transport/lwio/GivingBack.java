package io.batonfs.transport.lwio;

/**
 * What has gone wrong with a connection where no request could be answered with it, and that what it left half done is
 * given back: by one thread at a time, which goes on as long as more is noted; and what could not be given back stays
 * noted. Thread-safe.
 */
class GivingBack {
    /** What went wrong first; null if nothing has. Set by stores alone, before {@link #noted}. */
    volatile Throwable failure;
    /**
     * Something may have been left half done since it was looked for. Set by whoever leaves it, by a store, since he
     * may have no stack for a call; before that he notes what it is.
     */
    volatile boolean noted;
    /** Whether somebody gives back; taken under the lock. */
    private volatile boolean taken;

    /**
     * Gives back what is noted, unless another thread is at it, which then does that too.
     *
     * @param all gives back all that it finds noted; what it throws comes out of this, and is tried again the next time
     */
    final void run(Runnable all) {
        noted = true;
        while (noted && takes()) {
            boolean done = false;
            try {
                noted = false;
                all.run();
                done = true;
            } finally {
                // No exchange of old for new: somebody may note more in between, and leave that to this thread.
                if (!done) {
                    noted = true;
                }
                leaves();
            }
        }
    }

    private synchronized boolean takes() {
        if (taken) {
            return false;
        }
        taken = true;
        return true;
    }

    /** Somebody else may give back from now on; behind this it is looked once more whether anything is noted. */
    void leaves() {
        taken = false;
    }
}
