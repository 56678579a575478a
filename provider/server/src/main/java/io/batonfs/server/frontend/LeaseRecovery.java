package io.batonfs.server.frontend;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.Reply;
import io.batonfs.model.FileId;
import io.batonfs.protocol.CallContext;
import java.io.IOException;
import java.util.List;

/**
 * Ends the lease of a writer that has gone away (CAT-10): the catalog raises the extent's write epoch, the owner is made
 * to refuse older writers, and only then says how much it holds; that much is committed and the file closed. Each step
 * may be repeated, so a recovery that was cut short is simply begun again. Thread-safe.
 */
final class LeaseRecovery {
    private final CatalogCalls calls;
    private final ExtentOwners owners;

    LeaseRecovery(CatalogCalls calls, ExtentOwners owners) {
        this.calls = calls;
        this.owners = owners;
    }

    /** Recovers one file for the group itself; see {@link #recover(CallContext, FileId, boolean)}. */
    void recover(FileId file, boolean force) throws IOException {
        recover(calls.own(), file, force);
    }

    /**
     * Recovers one file.
     *
     * @param context on whose behalf; has to be allowed to write to the file
     * @param force   whether to do so before the writer's soft limit has passed
     * @throws BatonException LEASE_HELD if the writer is alive and {@code force} is not set; UNREACHABLE if the extent's
     *                        owner can't be asked now
     */
    void recover(CallContext context, FileId file, boolean force) throws IOException {
        Reply reply = calls.submit(context, new Command.StartRecovery(file, force), Reply.class);
        if (reply instanceof Reply.RecoveryStarted started) {
            ExtentLength held = owners.fenceAndSeal(started.extent(), started.extent().writeEpoch(), started.routes(),
                    started.committedBytes());
            calls.submitOwn(new Command.FinishRecovery(file, started.recovery(), held,
                    List.of(ExtentOwners.owner(started.routes()))), Reply.FileClosed.class);
        }
    }
}
