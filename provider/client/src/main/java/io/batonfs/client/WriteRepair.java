package io.batonfs.client;

import io.batonfs.client.FidTable.Fid;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;

/** Does what a failed WRITE calls for before it is sent again. Belongs to the writer's thread. */
final class WriteRepair {
    /** A key that was refused, or bytes that came damaged, are sent again so often without getting any further. */
    private static final int TRIES = 2;

    private final WriteHandle handle;
    private final FidTable fids;
    private final Retries retries;

    WriteRepair(WriteHandle handle, FidTable fids, Retries retries) {
        this.handle = handle;
        this.fids = fids;
        this.retries = retries;
    }

    /** Tries at one place of the file. */
    Tries begin() {
        return new Tries();
    }

    /** Counts the tries at one place of the file. */
    final class Tries {
        private final Retries.Budget budget = retries.begin();
        private int keysRenewed;
        private int damaged;

        /**
         * Makes another try sensible, after the due pause.
         *
         * @param fid what the failed WRITE was sent on; null if it was not sent
         * @throws IOException why no other try makes sense
         */
        void mend(IOException cause, long address, Fid fid) throws IOException {
            ErrorCode code = cause instanceof BatonException coded ? coded.code() : ErrorCode.UNREACHABLE;
            switch (code) {
                case FENCED -> throw new BatonException(ErrorCode.LEASE_LOST, "the lease of " + handle.path()
                        + " is gone: its extent was fenced for recovery or for another writer; open it again", cause);
                case KEY_REFUSED, NO_SUCH_EXTENT -> {
                    if (++keysRenewed > TRIES) {
                        throw cause;
                    }
                    handle.renew();
                    handle.refreshRoute(address);
                }
                case DATA_LOST -> {
                    // The owner compared the bytes with their checksums and found them damaged on the way.
                    if (++damaged > TRIES) {
                        throw cause;
                    }
                }
                case STALE_ROUTE, UNREACHABLE -> {
                    budget.pause(cause);
                    handle.refreshRoute(address);
                }
                default -> {
                    if (fid != null && cause instanceof BatonException coded && Failures.fidForgotten(coded)) {
                        fids.forget(fid);
                    }
                    budget.pause(cause);
                }
            }
        }
    }
}
